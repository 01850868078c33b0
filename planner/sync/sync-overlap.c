/* SPDX-License-Identifier: EUPL-1.2 */
/* Appointments over booked meetings: judged by the meeting's form, told once, and over when nothing blocks it any more. */
#include "base/clock.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/code-lists.h"
#include "sync/sync-local-private.h"

#define REMOTE_TYPES "codes/remote-contact-types.csv"

/* Once a run; without a folder every meeting is in person, which is the stricter. */
static gboolean
need_remote_types (SyncLocal *local, StoreSession *session, GError **error)
{
  const char *data_dir = local->place->data_dir;
  g_autofree char *path = data_dir == NULL ? NULL : g_build_filename (data_dir, REMOTE_TYPES, NULL);
  g_autofree char *text = NULL;

  if (path == NULL || local->remote_types != NULL)
    return TRUE;
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  local->remote_types = code_lists_load_one (session, CODES_REMOTE_CONTACT_TYPES, text,
                                             local->binding->tenant_id, error);
  return local->remote_types != NULL;
}

/* A meeting where it is the room, and an offer with any contact type in person, are in person. */
static CalsyncMeeting
form_of (const SyncLocal *local, const SyncMeeting *meeting)
{
  gint32 today = (gint32) calsync_zone_local_day (local->zone, local->now_us);
  g_auto (GStrv) types =
    meeting->contact_types == NULL ? NULL : g_strsplit (meeting->contact_types, ",", -1);
  guint n_remote = 0;

  if (types == NULL || local->remote_types == NULL)
    return CALSYNC_MEETING_IN_PERSON;
  for (; types[n_remote] != NULL; n_remote++)
    if (code_list_find (local->remote_types, (int) g_ascii_strtoll (types[n_remote], NULL, 10),
                        today) == NULL)
      return CALSYNC_MEETING_IN_PERSON;
  return n_remote > 0 ? CALSYNC_MEETING_REMOTE : CALSYNC_MEETING_IN_PERSON;
}

/**
 * sync_local_list_meetings:
 *
 * Returns: (transfer full) (element-type SyncMeeting): of the resource, not over, each with its form; NULL with
 *   @error set
 */
GPtrArray *
sync_local_list_meetings (SyncLocal *local, StoreSession *session, GError **error)
{
  Period ahead = { local->now_us, G_MAXINT64 };
  g_autoptr (GPtrArray) meetings = NULL;

  if (!need_remote_types (local, session, error))
    return NULL;
  meetings = sync_meeting_list (session, local->binding->binding_id, local->binding->resource_id,
                                ahead, error);
  for (guint i = 0; meetings != NULL && i < meetings->len; i++)
    {
      SyncMeeting *meeting = meetings->pdata[i];
      meeting->is_remote = form_of (local, meeting) == CALSYNC_MEETING_REMOTE;
    }
  return g_steal_pointer (&meetings);
}

static gboolean
blocks (const SyncLocal *local, const BusySpan *span, const SyncMeeting *meeting)
{
  return block_rules_let_block (
    &local->blocks, span, meeting->is_remote ? CALSYNC_MEETING_REMOTE : CALSYNC_MEETING_IN_PERSON);
}

/**
 * sync_overlaps_add:
 * @span: of an appointment that is new or was changed
 * @meetings: (element-type SyncMeeting): of sync_local_list_meetings()
 * @overlaps: (element-type SyncConflict): those with a meeting of ours that it blocks are appended
 *
 * Told, never touched.
 */
void
sync_overlaps_add (const SyncLocal *local,
                   const BusySpan *span,
                   const GPtrArray *meetings,
                   GPtrArray *overlaps)
{
  CalsyncClass busy_class = CALSYNC_CLASS_UNKNOWN;

  if (!calsync_class_parse (span->class_name, &busy_class))
    return;
  for (guint i = 0; i < meetings->len; i++)
    {
      const SyncMeeting *meeting = meetings->pdata[i];
      SyncConflict *conflict;

      if (!period_overlaps (meeting->period, span->period) || !blocks (local, span, meeting))
        continue;
      conflict = g_new0 (SyncConflict, 1);
      conflict->kind = g_strdup ("overlap");
      conflict->decision = g_strdup (calsync_decision_format (CALSYNC_DECISION_KEPT));
      conflict->state = g_strdup ("open");
      conflict->reference =
        sync_reference_new (local->instance, meeting->session_id != 0, meeting->identifier);
      conflict->ours =
        (SyncShape){ meeting->period.start_us, meeting->period.end_us, CALSYNC_CLASS_BUSY, 0 };
      conflict->theirs =
        (SyncShape){ span->period.start_us, span->period.end_us, (gint64) busy_class, 0 };
      g_ptr_array_add (overlaps, conflict);
    }
}

/* reference → SyncMeeting */
static GHashTable *
index_meetings (const SyncLocal *local, const GPtrArray *meetings)
{
  GHashTable *by_reference = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < meetings->len; i++)
    {
      SyncMeeting *meeting = meetings->pdata[i];
      g_hash_table_insert (
        by_reference,
        sync_reference_new (local->instance, meeting->session_id != 0, meeting->identifier),
        meeting);
    }
  return by_reference;
}

static const SyncMeeting *
find_meeting (GHashTable *by_reference, const SyncConflict *conflict)
{
  const SyncMeeting *meeting =
    conflict->reference == NULL ? NULL : g_hash_table_lookup (by_reference, conflict->reference);

  return meeting == NULL || meeting->period.start_us != conflict->ours.start_us ? NULL : meeting;
}

/* Whether something of this calendar still stands in its way. */
static gboolean
find_block (const SyncLocal *local,
            StoreSession *session,
            const SyncMeeting *meeting,
            gboolean *out_blocks,
            GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step = STORE_END;

  *out_blocks = FALSE;
  if (!store_query (session, &query, error, SQL_SYNC_OVERLAP_SPANS, "iiii",
                    local->binding->resource_id, local->binding->calendar_id,
                    meeting->period.start_us, meeting->period.end_us))
    return FALSE;
  while (!*out_blocks && (step = store_step (&query, error)) == STORE_ROW)
    {
      BusySpan span = { .class_name = store_text (&query, 0),
                        .is_all_day = store_int (&query, 1) != 0 };
      *out_blocks = blocks (local, &span, meeting);
    }
  return step != STORE_FAILED;
}

/* Those that stay are taken out of the list. */
static gboolean
leave_over (SyncLocal *local, StoreSession *session, GPtrArray *conflicts, GError **error)
{
  g_autoptr (GPtrArray) meetings = sync_local_list_meetings (local, session, error);
  g_autoptr (GHashTable) by_reference = meetings == NULL ? NULL : index_meetings (local, meetings);

  for (guint i = meetings == NULL ? 0 : conflicts->len; i > 0; i--)
    {
      const SyncMeeting *meeting = find_meeting (by_reference, conflicts->pdata[i - 1]);
      gboolean still_blocks = FALSE;

      if (meeting != NULL && !find_block (local, session, meeting, &still_blocks, error))
        return FALSE;
      if (still_blocks)
        g_ptr_array_remove_index (conflicts, i - 1);
    }
  return meetings != NULL;
}

/* Open ones whose meeting is over or somewhere else, or that nothing in the calendar blocks any more, by the rules of
 * this day. */
static GPtrArray *
list_over (SyncLocal *local, GError **error)
{
  StoreSession *session = local->place->session;
  g_autoptr (GPtrArray) conflicts = NULL;
  gboolean is_own = FALSE;
  gboolean ok;

  if (!sync_local_begin (local, &is_own, error))
    return NULL;
  conflicts = sync_conflict_list_overlaps (session, local->binding->binding_id, error);
  ok = conflicts != NULL && (conflicts->len == 0 || leave_over (local, session, conflicts, error));
  sync_local_end (local, is_own);
  return ok ? g_steal_pointer (&conflicts) : NULL;
}

typedef struct
{
  SyncLocal *local;
  const GPtrArray *over;
  guint first;
  guint n_done;
} Settling;

/* AdminWrite: may be run again. */
static gboolean
write_some (StoreSession *session, gpointer data, GError **error)
{
  Settling *settling = data;
  gint64 until_us = clock_monotonic_us () + SYNC_MAX_WRITE_US;

  settling->n_done = 0;
  for (guint i = settling->first; i < settling->over->len; i++)
    {
      const SyncConflict *conflict = settling->over->pdata[i];
      SyncConflict resolved = { .conflict_id = conflict->conflict_id,
                                .resolved_us = settling->local->now_us,
                                .resolved_by = (char *) "sync",
                                .resolution = (char *) "over" };

      if (i > settling->first && clock_monotonic_us () > until_us)
        return TRUE;
      if (!sync_conflict_resolve (session, &resolved, error))
        return FALSE;
      settling->n_done++;
    }
  return TRUE;
}

/**
 * sync_overlaps_settle:
 *
 * After a pull, whether it had news or not: a rule that was relaxed, and a meeting that is over, are no news of the
 * calendar's.
 */
gboolean
sync_overlaps_settle (SyncLocal *local, GError **error)
{
  g_autoptr (GPtrArray) over = list_over (local, error);
  Settling settling = { .local = local, .over = over };

  while (over != NULL && settling.first < over->len)
    {
      if (!sync_local_write (local, write_some, &settling, error))
        return FALSE;
      settling.first += settling.n_done;
    }
  return over != NULL;
}
