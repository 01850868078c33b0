/* SPDX-License-Identifier: EUPL-1.2 */
/* All lists are checked before the first is replaced; one that loses more than a tenth of its codes waits for a person. */
#include "dfdg/readings/code-refresh.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/readings/citizen-reading.h"
#include "dfdg/services/dfdg-read.h"
#include "ops/facts/code-files.h"
#include "ops/service/op-service.h"
#include "ops/service/op-shared-write.h"
#include "planner-log.h"
#include "rules/code-merge.h"
#include "store/claim-store.h"
#include "store/task-store.h"

#define ZONE     "Europe/Copenhagen"
#define WHAT     "GetKodelister"
#define SOURCE   "CodeListService"
#define RETRY_US (30 * PERIOD_US_PER_MINUTE)

/* DFDG's names [N: docs/dfdg-wire.md 8] and our files. */
static const struct
{
  const char *name;
  const char *list;
} names[] = {
  { "Samtaletype", "interview-types" }, { "Samtaleform", "contact-types" },
  { "MoedeGruppeType", "form-types" },  { "Kontaktgruppe", "contact-groups" },
  { "Personkategori", "categories" },   { "Organisationstype", "organisation-types" },
  { "Klientsystem", "client-systems" }, { "Brugertype", "user-types" },
  { "Fravaerstype", "absence-types" },  { "Akasse", "unemployment-funds" },
};

/* One list that was told, and what becomes of the file. */
typedef struct
{
  const char *list;
  char *old_text;
  CodeMerge merge;
} Told;

static void
told_clear (gpointer data)
{
  Told *told = data;

  g_free (told->old_text);
  code_merge_clear (&told->merge);
}

static void
row_clear (gpointer data)
{
  CodeRow *row = data;

  g_free (row->name);
}

static const char *
find_list (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, name) == 0)
      return names[i].list;
  return NULL;
}

/**
 * code_refresh_is_list:
 */
gboolean
code_refresh_is_list (const char *list)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].list, list) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
fail (GError **error, const char *name, const char *why)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
               WHAT ": the list %s is not taken, nor any other: %s", name, why);
  return FALSE;
}

static gboolean
read_row (JsonObject *object, const CalsyncZone *zone, CodeRow *out_row)
{
  gint64 code = -1;
  gint64 from = G_MININT32;
  gint64 last = G_MAXINT32;
  const char *name = NULL;

  if (!dfdg_json_get_int (object, "kode", &code) || code < 0 || code > G_MAXINT32 ||
      !dfdg_json_get_text (object, "tekst", &name) ||
      (!dfdg_json_is_absent (object, "startdato") &&
       !dfdg_json_get_date (object, "startdato", zone, &from)) ||
      (!dfdg_json_is_absent (object, "slutdato") &&
       !dfdg_json_get_date (object, "slutdato", zone, &last)))
    return FALSE;
  *out_row = (CodeRow){ .code = (int) code,
                        .name = g_strdup (name),
                        .valid_from = (gint32) from,
                        .valid_until = last == G_MAXINT32 ? G_MAXINT32 : (gint32) last + 1,
                        .source = (char *) SOURCE };
  return TRUE;
}

/**
 * code_refresh_read_rows:
 * @object: one of kodelister
 * @name: DFDG's, for errors
 *
 * Any thread. Errors: PLANNER_ERROR_MALFORMED.
 *
 * Returns: (transfer full) (element-type CodeRow): in the order of codes and dates, each told once
 */
GArray *
code_refresh_read_rows (JsonObject *object, const char *name, GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  JsonNode *node = json_object_get_member (object, "koder");
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (CodeRow));
  g_autofree char *fault = NULL;
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  g_array_set_clear_func (rows, row_clear);
  if (zone == NULL)
    return NULL;
  if (list == NULL)
    return fail (error, name, "it has no codes"), NULL;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *one = json_array_get_element (list, i);
      CodeRow row;

      if (!JSON_NODE_HOLDS_OBJECT (one) || !read_row (json_node_get_object (one), zone, &row))
        return fail (error, name, "a code has no number, name or dates"), NULL;
      g_array_append_val (rows, row);
    }
  fault = code_rows_find_fault (rows);
  return fault == NULL ? g_steal_pointer (&rows) : (fail (error, name, fault), NULL);
}

static gboolean
take_list (CodeRefresh *refresh, JsonObject *object, GArray *all, GError **error)
{
  const char *name = NULL;
  g_autoptr (GArray) rows = NULL;
  g_autoptr (CodeList) held = NULL;
  Told told = { 0 };

  if (!dfdg_json_get_text (object, "navn", &name))
    return fail (error, "without a name", "it has no navn");
  told.list = find_list (name);
  if (told.list == NULL)
    return TRUE;
  rows = code_refresh_read_rows (object, name, error);
  told.old_text = rows == NULL ? NULL : code_files_dup_text (refresh->data_dir, told.list, error);
  held = told.old_text == NULL ? NULL : code_list_parse (told.list, told.old_text, error);
  if (held == NULL)
    {
      g_free (told.old_text);
      return FALSE;
    }
  code_merge (held, rows, (gint32) refresh->today, &told.merge);
  g_array_append_val (all, told);
  return TRUE;
}

static void
add_problem (CodeRefresh *refresh, const Told *told)
{
  g_autofree char *before = g_steal_pointer (&refresh->problem);

  refresh->problem = g_strdup_printf (
    "%s%s%s would lose %u of %u codes: %s; if that is right: plannerctl dfdg refresh-codes "
    "--accept %s",
    before == NULL ? "" : before, before == NULL ? "" : "; ", told->list, told->merge.n_lost,
    told->merge.n_held, told->merge.lost, told->list);
}

static gboolean
is_told (const GArray *all, const char *list)
{
  for (guint i = 0; i < all->len; i++)
    if (strcmp (g_array_index (all, Told, i).list, list) == 0)
      return TRUE;
  return FALSE;
}

/* A whole list that DFDG told before and tells no more: its codes stay, and a person hears of it. */
static gboolean
find_missing (CodeRefresh *refresh, const GArray *all, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = NULL;
      g_autofree char *before = NULL;

      if (is_told (all, names[i].list))
        continue;
      text = code_files_dup_text (refresh->data_dir, names[i].list, error);
      if (text == NULL)
        return FALSE;
      if (strstr (text, SOURCE) == NULL)
        continue;
      before = g_steal_pointer (&refresh->problem);
      refresh->problem = g_strdup_printf (
        "%s%s%s is told no more as %s: its codes stay as they are; ask DFDG's support",
        before == NULL ? "" : before, before == NULL ? "" : "; ", names[i].list, names[i].name);
    }
  return TRUE;
}

static gboolean
write_lists (CodeRefresh *refresh, const GArray *all, GError **error)
{
  for (guint i = 0; i < all->len; i++)
    {
      const Told *told = &g_array_index (all, Told, i);

      if (code_merge_needs_person (&told->merge) && g_strcmp0 (refresh->accepted, told->list) != 0)
        {
          add_problem (refresh, told);
          continue;
        }
      if (strcmp (told->merge.text, told->old_text) == 0)
        continue;
      if (!code_files_write (told->list, told->merge.text, error))
        return FALSE;
      refresh->n_changed++;
    }
  return TRUE;
}

/**
 * code_refresh_clear:
 */
void
code_refresh_clear (CodeRefresh *refresh)
{
  g_clear_pointer (&refresh->problem, g_free);
}

/**
 * code_refresh_read:
 *
 * Lists that we do not keep are passed over. Errors: those of dfdg_read_list(); PLANNER_ERROR_MALFORMED when one list
 * is none; the file system's.
 */
gboolean
code_refresh_read (CodeRefresh *refresh, GCancellable *cancellable, GError **error)
{
  DfdgQuestion question = { DFDG_SERVICE_KODELISTE, "v1/Kodelister", NULL, "kodelister", WHAT };
  g_autoptr (DfdgClient) client = dfdg_client_take (refresh->settings);
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (Told));
  JsonArray *list = NULL;
  g_autoptr (JsonParser) parser = dfdg_read_list (client, &question, &list, cancellable, error);

  g_array_set_clear_func (all, told_clear);
  for (guint i = 0; parser != NULL && i < json_array_get_length (list); i++)
    if (!take_list (refresh, json_array_get_object_element (list, i), all, error))
      return FALSE;
  return parser != NULL && write_lists (refresh, all, error) && find_missing (refresh, all, error);
}

/**
 * code_refresh_note:
 *
 * What was replaced is in force with this.
 */
gboolean
code_refresh_note (StoreSession *session,
                   gint64 tenant_id,
                   const CodeRefresh *refresh,
                   gint64 now_us,
                   GError **error)
{
  Change change = { .tenant_id = tenant_id, .kind = CHANGE_CATALOGUE };

  return task_store_put (session, tenant_id, CODE_REFRESH_TASK, refresh->problem, now_us, error) &&
         (refresh->n_changed == 0 || change_store_add (session, &change, error));
}

/**
 * code_refresh_is_due:
 */
gboolean
code_refresh_is_due (StoreSession *session,
                     gint64 tenant_id,
                     gint64 now_us,
                     gboolean *out_is_due,
                     GError **error)
{
  g_auto (ReadTask) task = { 0 };
  g_auto (StoreQuery) query = { 0 };
  gint64 done_us;

  if (!task_store_find (session, tenant_id, CODE_REFRESH_TASK, &task, error) ||
      !store_query (session, &query, error, SQL_DFDG_TASK_DONE_BY_ANY, "s", CODE_REFRESH_TASK) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  /* The files are everybody's: what one municipality has read today is read. */
  done_us = store_int (&query, 0);
  *out_is_due = now_us - MAX (done_us, task.tried_us) >=
                (task.n_failures == 0 || done_us > task.tried_us ? PERIOD_US_PER_DAY : RETRY_US);
  return TRUE;
}

typedef struct
{
  CodeRefresh *refresh;
  gint64 tenant_id;
} Note;

static gboolean
write_note (OpCall *call, gpointer data, GError **error)
{
  const Note *note = data;

  return code_refresh_note (call->session, note->tenant_id, note->refresh, call->now_us, error);
}

/* One alarm for a row of failures. */
static gboolean
raise_alarm (const DfdgPumpWork *work, const CodeRefresh *refresh, GError **error)
{
  g_auto (ReadTask) task = { 0 };

  if (refresh->problem == NULL)
    return TRUE;
  if (!task_store_find (work->session, work->tenant_id, CODE_REFRESH_TASK, &task, error))
    return FALSE;
  if (task.n_failures == 0 || g_strcmp0 (task.problem, refresh->problem) != 0)
    planner_log_event (PLANNER_LOG_WARNING, "dfdg-code-lists", "tenant",
                       work->settings->client->tenant, "problem", refresh->problem, NULL);
  return TRUE;
}

/**
 * code_refresh_run:
 */
gboolean
code_refresh_run (const DfdgPumpWork *work, DfdgPumpResult *out_result, GError **error)
{
  g_auto (CodeRefresh) refresh = { .settings = work->settings,
                                   .data_dir = work->service->data_dir,
                                   .today = citizen_reading_today () };
  g_autoptr (GError) problem = NULL;
  Note note = { &refresh, work->tenant_id };

  out_result->n_calls++;
  if (!code_refresh_read (&refresh, work->cancellable, &problem))
    {
      code_refresh_clear (&refresh);
      refresh.problem = g_strdup (problem->message);
      out_result->ending = DFDG_ENDED_LATER;
    }
  if (g_cancellable_is_cancelled (work->cancellable))
    {
      out_result->ending = DFDG_ENDED_CANCELLED;
      return TRUE;
    }
  return raise_alarm (work, &refresh, error) &&
         op_service_run_step (work->service, write_note, &note, error);
}
