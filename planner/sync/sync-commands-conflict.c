/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists and shows conflicts with both versions, and carries out what a person decides by the doors that an admin uses. */
#include "sync/sync-commands-conflict.h"

#include "base/error.h"
#include "calsync-event.h"
#include "ops/commands/admin-op.h"
#include "store/sync-record-store.h"
#include "sync/sync-door.h"
#include "sync/sync-lock.h"
#include "sync/sync-task.h"

#define MAX_LISTED    200
#define STATE_LINKED  1
#define TAKE_PLANNER  1u
#define TAKE_CALENDAR 2u
#define OVERLAP       "overlap"
#define LOST          "lost"
/* A calendar of a restored database, since it was read. */
#define KNOWN_FOR_US (15 * 60 * G_USEC_PER_SEC)

/* clang-format off */
static const struct
{
  const char *kind;
  guint takes;
  const char *meaning;
} kinds[] = {
  { "moved", TAKE_PLANNER | TAKE_CALENDAR, "our event was moved or resized in the calendar" },
  { "both-moved", TAKE_PLANNER | TAKE_CALENDAR, "the booking was moved here and its event there" },
  { "deleted", TAKE_PLANNER | TAKE_CALENDAR, "our event was deleted in the calendar" },
  { "series", TAKE_PLANNER, "our event was made a series; the booking's own time stands" },
  { "attendees", TAKE_PLANNER, "our event was made a meeting with participants; the booking's own time stands" },
  { "shown-free", 0, "our event is shown as free or tentative; the booking's time stays taken" },
  { "copy", 0, "there is a copy of our event, or one of a meeting that is over or of somebody else who is connected to the calendar, too; it takes time as any other appointment" },
  { LOST, TAKE_PLANNER, "an event of ours whose meeting is not in the database, as after a restore: it takes time; take it out of the calendar and book the meeting anew; planner says that somebody has seen to it" },
  { "refused", TAKE_PLANNER, "the server will not have our event; planner tries once more" },
  { "storm", TAKE_PLANNER | TAKE_CALENDAR, "put back too often in a day: somebody or something moves it each time" },
  { "unreadable", 0, "an entry cannot be read, and takes the time that was known of it, or all of it: its owner finds it by its start or the day of its change, and saves it anew or deletes it" },
  { OVERLAP, TAKE_PLANNER, "a new appointment stands over a booked meeting; both stand, and planner says that somebody has seen to it" },
};
/* clang-format on */

typedef struct
{
  SyncTask sync;
  SyncConflict *conflict;
  guint takes; /* what a person chose: one bit */
  gboolean is_dry_run;
} Work;

static void
work_clear (Work *work)
{
  sync_task_clear (&work->sync);
  g_clear_pointer (&work->conflict, sync_conflict_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static guint
takes_of (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return kinds[i].takes;
  return 0;
}

static const char *
meaning_of (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return kinds[i].meaning;
  return "";
}

static JsonObject *
conflict_to_json (const Work *work, const SyncConflict *conflict)
{
  const SyncBinding *binding = sync_task_find (&work->sync, conflict->binding_id);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "conflict", conflict->conflict_id);
  json_object_set_string_member (object, "resource",
                                 sync_task_owner (&work->sync, binding)->resource_key);
  json_object_set_string_member (object, "kind", conflict->kind);
  json_object_set_string_member (object, "state", conflict->state);
  json_object_set_string_member (object, "decision", conflict->decision);
  if (conflict->ours.start_us != 0)
    admin_set_time (object, "planner", work->sync.zone, conflict->ours.start_us);
  if (conflict->theirs.start_us != 0)
    admin_set_time (object, "calendar", work->sync.zone, conflict->theirs.start_us);
  if (conflict->changed_us != 0)
    admin_set_time (object, "changed", work->sync.zone, conflict->changed_us);
  admin_set_time (object, "seen", work->sync.zone, conflict->seen_us);
  admin_set_text (object, "reference", conflict->reference);
  return object;
}

/* clang-format off */
#define CONFLICT { "conflict", ADMIN_INTEGER, ADMIN_WORD, "ID", "number of the conflict, from sync conflicts", .min = 1, .max = G_MAXINT64 }

const AdminArgument sync_command_conflicts_arguments[] = {
  SYNC_MAYBE_RESOURCE,
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "also what was put back or decided already; the newest 200" },
  { NULL } };
const AdminArgument sync_command_show_conflict_arguments[] = { CONFLICT, { NULL } };
const AdminArgument sync_command_resolve_arguments[] = {
  CONFLICT,
  { "take", ADMIN_CHOICE, ADMIN_NEEDED_OPTION, "planner|calendar", "which of the two versions counts" },
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "as of move booking: overrule hours, grid, notice; not another meeting" },
  SYNC_DRY_RUN, { NULL } };
/* clang-format on */

/**
 * sync_command_conflicts:
 *
 * Arguments: tenant, resource, all. Result: conflicts, the newest first; more.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_conflicts (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  const char *state = admin_get_flag (call, "all") ? NULL : "open";
  g_autoptr (GPtrArray) conflicts = NULL;
  JsonArray *list = json_array_new ();
  guint n_found = 0;

  json_object_set_array_member (call->result, "conflicts", list);
  if (!sync_task_init (&work.sync, error))
    return FALSE;
  conflicts =
    sync_conflict_list (call->session, work.sync.names->tenant->tenant_id, 0, state, error);
  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      const SyncConflict *conflict = conflicts->pdata[i];

      if (sync_task_find (&work.sync, conflict->binding_id) == NULL)
        continue;
      if (n_found++ < MAX_LISTED)
        json_array_add_object_element (list, conflict_to_json (&work, conflict));
    }
  json_object_set_boolean_member (call->result, "more", n_found > MAX_LISTED);
  return conflicts != NULL;
}

static gboolean
load (Work *work, GError **error)
{
  gint64 id = admin_get_integer (work->sync.call, "conflict", 0);
  g_autoptr (GError) local_error = NULL;

  if (!sync_task_init (&work->sync, error))
    return FALSE;
  work->conflict = sync_conflict_load (work->sync.call->session, id, &local_error);
  if (work->conflict != NULL && sync_task_find (&work->sync, work->conflict->binding_id) != NULL)
    return TRUE;
  if (local_error != NULL && !g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no conflict %" G_GINT64_FORMAT ": plannerctl sync conflicts lists them",
                 id);
  return FALSE;
}

static void
add_side (JsonArray *sides, const char *what, const char *planner, const char *calendar)
{
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "what", what);
  json_object_set_string_member (row, "planner", planner == NULL ? "" : planner);
  json_object_set_string_member (row, "calendar", calendar == NULL ? "" : calendar);
  json_array_add_object_element (sides, row);
}

static char *
dup_time (const Work *work, const SyncShape *shape, gint64 at_us)
{
  return shape->start_us == 0 ? g_strdup ("not there") : admin_format_time (work->sync.zone, at_us);
}

static const char *
class_of (const SyncShape *shape)
{
  return shape->start_us == 0 ? "" : calsync_class_format ((CalsyncClass) shape->busy_class);
}

static void
add_flag (JsonArray *sides, const SyncConflict *conflict, gint64 flag, const char *what)
{
  if (((conflict->ours.flags | conflict->theirs.flags) & flag) != 0)
    add_side (sides, what, (conflict->ours.flags & flag) != 0 ? "yes" : "no",
              (conflict->theirs.flags & flag) != 0 ? "yes" : "no");
}

static JsonArray *
list_sides (const Work *work)
{
  const SyncConflict *conflict = work->conflict;
  g_autofree char *our_start = dup_time (work, &conflict->ours, conflict->ours.start_us);
  g_autofree char *our_end = dup_time (work, &conflict->ours, conflict->ours.end_us);
  g_autofree char *their_start = dup_time (work, &conflict->theirs, conflict->theirs.start_us);
  g_autofree char *their_end = dup_time (work, &conflict->theirs, conflict->theirs.end_us);
  JsonArray *sides = json_array_new ();

  add_side (sides, "start", our_start, their_start);
  add_side (sides, "end", our_end, their_end);
  add_side (sides, "shown as", class_of (&conflict->ours), class_of (&conflict->theirs));
  add_flag (sides, conflict, SYNC_SHAPE_ALL_DAY, "whole days");
  add_flag (sides, conflict, SYNC_SHAPE_SERIES, "series");
  add_flag (sides, conflict, SYNC_SHAPE_ATTENDEES, "participants");
  return sides;
}

static const char *
choice_of (const SyncConflict *conflict)
{
  guint takes = takes_of (conflict->kind);

  if (!g_str_equal (conflict->state, "open") || takes == 0)
    return "nothing";
  return (takes & TAKE_CALENDAR) != 0 ? "planner or calendar" : "planner";
}

/**
 * sync_command_show_conflict:
 *
 * Arguments: tenant, conflict. Result: conflict, meaning, sides: what, planner, calendar; to_take: what
 * resolve would accept.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_show_conflict (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  JsonObject *object;

  if (!load (&work, error))
    return FALSE;
  object = conflict_to_json (&work, work.conflict);
  json_object_remove_member (object, "planner");
  json_object_remove_member (object, "calendar");
  admin_set_time (object, "found", work.sync.zone, work.conflict->found_us);
  json_object_set_int_member (object, "run", work.conflict->run_id);
  admin_set_text (object, "resolved_by", work.conflict->resolved_by);
  admin_set_text (object, "resolution", work.conflict->resolution);
  json_object_set_string_member (object, "meaning", meaning_of (work.conflict->kind));
  json_object_set_string_member (object, "to_take", choice_of (work.conflict));
  json_object_set_object_member (call->result, "conflict", object);
  json_object_set_array_member (call->result, "sides", list_sides (&work));
  return TRUE;
}

static gboolean
find_link (const Work *work, StoreSession *session, SyncLink **out_link, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *out_link = work->conflict->reference == NULL
                ? NULL
                : sync_link_store_find (session, work->conflict->binding_id,
                                        work->conflict->reference, &local_error);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The event shows what the booking follows: nothing is left to send but a length that was changed. */
static gboolean
agree_on (StoreSession *session, SyncLink *link, const SyncShape *shape, GError **error)
{
  link->base = link->seen = *shape;
  link->state = STATE_LINKED;
  return sync_link_store_put (session, link, error);
}

/* Nothing but that it waits no longer: the next run finds what the calendar shows and sends ours. */
static gboolean
take_planner (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (SyncLink) link = NULL;

  if (g_str_equal (work->conflict->kind, OVERLAP) || g_str_equal (work->conflict->kind, LOST))
    return TRUE;
  if (!find_link (work, session, &link, error))
    return FALSE;
  if (link == NULL)
    return TRUE;
  link->state = STATE_LINKED;
  link->not_before_us = 0;
  g_clear_pointer (&link->failure, g_free);
  return sync_link_store_put (session, link, error);
}

/* What was decided about is what stands on both sides now: else a later word, of here or of there, would be undone. */
static gboolean
check_is_of_now (const Work *work, const SyncDoor *door, const SyncLink *link, GError **error)
{
  const SyncShape *theirs = &work->conflict->theirs;

  if (!sync_door_check (door, work->conflict->booking_id, &work->conflict->ours, error))
    return FALSE;
  if (link == NULL || (link->seen.start_us == theirs->start_us &&
                       link->seen.end_us == theirs->end_us && link->seen.flags == theirs->flags))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                       "the calendar shows something else since: decide the newer conflict, and "
                       "take planner of this one");
  return FALSE;
}

/* While a restore waits for a person's word its owner is not offered, so that nobody takes what the calendar shows;
 * that person may, for this one write, when the calendar was read just now. */
static gboolean
move_there (const Work *work, const SyncDoor *door, JsonObject **out_booking, GError **error)
{
  const SyncConflict *conflict = work->conflict;
  gint64 now_us = work->sync.call->now_us;
  g_autoptr (SyncBinding) binding =
    sync_binding_store_load (door->session, conflict->binding_id, error);
  gboolean is_held;

  if (binding == NULL)
    return FALSE;
  is_held = binding->looks_first && binding->fresh_until_us != 0 &&
            binding->pulled_us > now_us - KNOWN_FOR_US;
  return (!is_held ||
          sync_binding_store_set_fresh (door->session, binding, now_us + KNOWN_FOR_US, error)) &&
         sync_door_move (door, conflict->booking_id, conflict->theirs.start_us, out_booking,
                         error) &&
         (!is_held ||
          sync_binding_store_set_fresh (door->session, binding, binding->fresh_until_us, error));
}

static gboolean
take_calendar (const Work *work, StoreSession *session, GError **error)
{
  const SyncConflict *conflict = work->conflict;
  const SyncDoor door = { work->sync.call, session, admin_get_flag (work->sync.call, "force") };
  g_autoptr (SyncLink) link = NULL;
  JsonObject *booking = NULL;
  gboolean is_gone = conflict->theirs.start_us == 0;

  if (!find_link (work, session, &link, error) || !check_is_of_now (work, &door, link, error) ||
      !(is_gone ? sync_door_cancel (&door, conflict->booking_id, &booking, error)
                : move_there (work, &door, &booking, error)))
    return FALSE;
  json_object_set_object_member (work->sync.call->result, "booking", booking);
  if (link == NULL)
    return TRUE;
  return is_gone ? sync_link_store_remove (session, link, NULL, work->sync.call->now_us, error)
                 : agree_on (session, link, &work->conflict->theirs, error);
}

static gboolean
journal (const Work *work, StoreSession *session, const char *resolution, GError **error)
{
  const SyncBinding *binding = sync_task_find (&work->sync, work->conflict->binding_id);
  g_autoptr (JsonObject) before = conflict_to_json (work, work->conflict);
  g_autoptr (JsonObject) after = json_object_new ();
  AdminRecordChange change = { .kind = "sync-resolved",
                               .subject = sync_task_owner (&work->sync, binding)->resource_key,
                               .before = before,
                               .after = after };

  json_object_set_string_member (after, "resolution", resolution);
  return sync_task_journal (&work->sync, session, &change, error);
}

static gboolean
check_open (const SyncConflict *conflict, GError **error)
{
  if (g_str_equal (conflict->state, "open"))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "conflict %" G_GINT64_FORMAT " waits for nobody: it is %s (%s)",
               conflict->conflict_id, conflict->state,
               conflict->resolution == NULL ? conflict->decision : conflict->resolution);
  return FALSE;
}

/* Somebody else may have decided it meanwhile. */
static gboolean
check_still_open (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (SyncConflict) now = sync_conflict_load (session, work->conflict->conflict_id, error);

  return now != NULL && check_open (now, error);
}

/* AdminWrite. */
static gboolean
write_resolution (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  gboolean takes_planner = work->takes == TAKE_PLANNER;
  SyncConflict resolved = *work->conflict;

  resolved.state = (char *) "resolved";
  resolved.resolved_us = work->sync.call->now_us;
  resolved.resolved_by = (char *) work->sync.call->actor;
  resolved.resolution = (char *) (takes_planner ? "planner" : "calendar");
  return check_still_open (work, session, error) &&
         (takes_planner ? take_planner (work, session, error)
                        : take_calendar (work, session, error)) &&
         sync_conflict_resolve (session, &resolved, error) &&
         journal (work, session, resolved.resolution, error);
}

static gboolean
check_choice (Work *work, GError **error)
{
  const SyncConflict *conflict = work->conflict;
  const char *take = NULL;

  if (!admin_need_text (work->sync.call, "take", &take, error))
    return FALSE;
  work->takes = g_str_equal (take, "planner") ? TAKE_PLANNER : TAKE_CALENDAR;
  if (!check_open (conflict, error))
    return FALSE;
  if ((takes_of (conflict->kind) & work->takes) == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "of a conflict of the kind %s, %s: can be taken: %s", conflict->kind,
                 meaning_of (conflict->kind), choice_of (conflict));
  else if (work->takes == TAKE_CALENDAR && conflict->booking_id == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "a group meeting does not follow a calendar: cancel it with plannerctl cancel "
                 "session, or take planner");
  else
    return TRUE;
  return FALSE;
}

/**
 * sync_command_resolve:
 *
 * Arguments: tenant, conflict, take, force, dry_run. With planner the next run puts the event back; with
 * calendar the booking is moved or cancelled as an admin would do it. Result: outcome, booking when it was
 * changed.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_STATE_CHANGED when it is decided already;
 * PLANNER_ERROR_BUSY while a run of the calendar is under way; those of
 * admin_move_booking() and admin_cancel_booking().
 */
gboolean
sync_command_resolve (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  gboolean ok;

  if (!load (&work, error) || !check_choice (&work, error))
    return FALSE;
  work.is_dry_run = admin_get_flag (call, "dry_run");
  json_object_set_boolean_member (call->result, "dry_run", work.is_dry_run);
  json_object_set_string_member (call->result, "outcome", "resolved");
  if (!sync_task_hold (work.conflict->binding_id, error))
    return FALSE;
  ok = admin_write (call, write_resolution, &work, work.is_dry_run, error);
  sync_lock_give (work.conflict->binding_id);
  return ok;
}
