/* SPDX-License-Identifier: EUPL-1.2 */
/* Blocks and opens time by hand: kept, laid out and in force in one transaction. */
#include "ops/commands/calendars/admin-time.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "calsync-availability.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/manual-time.h"
#include "ops/service/admin-expand.h"
#include "ops/text/import-row.h"
#include "store/availability-store.h"
#include "store/busy-span-store.h"
#include "store/calendar-store.h"
#include "store/journal-store.h"

#define MAX_BLOCKED_US (366 * PERIOD_US_PER_DAY)
/* The exact evaluator looks this far back for the beginning of a working block. */
#define MAX_OPENED_US PERIOD_US_PER_DAY

/* Everything of one command; times that a retry of the write leaves behind are freed by it. */
typedef struct
{
  AdminCall *call;
  AdminCatalogue *catalogue;
  const ResourceRecord *resource;
  const CalsyncZone *zone;
  CalsyncStretch *wanted; /* to be added; NULL when one is removed */
  const char *uid;        /* to be removed, or a beginning of it */
  gboolean is_dry_run;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->catalogue, admin_catalogue_free);
  g_clear_pointer (&work->wanted, calsync_stretch_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return FALSE;
}

static gboolean
work_init (Work *work, GError **error)
{
  const char *key = NULL;

  work->catalogue = admin_catalogue_load (work->call, error);
  if (work->catalogue == NULL || !admin_need_text (work->call, "resource", &key, error))
    return FALSE;
  work->resource = admin_catalogue_find_resource (work->catalogue, key, error);
  if (work->resource == NULL)
    return FALSE;
  work->zone = expansion_find_zone (work->call->session, work->resource->resource_id);
  work->is_dry_run = admin_get_flag (work->call, "dry_run");
  return TRUE;
}

static gboolean
read_times (Work *work, GError **error)
{
  const char *from = NULL;
  const char *to = NULL;
  CalsyncStretch *wanted = work->wanted;

  if (!admin_need_text (work->call, "from", &from, error) ||
      !admin_get_text (work->call, "to", &to, error))
    return FALSE;
  if (to == NULL && strlen (from) != 10)
    return refuse (error, "to is missing: only a whole day, a date alone, ends by itself");
  if (!admin_parse_day_or_time (work->zone, from, 0, &wanted->start_us, error) ||
      !admin_parse_day_or_time (work->zone, to == NULL ? from : to, 1, &wanted->end_us, error))
    return FALSE;
  if (wanted->end_us <= wanted->start_us)
    return refuse (error, "to lies before from");
  if (wanted->end_us <= work->call->now_us)
    return refuse (error, "the time is past: nothing would change");
  if (wanted->end_us - wanted->start_us > MAX_BLOCKED_US)
    return refuse (error, "the time is longer than a year; retire the advisor instead");
  if (wanted->kind == CALSYNC_STRETCH_OPENED && wanted->end_us - wanted->start_us > MAX_OPENED_US)
    return refuse (error, "opened time is a day at most; give each day its own");
  return TRUE;
}

/* What comes again must be understood in full: a rule that is not would take everything. */
static gboolean
check_rule (const Work *work, GError **error)
{
  CalsyncWindow window =
    expansion_calsync_window (work->zone, expansion_window (work->call->now_us));
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;

  if (work->wanted->rule == NULL)
    return TRUE;
  text = calsync_stretch_write (work->wanted, work->zone, &local_error);
  if (text == NULL)
    return refuse (error, local_error->message);
  if (work->wanted->kind == CALSYNC_STRETCH_OPENED
        ? !calsync_availability_check (text, &window, NULL)
        : !calsync_expand (text, &window, spans, NULL))
    return refuse (error, "repeat is no recurrence rule, such as FREQ=WEEKLY;BYDAY=MO;COUNT=10");
  for (guint i = 0; i < spans->len; i++)
    if ((g_array_index (spans, CalsyncSpan, i).flags & CALSYNC_FLAGS_SUSPECT) != 0)
      return refuse (error, "repeat is no recurrence rule, such as FREQ=WEEKLY;BYDAY=MO;COUNT=10");
  return TRUE;
}

static gboolean
read_wanted (Work *work, CalsyncStretchKind kind, GError **error)
{
  char uid[IDS_GUID_LENGTH + 1];
  const char *rule = NULL;
  const char *text = NULL;

  ids_new_guid (uid);
  work->wanted = g_new0 (CalsyncStretch, 1);
  work->wanted->kind = kind;
  work->wanted->uid = g_strdup (uid);
  if (!read_times (work, error) || !admin_get_text (work->call, "repeat", &rule, error) ||
      !admin_get_text (work->call, "text", &text, error))
    return FALSE;
  work->wanted->rule = rule == NULL ? NULL : g_ascii_strup (rule, -1);
  work->wanted->text = g_strdup (text);
  return check_rule (work, error);
}

static JsonObject *
stretch_to_json (const Work *work, const CalsyncStretch *stretch)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", stretch->uid);
  json_object_set_string_member (object, "resource", work->resource->resource_key);
  json_object_set_string_member (object, "kind",
                                 stretch->kind == CALSYNC_STRETCH_BLOCKED ? "blocked" : "opened");
  admin_set_time (object, "from", work->zone, stretch->start_us);
  admin_set_time (object, "to", work->zone, stretch->end_us);
  admin_set_text (object, "repeat", stretch->rule);
  admin_set_text (object, "text", stretch->text);
  return object;
}

static gboolean
journal (const Work *work,
         StoreSession *session,
         const char *kind,
         const CalsyncStretch *stretch,
         GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *payload = NULL;
  JournalEntry entry = { .tenant_id = work->resource->tenant_id,
                         .at_us = work->call->now_us,
                         .actor = work->call->actor,
                         .call_id = work->call->call_id,
                         .kind = kind,
                         .subject = stretch->uid };

  json_node_take_object (node, stretch_to_json (work, stretch));
  payload = json_to_string (node, FALSE);
  entry.payload = payload;
  return journal_store_add (session, &entry, error);
}

/* Meetings that stand in blocked time: told by booking or group, never by citizen. */
static gboolean
list_meetings (const Work *work,
               StoreSession *session,
               gint64 object_id,
               JsonArray *list,
               GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OBJECT_MEETINGS, "iii", work->resource->resource_id,
                    object_id, work->call->now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "kind", store_text (&query, 2));
      json_object_set_string_member (object, "identifier", store_text (&query, 3));
      admin_set_time (object, "start", work->zone, store_int (&query, 0));
      admin_set_time (object, "end", work->zone, store_int (&query, 1));
      admin_set_text (object, "title", store_text (&query, 4));
      json_array_add_object_element (list, object);
    }
  return step == STORE_END;
}

/* The commands run a second time when the writer has to; the result is made anew. */
static void
set_list (const Work *work, const char *name, JsonArray *list)
{
  json_object_set_array_member (work->call->result, name, list);
}

static gboolean
is_same (const CalsyncStretch *a, const CalsyncStretch *b)
{
  return a->kind == b->kind && a->start_us == b->start_us && a->end_us == b->end_us &&
         g_strcmp0 (a->rule, b->rule) == 0;
}

static const ManualTime *
find_same (const GPtrArray *times, const CalsyncStretch *wanted)
{
  for (guint i = 0; i < times->len; i++)
    if (is_same (((ManualTime *) times->pdata[i])->stretch, wanted))
      return times->pdata[i];
  return NULL;
}

/* AdminWrite. */
static gboolean
write_block (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  ManualTime time = { .tenant_id = work->resource->tenant_id,
                      .resource_id = work->resource->resource_id,
                      .stretch = work->wanted };
  g_autoptr (GPtrArray) times = manual_time_list (session, time.tenant_id, time.resource_id, error);
  const ManualTime *same = times == NULL ? NULL : find_same (times, work->wanted);
  JsonArray *meetings = json_array_new ();
  PutOutcome outcome;

  set_list (work, "meetings", meetings);
  if (times == NULL)
    return FALSE;
  if (same == NULL && (!manual_time_put (session, &time, &outcome, error) ||
                       !admin_expand_resource (work->call, session, work->resource, error) ||
                       !journal (work, session, "time-blocked", work->wanted, error)))
    return FALSE;
  json_object_set_boolean_member (work->call->result, "changed", same == NULL);
  json_object_set_object_member (
    work->call->result, "time",
    stretch_to_json (work, same == NULL ? work->wanted : same->stretch));
  return list_meetings (work, session, same == NULL ? time.object_id : same->object_id, meetings,
                        error);
}

/* What is left of a block on either side of the opened time becomes a block of its own. */
static gboolean
put_rest (const Work *work,
          StoreSession *session,
          const CalsyncStretch *block,
          Period rest,
          GError **error)
{
  char uid[IDS_GUID_LENGTH + 1];
  CalsyncStretch stretch = { .uid = uid,
                             .kind = CALSYNC_STRETCH_BLOCKED,
                             .start_us = rest.start_us,
                             .end_us = rest.end_us,
                             .text = block->text };
  ManualTime time = { .tenant_id = work->resource->tenant_id,
                      .resource_id = work->resource->resource_id,
                      .stretch = &stretch };
  PutOutcome unused;

  if (period_is_empty (rest))
    return TRUE;
  ids_new_guid (uid);
  return manual_time_put (session, &time, &unused, error) &&
         journal (work, session, "time-blocked", &stretch, error);
}

static gboolean
meets_rule (const Work *work, const CalsyncStretch *block)
{
  CalsyncWindow window = { .zone = work->zone,
                           .from_us = work->wanted->start_us,
                           .to_us = work->wanted->end_us };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autofree char *text = calsync_stretch_write (block, work->zone, NULL);

  return text == NULL || !calsync_expand (text, &window, spans, NULL) || spans->len > 0;
}

static gboolean
cut_block (const Work *work,
           StoreSession *session,
           const ManualTime *time,
           gboolean *out_changed,
           GError **error)
{
  const CalsyncStretch *block = time->stretch;
  Period wanted = { work->wanted->start_us, work->wanted->end_us };
  Period left = { block->start_us, MIN (block->end_us, wanted.start_us) };
  Period right = { MAX (block->start_us, wanted.end_us), block->end_us };

  if (block->kind != CALSYNC_STRETCH_BLOCKED)
    return TRUE;
  if (block->rule != NULL || work->wanted->rule != NULL)
    {
      if (work->wanted->rule == NULL ? !meets_rule (work, block) : block->end_us <= wanted.start_us)
        return TRUE;
      g_set_error (
        error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
        "blocked time %s is in the way, and what repeats is not cut in pieces: remove it "
        "and block what is to stay",
        block->uid);
      return FALSE;
    }
  if (!period_overlaps ((Period){ block->start_us, block->end_us }, wanted))
    return TRUE;
  *out_changed = TRUE;
  return manual_time_remove (session, time, error) &&
         journal (work, session, "time-removed", block, error) &&
         put_rest (work, session, block, left, error) &&
         put_rest (work, session, block, right, error);
}

static gboolean
is_worked_now (const Work *work, StoreSession *session, gboolean *out_is_worked, GError **error)
{
  Period wanted = { work->wanted->start_us, work->wanted->end_us };
  g_autoptr (GArray) spans = work_span_list (session, work->resource->resource_id, wanted, error);

  *out_is_worked = FALSE;
  if (spans != NULL)
    period_list_normalise (spans);
  for (guint i = 0; spans != NULL && i < spans->len; i++)
    if (period_contains (g_array_index (spans, Period, i), wanted))
      *out_is_worked = work->wanted->rule == NULL;
  return spans != NULL;
}

/* Rooms without hours are open all the time; hours of one evening would close them otherwise. */
static gboolean
is_always_open (const Work *work, StoreSession *session, gboolean *out_is_open, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  *out_is_open = FALSE;
  if (g_str_equal (work->resource->kind, "advisor"))
    return TRUE;
  if (!store_query (session, &query, error, SQL_HOURS, "i", work->resource->resource_id))
    return FALSE;
  step = store_step (&query, error);
  *out_is_open = step == STORE_END;
  return step != STORE_FAILED;
}

/* Appointments in the resource's own calendars are theirs: opening does not touch them. */
static gboolean
list_still_taken (const Work *work, StoreSession *session, GError **error)
{
  Period wanted = { work->wanted->start_us, work->wanted->end_us };
  g_autoptr (GArray) spans = busy_span_list (session, work->resource->resource_id, wanted, error);
  JsonArray *list = json_array_new ();
  CalsyncPolicy policy;

  set_list (work, "still_taken", list);
  if (!block_rules_load (session, work->resource->resource_id, work->call->now_us, &policy, error))
    return FALSE;
  for (guint i = 0; spans != NULL && i < spans->len; i++)
    {
      const BusySpan *span = &g_array_index (spans, BusySpan, i);
      JsonObject *object;

      if (block_rules_get (&policy, span) == CALSYNC_BLOCKS_NOTHING)
        continue;
      object = json_object_new ();
      admin_set_time (object, "from", work->zone, span->period.start_us);
      admin_set_time (object, "to", work->zone, span->period.end_us);
      json_object_set_string_member (object, "class", span->class_name);
      json_array_add_object_element (list, object);
    }
  return spans != NULL;
}

/* Where a block alone was in the way, its going is all. */
static gboolean
put_opened (const Work *work, StoreSession *session, gboolean *out_changed, GError **error)
{
  ManualTime time = { .tenant_id = work->resource->tenant_id,
                      .resource_id = work->resource->resource_id,
                      .stretch = work->wanted };
  gboolean is_worked = FALSE;
  gboolean is_open = FALSE;
  PutOutcome unused;

  if (!is_worked_now (work, session, &is_worked, error) ||
      !is_always_open (work, session, &is_open, error))
    return FALSE;
  if (is_worked || is_open)
    return TRUE;
  *out_changed = TRUE;
  return manual_time_put (session, &time, &unused, error) &&
         journal (work, session, "time-opened", work->wanted, error) &&
         admin_expand_resource (work->call, session, work->resource, error);
}

/* AdminWrite. */
static gboolean
write_opening (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_autoptr (GPtrArray) times =
    manual_time_list (session, work->resource->tenant_id, work->resource->resource_id, error);
  const ManualTime *same = times == NULL ? NULL : find_same (times, work->wanted);
  gboolean changed = FALSE;

  if (times == NULL)
    return FALSE;
  json_object_set_object_member (
    work->call->result, "time",
    stretch_to_json (work, same == NULL ? work->wanted : same->stretch));
  for (guint i = 0; i < times->len; i++)
    if (!cut_block (work, session, times->pdata[i], &changed, error))
      return FALSE;
  if (changed && !admin_expand_resource (work->call, session, work->resource, error))
    return FALSE;
  if (same == NULL && !put_opened (work, session, &changed, error))
    return FALSE;
  json_object_set_boolean_member (work->call->result, "changed", changed);
  return list_still_taken (work, session, error);
}

/* By id, or by a beginning of it that only one has. */
static const ManualTime *
find_time (const Work *work, const GPtrArray *times, GError **error)
{
  const ManualTime *found = NULL;

  for (guint i = 0; i < times->len; i++)
    {
      if (!g_str_has_prefix (((ManualTime *) times->pdata[i])->stretch->uid, work->uid))
        continue;
      if (found != NULL)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "several times begin with %s",
                       work->uid);
          return NULL;
        }
      found = times->pdata[i];
    }
  if (found == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "%s has no blocked or opened time %s", work->resource->resource_key, work->uid);
  return found;
}

/* AdminWrite. */
static gboolean
write_removal (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_autoptr (GPtrArray) times =
    manual_time_list (session, work->resource->tenant_id, work->resource->resource_id, error);
  const ManualTime *time = times == NULL ? NULL : find_time (work, times, error);

  if (time == NULL)
    return FALSE;
  json_object_set_object_member (work->call->result, "time", stretch_to_json (work, time->stretch));
  return manual_time_remove (session, time, error) &&
         admin_expand_resource (work->call, session, work->resource, error) &&
         journal (work, session, "time-removed", time->stretch, error);
}

static gboolean
run (Work *work, AdminWrite write, GError **error)
{
  json_object_set_boolean_member (work->call->result, "dry_run", work->is_dry_run);
  return admin_write (work->call, write, work, work->is_dry_run, error);
}

/* clang-format off */
const AdminArgument admin_block_time_arguments[] = {
  { "resource", ADMIN_TEXT, ADMIN_WORD, "RESOURCE", "key or e-mail address of an advisor or a room" },
  { "from", ADMIN_DAY_OR_TIME, ADMIN_WORD, "FROM", "a time, or a date for the whole day" },
  { "to", ADMIN_DAY_OR_TIME, ADMIN_MAYBE_WORD, "TO", "a time, or the last whole day" },
  { "repeat", ADMIN_TEXT, ADMIN_OPTION, "RULE", "recurrence rule, as FREQ=WEEKLY;COUNT=4" },
  { "text", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "what the calendar says of it; nothing personal" },
  { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' },
  { NULL },
};

const AdminArgument admin_remove_time_arguments[] = {
  { "resource", ADMIN_TEXT, ADMIN_WORD, "RESOURCE", "key or e-mail address of an advisor or a room" },
  { "id", ADMIN_TEXT, ADMIN_WORD, "ID", "identifier that list time tells, or its beginning" },
  { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' },
  { NULL },
};

const AdminArgument admin_list_time_arguments[] = {
  { "resource", ADMIN_TEXT, ADMIN_WORD, "RESOURCE", "key or e-mail address of an advisor or a room" },
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "what is past too" },
  { NULL },
};
/* clang-format on */

/**
 * admin_block_time:
 *
 * Arguments: tenant, resource, from, to (dates, or times in the resource's zone; a date alone is the
 * whole day), repeat (recurrence rule), text, dry_run. Result: time, changed, meetings: what stands
 * in the blocked time now, by booking identifier. Blocking what is blocked already changes nothing.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_block_time (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && read_wanted (&work, CALSYNC_STRETCH_BLOCKED, error) &&
         run (&work, write_block, error);
}

/**
 * admin_open_time:
 *
 * Arguments: as admin_block_time(). Takes blocked time away where it lies in the stretch, and adds
 * working time where there is none. Result: time, changed, still_taken: appointments of the
 * resource's own calendars, which are not touched.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID; PLANNER_ERROR_CONFLICT when blocked time
 * that repeats is in the way.
 */
gboolean
admin_open_time (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && read_wanted (&work, CALSYNC_STRETCH_OPENED, error) &&
         run (&work, write_opening, error);
}

/**
 * admin_remove_time:
 *
 * Arguments: tenant, resource, id (or its beginning), dry_run. Result: time.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_remove_time (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && admin_need_text (call, "id", &work.uid, error) &&
         run (&work, write_removal, error);
}

/**
 * admin_list_time:
 *
 * Arguments: tenant, resource, all (what is past too). Result: times, each with the meetings that
 * stand in it when it is blocked.
 */
gboolean
admin_list_time (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  g_autoptr (GPtrArray) times = NULL;
  JsonArray *list = json_array_new ();

  set_list (&work, "times", list);
  if (!work_init (&work, error))
    return FALSE;
  times =
    manual_time_list (call->session, work.resource->tenant_id, work.resource->resource_id, error);
  for (guint i = 0; times != NULL && i < times->len; i++)
    {
      const ManualTime *time = times->pdata[i];
      JsonArray *meetings = json_array_new ();
      JsonObject *object;

      if (time->stretch->rule == NULL && time->stretch->end_us <= call->now_us &&
          !admin_get_flag (call, "all"))
        {
          json_array_unref (meetings);
          continue;
        }
      object = stretch_to_json (&work, time->stretch);
      json_object_set_array_member (object, "meetings", meetings);
      json_array_add_object_element (list, object);
      if (!list_meetings (&work, call->session, time->object_id, meetings, error))
        return FALSE;
    }
  return times != NULL;
}
