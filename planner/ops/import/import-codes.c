/* SPDX-License-Identifier: EUPL-1.2 */
/* Import rows of the municipality's own codes, and what bars do to offers that are stored. */
#include <string.h>

#include "base/error.h"
#include "ops/facts/type-bars.h"
#include "ops/import/import-run.h"

static const CodeRecord *
find_stored (const GPtrArray *codes, const CodeRecord *code)
{
  for (guint i = 0; i < codes->len; i++)
    {
      const CodeRecord *stored = codes->pdata[i];
      if (g_str_equal (stored->list, code->list) && stored->code == code->code &&
          stored->valid_from_date == code->valid_from_date)
        return stored;
    }
  return NULL;
}

/* Two rows of a code for one date would mean two things. */
static gboolean
check_overlap (ImportRun *run, ImportRow *row, const CodeRecord *code, GError **error)
{
  g_autoptr (GPtrArray) codes = code_store_list (run->session, run->tenant_id, error);
  g_autoptr (CodeLists) lists = NULL;
  g_autoptr (GError) conflict = NULL;

  if (codes == NULL)
    return FALSE;
  if (find_stored (codes, code) != NULL)
    return TRUE;
  lists = code_lists_load (run->session, run->data_dir, run->tenant_id, error);
  if (lists == NULL)
    return FALSE;
  if (!code_lists_add (lists, code, &conflict))
    import_row_refuse (row, "%s", conflict->message);
  return TRUE;
}

static gboolean
reload_codes (ImportRun *run, GError **error)
{
  CodeLists *lists = code_lists_load (run->session, run->data_dir, run->tenant_id, error);

  if (lists == NULL)
    return FALSE;
  code_lists_free (run->codes);
  run->codes = lists;
  return TRUE;
}

static void
read_code (ImportRun *run, ImportRow *row, CodeRecord *code)
{
  gint64 last_date = import_row_date (row, "valid_until", IMPORT_DATE_MAX);
  CodeListName name;

  code->tenant_id = run->tenant_id;
  code->list = g_strdup (import_row_need (row, "list", 64));
  (void) import_row_need (row, "code", 8);
  code->code = import_row_int (row, "code", 0, 0, 1000000);
  code->name = g_strdup (import_row_need (row, "name", 255));
  code->valid_from_date = import_row_date (row, "valid_from", 0);
  code->valid_until_date = last_date == IMPORT_DATE_MAX ? 0 : last_date + 1;
  if (code->list != NULL && !code_lists_parse_name (code->list, &name))
    import_row_refuse (row, "list: there is no code list %s", code->list);
  if (code->valid_until_date != 0 && code->valid_until_date <= code->valid_from_date)
    import_row_refuse (row, "valid_until lies before valid_from");
}

/**
 * import_code:
 */
gboolean
import_code (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (CodeRecord) code = g_new0 (CodeRecord, 1);
  g_autofree char *name = NULL;

  read_code (run, row, code);
  name = g_strdup_printf ("%s %" G_GINT64_FORMAT " from %" G_GINT64_FORMAT, code->list, code->code,
                          code->valid_from_date);
  if (row->is_refused || !import_run_claim (run, row, "code", name))
    return TRUE;
  if (!check_overlap (run, row, code, error))
    return FALSE;
  if (row->is_refused)
    return TRUE;
  return code_put (run->session, code, out_outcome, error) && reload_codes (run, error);
}

static const UnitRecord *
unit_of (ImportRun *run, const OfferRecord *offer)
{
  GHashTableIter iter;
  gpointer unit;

  g_hash_table_iter_init (&iter, run->units);
  while (g_hash_table_iter_next (&iter, NULL, &unit))
    if (((UnitRecord *) unit)->unit_id == offer->unit_id)
      return unit;
  return NULL;
}

static gboolean
has_bar_rows (const ImportRun *run)
{
  const GPtrArray *rows = run->source->tables[IMPORT_SETTINGS];

  for (guint i = 0; i < rows->len; i++)
    {
      ImportRow *row = rows->pdata[i];
      const char *key = g_hash_table_lookup (row->values, "key");
      if (!row->is_refused && key != NULL && g_str_has_prefix (key, TYPE_BAR_PREFIX))
        return TRUE;
    }
  return FALSE;
}

/* Every bar's row has a part in it: which one, the offer's fault tells. */
static void
refuse_bars (ImportRun *run, const OfferRecord *offer, const char *fault)
{
  const GPtrArray *rows = run->source->tables[IMPORT_SETTINGS];
  g_autofree char *prefix =
    g_strdup_printf ("%s%" G_GINT64_FORMAT ":", TYPE_BAR_PREFIX, offer->interview_type);

  for (guint i = 0; i < rows->len; i++)
    {
      ImportRow *row = rows->pdata[i];
      const char *key = g_hash_table_lookup (row->values, "key");

      if (row->is_refused || key == NULL || !g_str_has_prefix (key, prefix))
        continue;
      import_row_refuse (row, "offer %s (%s) stands against it: %s", offer->identifier,
                         offer->title, fault);
      run->is_torn = TRUE;
    }
}

/**
 * import_check_bars:
 *
 * After the rows: a bar that an offer contradicts is refused, whether the offer came now or before.
 */
gboolean
import_check_bars (ImportRun *run, GError **error)
{
  g_autoptr (GPtrArray) settings = NULL;
  g_autoptr (GPtrArray) offers = NULL;

  if (!has_bar_rows (run))
    return TRUE;
  settings = setting_list (run->session, run->tenant_id, error);
  offers = settings == NULL ? NULL : offer_list (run->session, run->tenant_id, error);
  for (guint i = 0; offers != NULL && i < offers->len; i++)
    {
      const OfferRecord *offer = offers->pdata[i];
      g_autofree char *fault = type_bars_find_fault (
        settings, offer, import_run_today (run, unit_of (run, offer)), run->now_us);

      if (fault != NULL)
        refuse_bars (run, offer, fault);
    }
  return offers != NULL;
}
