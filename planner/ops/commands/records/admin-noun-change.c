/* SPDX-License-Identifier: EUPL-1.2 */
/* Adds a record, or puts named fields into the one that stands there; the import's row function judges the whole. */
#include "ops/commands/records/admin-noun-change.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "ops/commands/admin-op.h"
#include "ops/service/admin-expand.h"
#include "ops/text/import-json.h"

/* Columns of lists: +a|b puts in, -a|b takes out, anything else replaces. */
static const char *const lists[] = { "advisors",       "blocks",        "categories", "competences",
                                     "contact_groups", "contact_types", "languages",  "marks",
                                     "rooms",          "teams",         "units",      NULL };

typedef enum
{
  CHANGE_ADD,
  CHANGE_FIELDS,
  CHANGE_ADD_WINDOW,
  CHANGE_REMOVE_WINDOW,
} ChangeWhat;

typedef struct
{
  AdminCall *call;
  const Noun *noun;
  ChangeWhat what;
  const char *key;
  char new_identifier[IDS_GUID_LENGTH + 1];
  gboolean is_dry_run;
} Work;

static gboolean refuse (GError **error, PlannerError code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, PlannerError code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, PLANNER_ERROR, code, text);
  return FALSE;
}

static gboolean
check_absent (const NounView *view, GError **error)
{
  const char *name = view->noun->name;
  g_autofree char *since =
    view->retired_us == 0 ? NULL : admin_format_time (view->zone, view->retired_us);

  if (view->id == 0)
    return TRUE;
  if (view->retired_us == 0)
    return refuse (error, PLANNER_ERROR_CONFLICT,
                   "%s %s is there already: \"plannerctl change %s %s\" changes it", name,
                   view->key, name, view->key);
  return refuse (
    error, PLANNER_ERROR_CONFLICT,
    "%s %s was retired (%s), and keys are not used again: \"plannerctl restore %s %s\" "
    "brings it back",
    name, view->key, since, name, view->key);
}

static gboolean
check_present (const NounView *view, GError **error)
{
  const char *wanted = NULL;
  g_autofree char *version = NULL;

  if (!noun_view_need (view, error))
    return FALSE;
  if (view->retired_us != 0 && view->retired_us <= view->call.now_us)
    return refuse (error, PLANNER_ERROR_CONFLICT,
                   "%s %s is retired: \"plannerctl restore %s %s\" brings it back",
                   view->noun->name, view->key, view->noun->name, view->key);
  if (!admin_get_text ((AdminCall *) &view->call, "version", &wanted, error))
    return FALSE;
  version = noun_dup_version (view->record);
  if (wanted == NULL || g_str_equal (wanted, version))
    return TRUE;
  return refuse (error, PLANNER_ERROR_STATE_CHANGED,
                 "%s %s has changed since version %s was shown: look at it again; it is version %s",
                 view->noun->name, view->key, wanted, version);
}

static guint
find_word (const GPtrArray *words, const char *word)
{
  for (guint i = 0; i < words->len; i++)
    if (g_str_equal (words->pdata[i], word))
      return i;
  return words->len;
}

/* @value: after its sign. */
static void
edit_list (ImportRow *row, const char *column, char sign, const char *value)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) present = import_row_list (row, column);
  g_auto (GStrv) edits = g_strsplit (value, "|", -1);
  g_autofree char *joined = NULL;

  for (guint i = 0; present[i] != NULL; i++)
    g_ptr_array_add (words, g_strdup (present[i]));
  for (guint i = 0; edits[i] != NULL; i++)
    {
      guint at = find_word (words, g_strstrip (edits[i]));

      if (sign == '-' && at == words->len)
        import_row_refuse (row, "%s: %s is not among them", column, edits[i]);
      else if (sign == '-')
        g_ptr_array_remove_index (words, at);
      else if (at == words->len)
        g_ptr_array_add (words, g_strdup (edits[i]));
    }
  g_ptr_array_add (words, NULL);
  joined = g_strjoinv ("|", (char **) words->pdata);
  import_row_set (row, column, joined);
}

static gboolean
is_field (const Work *work, const char *name)
{
  return import_table_has_column (
           work->what == CHANGE_ADD_WINDOW ? IMPORT_OFFER_WINDOWS : work->noun->table, name) &&
         !g_str_equal (name, work->noun->column) && !g_str_equal (name, work->noun->key);
}

/* Lays what was asked over what stands in the row. */
static guint
overlay (const Work *work, ImportRow *row)
{
  g_autoptr (GList) names = json_object_get_members (work->call->arguments);
  guint n_fields = 0;

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (work->call->arguments, at->data);
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (!is_field (work, at->data) || JSON_NODE_HOLDS_NULL (node))
        continue;
      n_fields++;
      if (text != NULL && (*text == '+' || *text == '-') && g_strv_contains (lists, at->data))
        edit_list (row, at->data, *text, text + 1);
      else
        import_row_set_json (row, at->data, node);
    }
  return n_fields;
}

static gboolean
remove_window (const Work *work, ImportSource *source, GError **error)
{
  GPtrArray *rows = source->tables[IMPORT_OFFER_WINDOWS];
  gint64 number = admin_get_integer (work->call, "number", 0);

  if (number < 1 || number > rows->len)
    return refuse (error, PLANNER_ERROR_NOT_FOUND,
                   "the offer has no window %" G_GINT64_FORMAT "; it has %u", number, rows->len);
  g_ptr_array_remove_index (rows, (guint) number - 1);
  return TRUE;
}

static gboolean
make_rows (const Work *work, const NounView *before, ImportSource *source, GError **error)
{
  ImportRow *row = admin_rows_add (source, work->noun->table);
  ImportRow *window;

  noun_view_fill_row (before, source, row);
  import_row_set (row, work->noun->column, before->key);
  if (work->noun->resource_kind != NULL)
    import_row_set (row, "kind", work->noun->resource_kind);
  if (work->what == CHANGE_REMOVE_WINDOW)
    return remove_window (work, source, error);
  if (work->what == CHANGE_ADD_WINDOW)
    {
      window = admin_rows_add (source, IMPORT_OFFER_WINDOWS);
      import_row_set (window, "offer", before->key);
      (void) overlay (work, window);
      return TRUE;
    }
  if (overlay (work, row) == 0 && work->what == CHANGE_FIELDS)
    return refuse (error, PLANNER_ERROR_NOT_VALID, "no field is named: nothing to change");
  return TRUE;
}

/**
 * noun_view_scope:
 */
gboolean
noun_view_scope (const NounView *view, OutsideScope *out_scope)
{
  *out_scope = (OutsideScope){ .tenant_id = view->catalogue->tenant->tenant_id };
  if (view->id == 0 || view->noun->table == IMPORT_TEAMS)
    return FALSE;
  if (view->noun->table == IMPORT_UNITS)
    out_scope->unit_id = view->id;
  else if (view->noun->table == IMPORT_OFFERS)
    out_scope->offer_id = view->id;
  else if (g_str_equal (view->noun->resource_kind, "advisor"))
    out_scope->advisor_id = view->id;
  else
    out_scope->room_id = view->id;
  return TRUE;
}

static GPtrArray *
list_outside (const NounView *view, StoreSession *session, GError **error)
{
  OutsideScope scope;

  if (!noun_view_scope (view, &scope))
    return g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  return admin_outside_list (&view->call, session, &scope, error);
}

static const char *
outcome_of (const ImportCount *count)
{
  return count->n_added > 0 ? "added" : count->n_changed > 0 ? "changed" : "same";
}

static void
report (const Work *work, const NounView *after, const char *outcome)
{
  JsonObject *result = work->call->result;
  JsonObject *record = json_object_ref (after->record);

  noun_set_version (record);
  json_object_set_string_member (result, "outcome", outcome);
  json_object_set_boolean_member (result, "dry_run", work->is_dry_run);
  json_object_set_object_member (result, after->noun->name, record);
}

static gboolean
journal (const Work *work,
         StoreSession *session,
         const NounView *before,
         const NounView *after,
         const char *outcome,
         GError **error)
{
  g_autofree char *kind = g_strdup_printf ("%s-%s", work->noun->name, outcome);
  AdminRecordChange change = { .tenant_id = after->catalogue->tenant->tenant_id,
                               .kind = kind,
                               .subject = after->key,
                               .before = before->record,
                               .after = after->record };

  return g_str_equal (outcome, "same") || admin_rows_journal (work->call, session, &change, error);
}

/* After the rows are written: what the record is now, the journal, and whom it leaves outside. */
static gboolean
finish (const Work *work,
        StoreSession *session,
        const NounView *before,
        const char *outcome,
        const GPtrArray *outside,
        GError **error)
{
  g_auto (NounView) after = { 0 };
  g_autoptr (GPtrArray) outside_now = NULL;

  if (!noun_view_load (&after, work->call, session, work->noun, before->key, error) ||
      !noun_view_need (&after, error) || !journal (work, session, before, &after, outcome, error))
    return FALSE;
  outside_now = list_outside (&after, session, error);
  if (outside_now == NULL)
    return FALSE;
  report (work, &after, outcome);
  if (work->what != CHANGE_ADD)
    admin_outside_report (work->call->result, outside, outside_now);
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_change (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_auto (NounView) before = { 0 };
  g_auto (ImportRun) run = { 0 };
  g_autoptr (ImportSource) source = admin_rows_new ();
  g_autoptr (GPtrArray) outside = NULL;

  if (!noun_view_load (&before, work->call, session, work->noun, work->key, error) ||
      !(work->what == CHANGE_ADD ? check_absent (&before, error)
                                 : check_present (&before, error)) ||
      !make_rows (work, &before, source, error) || !admin_rows_check (source, error))
    return FALSE;
  outside = list_outside (&before, session, error);
  if (outside == NULL ||
      !admin_rows_apply (work->call, session, before.catalogue->tenant->tenant_id, source, &run,
                         error))
    return FALSE;
  return finish (work, session, &before, outcome_of (&run.counts[work->noun->table]), outside,
                 error);
}

static gboolean
run_work (Work *work, GError **error)
{
  work->is_dry_run = admin_get_flag (work->call, "dry_run");
  if (!admin_write (work->call, write_change, work, work->is_dry_run, error))
    return FALSE;
  return work->is_dry_run || admin_expand_due (work->call, error);
}

/**
 * admin_noun_add:
 *
 * Arguments: tenant, the noun's key, the columns of its table, dry_run. An offer without a key gets
 * one. Result: outcome, and the record under the noun's name, with its version.
 *
 * Errors: PLANNER_ERROR_CONFLICT for a key that is taken, be it by what is retired;
 * PLANNER_ERROR_NOT_VALID as the import refuses the row.
 */
gboolean
admin_noun_add (AdminCall *call, NounKind kind, GError **error)
{
  Work work = { .call = call, .noun = &nouns[kind], .what = CHANGE_ADD };

  if (!admin_get_text (call, work.noun->key, &work.key, error))
    return FALSE;
  if (work.key == NULL && kind == NOUN_OFFER)
    {
      ids_new_guid (work.new_identifier);
      work.key = work.new_identifier;
    }
  if (kind == NOUN_OFFER && !ids_is_guid (work.key))
    return refuse (error, PLANNER_ERROR_NOT_VALID,
                   "identifier must be a GUID, not \"%s\"; leave it out for a new one", work.key);
  if (work.key == NULL)
    return refuse (error, PLANNER_ERROR_NOT_VALID, "%s is missing", work.noun->key);
  return run_work (&work, error);
}

static gboolean
run_change (AdminCall *call, NounKind kind, ChangeWhat what, GError **error)
{
  Work work = { .call = call, .noun = &nouns[kind], .what = what };

  return admin_need_text (call, work.noun->key, &work.key, error) && run_work (&work, error);
}

/**
 * admin_noun_change:
 *
 * Arguments: as admin_noun_add(); version: refused unless the record is still that one. A field that
 * is not named stays; an empty one goes back to its default; a list's value that begins with + or -
 * adds to it or takes out of it. Result: also meetings_now_outside and outside: booked meetings that
 * this change leaves outside hours or rules; they stand.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_CONFLICT for a retired record;
 * PLANNER_ERROR_STATE_CHANGED for another version; PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_noun_change (AdminCall *call, NounKind kind, GError **error)
{
  return run_change (call, kind, CHANGE_FIELDS, error);
}

/**
 * admin_add_window:
 *
 * Arguments: tenant, offer, the columns of offer-windows.csv, version, dry_run. Result: as
 * admin_noun_change().
 */
gboolean
admin_add_window (AdminCall *call, GError **error)
{
  return run_change (call, NOUN_OFFER, CHANGE_ADD_WINDOW, error);
}

/**
 * admin_remove_window:
 *
 * Arguments: tenant, offer, number (as show-offer counts them), version, dry_run. Result: as
 * admin_noun_change().
 */
gboolean
admin_remove_window (AdminCall *call, GError **error)
{
  return run_change (call, NOUN_OFFER, CHANGE_REMOVE_WINDOW, error);
}
