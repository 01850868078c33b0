/* SPDX-License-Identifier: EUPL-1.2 */
/* Retires a record from an instant on unless something needs it, and brings it back by the checks of a change. */
#include "ops/commands/records/admin-noun-retire.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "store/sync-binding-store.h"

#define MAX_LISTED 200

typedef struct
{
  AdminCall *call;
  const Noun *noun;
  const char *key;
  gint64 from_date; /* -1: now */
  gboolean keeps_meetings;
  gboolean is_dry_run;
} Work;

static void
list_blockers (const Work *work, const NounBlockers *blockers, const char *member)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < blockers->list->len && i < MAX_LISTED; i++)
    json_array_add_object_element (list, json_object_ref (blockers->list->pdata[i]));
  json_object_set_array_member (work->call->result, member, list);
}

/* How many of each kind, in the order in which they came. */
static char *
dup_counts (const NounBlockers *blockers)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < blockers->list->len;)
    {
      const char *what = json_object_get_string_member (blockers->list->pdata[i], "what");
      guint n = 0;

      for (; i < blockers->list->len &&
             g_str_equal (json_object_get_string_member (blockers->list->pdata[i], "what"), what);
           i++)
        n++;
      g_string_append_printf (text, "%s%u × %s", text->len == 0 ? "" : ", ", n, what);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
compare_what (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (json_object_get_string_member (*(JsonObject *const *) a, "what"),
                    json_object_get_string_member (*(JsonObject *const *) b, "what"));
}

static gboolean
refuse_for (const Work *work, const NounView *view, NounBlockers *blockers, GError **error)
{
  g_autofree char *counts = NULL;
  g_autofree char *day =
    admin_format_date (calsync_zone_local_day (view->zone, blockers->until_us) + 1);
  gboolean are_meetings = blockers->n_meetings == blockers->list->len;

  list_blockers (work, blockers, "in_the_way");
  g_ptr_array_sort (blockers->list, compare_what);
  counts = dup_counts (blockers);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
               "%s %s cannot be retired, for these stand in the way: %s; %s%s", work->noun->name,
               view->key, counts,
               are_meetings ? "move them, or retire it from the day after the last: --from "
                            : "change or retire those first",
               are_meetings ? day : "");
  return FALSE;
}

/* Meetings may be kept where they stand by themselves; what would be left without stays in the way. */
static gboolean
check_blockers (const Work *work, const NounView *view, gint64 from_us, GError **error)
{
  g_auto (NounBlockers) blockers = { 0 };

  if (!noun_blockers_find (view, from_us, &blockers, error))
    return FALSE;
  if (blockers.list->len == 0)
    return TRUE;
  if (!work->keeps_meetings || blockers.n_meetings < blockers.list->len)
    return refuse_for (work, view, &blockers, error);
  list_blockers (work, &blockers, "kept");
  return TRUE;
}

static gboolean
find_instant (const Work *work, const NounView *view, gint64 *out_from_us, GError **error)
{
  gint64 today = calsync_zone_local_day (view->zone, work->call->now_us);
  g_autofree char *since =
    view->retired_us == 0 ? NULL : admin_format_time (view->zone, view->retired_us);

  if (view->retired_us != 0 && view->retired_us <= work->call->now_us)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, "%s %s is retired already (%s)",
                   work->noun->name, view->key, since);
      return FALSE;
    }
  *out_from_us =
    work->from_date < 0 ? work->call->now_us : calsync_zone_midnight (view->zone, work->from_date);
  if (work->from_date < 0 || work->from_date > today)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "from must be a day after today; leave it out to retire at once");
  return FALSE;
}

static gboolean
finish (const Work *work,
        StoreSession *session,
        const NounView *before,
        const char *outcome,
        GError **error)
{
  g_auto (NounView) after = { 0 };
  g_autofree char *kind = g_strdup_printf ("%s-%s", work->noun->name, outcome);
  AdminRecordChange change = { .kind = kind, .before = before->record };
  g_autoptr (GArray) offers = g_array_new (FALSE, FALSE, sizeof (gint64));
  JsonObject *result = work->call->result;

  if (!noun_view_load (&after, work->call, session, work->noun, before->key, error) ||
      !noun_view_need (&after, error))
    return FALSE;
  change.tenant_id = after.catalogue->tenant->tenant_id;
  change.subject = after.key;
  change.after = after.record;
  if (work->noun->table == IMPORT_OFFERS)
    g_array_append_val (offers, after.id);
  if (!admin_rows_journal (work->call, session, &change, error) ||
      !admin_rows_check_catalogue (work->call, session, error) ||
      !admin_rows_tell_index (session, change.tenant_id, offers, error))
    return FALSE;
  noun_set_version (after.record);
  json_object_set_string_member (result, "outcome", outcome);
  json_object_set_boolean_member (result, "dry_run", work->is_dry_run);
  json_object_set_object_member (result, work->noun->name, json_object_ref (after.record));
  return TRUE;
}

/* From then on they are neither read nor written; whether they are wanted again nobody knows here. */
static gboolean
tell_calendars (const Work *work, StoreSession *session, const NounView *view, GError **error)
{
  g_autoptr (GPtrArray) bindings = NULL;

  if (work->noun->resource_kind == NULL)
    return TRUE;
  bindings = sync_binding_store_list (session, view->catalogue->tenant->tenant_id, view->id, error);
  if (bindings == NULL)
    return FALSE;
  if (bindings->len > 0)
    json_object_set_int_member (work->call->result, "connected_calendars", bindings->len);
  if (bindings->len > 0)
    json_object_set_string_member (work->call->result, "to_do",
                                   "its calendars stay connected and are left alone: plannerctl "
                                   "sync disconnect takes them away");
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_retirement (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_auto (NounView) before = { 0 };
  gint64 from_us = 0;

  if (!noun_view_load (&before, work->call, session, work->noun, work->key, error) ||
      !noun_view_need (&before, error) || !find_instant (work, &before, &from_us, error) ||
      !check_blockers (work, &before, from_us, error))
    return FALSE;
  return record_retire (session, work->noun->retire, before.id, from_us, error) &&
         tell_calendars (work, session, &before, error) &&
         finish (work, session, &before, "retired", error);
}

/* The record as it stands must still be one that could be added: its unit may be gone since. */
static gboolean
check_whole (const Work *work, StoreSession *session, GError **error)
{
  g_auto (NounView) view = { 0 };
  g_auto (ImportRun) run = { 0 };
  g_autoptr (ImportSource) source = admin_rows_new ();
  ImportRow *row;

  if (!noun_view_load (&view, work->call, session, work->noun, work->key, error))
    return FALSE;
  row = admin_rows_add (source, work->noun->table);
  noun_view_fill_row (&view, source, row);
  import_row_set (row, work->noun->column, view.key);
  return admin_rows_apply (work->call, session, view.catalogue->tenant->tenant_id, source, &run,
                           error);
}

/* AdminWrite. */
static gboolean
write_restoration (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_auto (NounView) before = { 0 };

  if (!noun_view_load (&before, work->call, session, work->noun, work->key, error) ||
      !noun_view_need (&before, error))
    return FALSE;
  if (before.retired_us == 0)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, "%s %s is not retired",
                   work->noun->name, before.key);
      return FALSE;
    }
  return record_retire (session, work->noun->retire, before.id, 0, error) &&
         check_whole (work, session, error) && finish (work, session, &before, "restored", error);
}

static gboolean
run_work (Work *work, AdminWrite write, GError **error)
{
  if (!admin_need_text (work->call, work->noun->key, &work->key, error) ||
      !admin_get_date (work->call, "from", -1, &work->from_date, error))
    return FALSE;
  work->keeps_meetings = admin_get_flag (work->call, "keep_meetings");
  work->is_dry_run = admin_get_flag (work->call, "dry_run");
  return admin_write (work->call, write, work, work->is_dry_run, error);
}

/**
 * admin_noun_retire:
 *
 * Arguments: tenant, the noun's key, from (a day after today; at once without), keep_meetings (not of
 * units and teams), dry_run. Nothing is offered from then on; the record, its bookings and the
 * journal stay. Result: outcome, the record; in_the_way when it is refused; kept: meetings that stand
 * although it is retired.
 *
 * Errors: PLANNER_ERROR_CONFLICT when something from then on needs it; PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_noun_retire (AdminCall *call, NounKind kind, GError **error)
{
  Work work = { .call = call, .noun = &nouns[kind] };

  return run_work (&work, write_retirement, error);
}

/**
 * admin_noun_restore:
 *
 * Arguments: tenant, the noun's key, dry_run. Result: outcome, the record.
 *
 * Errors: PLANNER_ERROR_CONFLICT when it is not retired; PLANNER_ERROR_NOT_VALID when it could not be
 * added today.
 */
gboolean
admin_noun_restore (AdminCall *call, NounKind kind, GError **error)
{
  Work work = { .call = call, .noun = &nouns[kind] };

  return run_work (&work, write_restoration, error);
}
