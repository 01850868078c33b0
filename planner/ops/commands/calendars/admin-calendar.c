/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts one file in the place of everything that imports have put into a resource's calendar, or nothing. */
#include "ops/commands/calendars/admin-calendar.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"
#include "ops/facts/expansion.h"
#include "ops/import/import-calendars.h"
#include "ops/service/admin-expand.h"
#include "store/calendar-store.h"

typedef struct
{
  AdminCall *call;
  AdminCatalogue *catalogue;
  const ResourceRecord *resource;
  ImportSource *source;
  GPtrArray *calendars; /* (element-type ImportCalendar); empty for a removal */
  gboolean is_dry_run;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->catalogue, admin_catalogue_free);
  g_clear_pointer (&work->calendars, g_ptr_array_unref);
  g_clear_pointer (&work->source, import_source_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
work_init (Work *work, GError **error)
{
  const char *key = NULL;

  work->catalogue = admin_catalogue_load (work->call, error);
  if (work->catalogue == NULL || !admin_need_text (work->call, "resource", &key, error))
    return FALSE;
  work->resource = admin_catalogue_find_resource (work->catalogue, key, error);
  work->source = admin_rows_new ();
  work->is_dry_run = admin_get_flag (work->call, "dry_run");
  return work->resource != NULL;
}

/* The calendar of imports; 0 while there is none. */
static gboolean
find_calendar (const Work *work, StoreSession *session, gint64 *out_calendar_id, GError **error)
{
  g_autoptr (GPtrArray) calendars =
    calendar_list (session, work->resource->tenant_id, work->resource->resource_id, error);

  *out_calendar_id = 0;
  for (guint i = 0; calendars != NULL && i < calendars->len; i++)
    {
      const CalendarRecord *calendar = calendars->pdata[i];
      if (g_str_equal (calendar->calendar_key, IMPORT_CALENDAR_KEY))
        *out_calendar_id = calendar->calendar_id;
    }
  return calendars != NULL;
}

static gboolean
is_wanted (const Work *work, const char *uid_hash)
{
  for (guint i = 0; i < work->calendars->len; i++)
    {
      const ImportCalendar *calendar = work->calendars->pdata[i];
      for (guint k = 0; k < calendar->objects->len; k++)
        if (g_strcmp0 (((CalendarObject *) calendar->objects->pdata[k])->uid_hash, uid_hash) == 0)
          return TRUE;
    }
  return FALSE;
}

static gboolean
remove_others (const Work *work, StoreSession *session, guint *out_n_removed, GError **error)
{
  g_autoptr (GPtrArray) objects = NULL;
  gint64 calendar_id = 0;

  *out_n_removed = 0;
  if (!find_calendar (work, session, &calendar_id, error))
    return FALSE;
  objects =
    calendar_object_list (session, work->resource->tenant_id, work->resource->resource_id, error);
  for (guint i = 0; objects != NULL && i < objects->len; i++)
    {
      const CalendarObject *object = objects->pdata[i];
      if (object->calendar_id != calendar_id || is_wanted (work, object->uid_hash))
        continue;
      if (!calendar_object_remove (session, object->object_id, error))
        return FALSE;
      (*out_n_removed)++;
    }
  /* The spans went with the objects, so that laying out anew finds nothing to change: it is told. */
  return objects != NULL &&
         (*out_n_removed == 0 || expansion_invalidate_own (session, work->resource->tenant_id,
                                                           work->resource->resource_id, error));
}

/* How many appointments, never which: nothing of them is ours to keep. */
static gboolean
finish (const Work *work,
        StoreSession *session,
        guint n_removed,
        const ImportCount *count,
        GError **error)
{
  g_autoptr (JsonObject) counts = json_object_new ();
  guint n_changes = n_removed + count->n_added + count->n_changed;
  AdminRecordChange change = { .tenant_id = work->resource->tenant_id,
                               .kind = "calendar-replaced",
                               .subject = work->resource->resource_key,
                               .after = counts };

  json_object_set_int_member (counts, "added", count->n_added);
  json_object_set_int_member (counts, "changed", count->n_changed);
  json_object_set_int_member (counts, "same", count->n_same);
  json_object_set_int_member (counts, "removed", n_removed);
  if (n_changes > 0 && (!admin_expand_resource (work->call, session, work->resource, error) ||
                        !admin_rows_journal (work->call, session, &change, error)))
    return FALSE;
  json_object_set_string_member (work->call->result, "outcome",
                                 n_changes == 0 ? "same" : "changed");
  json_object_set_boolean_member (work->call->result, "dry_run", work->is_dry_run);
  json_object_set_object_member (work->call->result, "appointments", g_steal_pointer (&counts));
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_calendar (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_auto (ImportRun) run = { 0 };
  ImportCount count = { 0 };
  guint n_removed = 0;

  return admin_rows_init (work->call, session, work->resource->tenant_id, work->source, &run,
                          error) &&
         import_calendars_name (&run, work->calendars, error) &&
         remove_others (work, session, &n_removed, error) &&
         import_calendars_apply (&run, work->calendars, &count, error) &&
         admin_rows_check (work->source, error) && finish (work, session, n_removed, &count, error);
}

static gboolean
run_work (Work *work, GError **error)
{
  work->calendars = import_calendars_parse (work->source, work->call->session,
                                            work->resource->tenant_id, work->call->now_us, error);
  return work->calendars != NULL && admin_rows_check (work->source, error) &&
         admin_write (work->call, write_calendar, work, work->is_dry_run, error);
}

/* clang-format off */
#define RESOURCE { "resource", ADMIN_TEXT, ADMIN_WORD, "RESOURCE", "key or e-mail address of an advisor, a room or equipment" }
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }
const AdminArgument admin_replace_calendar_arguments[] = {
  RESOURCE, { "calendar", ADMIN_CONTENT, ADMIN_WORD, "FILE", "iCalendar text; - is standard input" }, DRY_RUN, { NULL } };
const AdminArgument admin_remove_calendar_arguments[] = { RESOURCE, DRY_RUN, { NULL } };
/* clang-format on */

/**
 * admin_replace_calendar:
 *
 * Arguments: tenant, resource, calendar (iCalendar text), dry_run. What imports put there before and
 * the text lacks is removed; blocked time and synchronised calendars are not touched. Result:
 * outcome, appointments: how many were added, changed, removed, same.
 *
 * Errors: PLANNER_ERROR_NOT_VALID as the import refuses the file; PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_replace_calendar (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  const char *text = NULL;

  if (!work_init (&work, error) || !admin_need_text (call, "calendar", &text, error))
    return FALSE;
  import_source_add_calendar (work.source, work.resource->resource_key, text);
  return run_work (&work, error);
}

/**
 * admin_remove_calendar:
 *
 * Arguments: tenant, resource, dry_run. Result: as admin_replace_calendar().
 */
gboolean
admin_remove_calendar (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && run_work (&work, error);
}
