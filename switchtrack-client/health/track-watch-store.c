/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes and reads what the watch knows; says a thing once to each, and not too much in an hour. */
#include "health/track-watch-store.h"

#include <string.h>

#include "base/error.h"
#include "base/track-civil.h"
#include "health/track-evidence.h"

#define S             G_GINT64_CONSTANT (1000000)
#define HOUR_US       (3600 * S)
#define FIRST_WAIT_US (10 * S)
#define LONGEST_US    HOUR_US
#define GIVE_UP_US    (24 * HOUR_US)
#define MOST_SINGLE   3
#define MAX_JOINED    500

/**
 * track_notice_free:
 *
 * NULL is ignored.
 */
void
track_notice_free (TrackNotice *notice)
{
  if (notice == NULL)
    return;
  g_free (notice->key);
  g_free (notice->event);
  g_free (notice->channel);
  g_free (notice->target);
  g_free (notice->subject);
  g_free (notice->body);
  g_clear_pointer (&notice->joined, g_ptr_array_unref);
  g_free (notice);
}

/**
 * track_seen_certificate_free:
 *
 * NULL is ignored.
 */
void
track_seen_certificate_free (TrackSeenCertificate *seen)
{
  if (seen == NULL)
    return;
  g_free (seen->holder);
  g_free (seen);
}

/**
 * track_told_window_free:
 *
 * NULL is ignored.
 */
void
track_told_window_free (TrackToldWindow *told)
{
  if (told == NULL)
    return;
  g_free (told->key);
  g_free (told->endpoint);
  g_free (told);
}

/**
 * track_watch_store_put:
 *
 * Inserts or replaces it; a closed one gets its digest.
 */
gboolean
track_watch_store_put (StoreSession *session, const TrackDisturbance *one, GError **error)
{
  g_autoptr (JsonNode) node = track_disturbance_to_json (one);
  g_autofree char *document = json_to_string (node, FALSE);
  g_autofree char *digest = one->closed_us != 0 ? track_evidence_dup_digest (one) : NULL;

  return store_run (session, error, SQL_TRACK_DISTURBANCE_PUT, "ssiiiiiiss", one->id, one->endpoint,
                    one->from_us, one->until_us, one->closed_us, (gint64) one->is_planned,
                    (gint64) one->n_failed, (gint64) one->n_probes_failed, digest, document);
}

static TrackDisturbance *
read_document (StoreQuery *row, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (store_text (row, 0), error);

  if (node == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "an empty record");
      return NULL;
    }
  return track_disturbance_from_json (node, error);
}

/* One that cannot be read is told in the log and left out; it stays in the database. */
static GPtrArray *
list_documents (StoreSession *session, StoreStatement statement, GError **error)
{
  g_autoptr (GPtrArray) all =
    g_ptr_array_new_with_free_func ((GDestroyNotify) track_disturbance_free);
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!store_query (session, &rows, error, statement, ""))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    {
      g_autoptr (GError) problem = NULL;
      TrackDisturbance *one = read_document (&rows, &problem);

      if (one != NULL)
        g_ptr_array_add (all, one);
      else
        g_message ("a disturbance cannot be read: %s", problem->message);
    }
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/**
 * track_watch_store_list_open:
 *
 * Returns: (transfer full) (element-type TrackDisturbance): by start; without those that cannot be read
 */
GPtrArray *
track_watch_store_list_open (StoreSession *session, GError **error)
{
  return list_documents (session, SQL_TRACK_DISTURBANCES_OPEN, error);
}

/**
 * track_watch_store_list_all:
 *
 * Returns: (transfer full) (element-type TrackDisturbance): the closed ones too
 */
GPtrArray *
track_watch_store_list_all (StoreSession *session, GError **error)
{
  return list_documents (session, SQL_TRACK_DISTURBANCES_ALL, error);
}

/**
 * track_watch_store_load:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
TrackDisturbance *
track_watch_store_load (StoreSession *session, const char *id, GError **error)
{
  g_auto (StoreQuery) row = { 0 };
  StoreStep step;

  if (!store_query (session, &row, error, SQL_TRACK_DISTURBANCE_FIND, "s", id))
    return NULL;
  step = store_step (&row, error);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no disturbance %s: see switchtrackctl disturbances", id);
  return step == STORE_ROW ? read_document (&row, error) : NULL;
}

/* Notices ----------------------------------------------------------------------------------------- */

static gboolean
ask_number (StoreQuery *row, gint64 *out_number, GError **error)
{
  if (store_step (row, error) != STORE_ROW)
    return FALSE;
  *out_number = store_int (row, 0);
  return TRUE;
}

static gboolean
is_known (StoreSession *session, const char *key, gint64 *out_is_known, GError **error)
{
  g_auto (StoreQuery) row = { 0 };

  return store_query (session, &row, error, SQL_TRACK_NOTICE_IS_KNOWN, "s", key) &&
         ask_number (&row, out_is_known, error);
}

static gboolean
count_lately (StoreSession *session,
              const char *target,
              gint64 now_us,
              gint64 *out_n,
              GError **error)
{
  g_auto (StoreQuery) row = { 0 };

  return store_query (session, &row, error, SQL_TRACK_NOTICES_COUNT, "si", target,
                      now_us - HOUR_US) &&
         ask_number (&row, out_n, error);
}

/* Too many in an hour are one message at its end, with a line each. */
static gboolean
hold (StoreSession *session,
      const TrackMessage *message,
      const TrackNoticeTarget *target,
      GError **error)
{
  gint64 hour = message->at_us / HOUR_US;
  g_autofree char *key = g_strdup_printf ("summary/%" G_GINT64_FORMAT "/%s", hour, target->address);

  return store_run (session, error, SQL_TRACK_NOTICE_HOLD, "sssssii", key, target->channel,
                    target->address, "Skiftespor: flere meddelelser", message->subject,
                    message->at_us, (hour + 1) * HOUR_US);
}

/**
 * track_watch_store_tell:
 * @cap_per_hour: messages to one target; more become one summary. Tests do not count
 *
 * Queues a message to one target, once: what is queued already stays as it is. In a write transaction.
 */
gboolean
track_watch_store_tell (StoreSession *session,
                        const TrackMessage *message,
                        const TrackNoticeTarget *target,
                        guint cap_per_hour,
                        GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s>%s", message->key, target->address);
  gboolean is_mail = strcmp (target->channel, TRACK_NOTICE_MAIL) == 0;
  gboolean is_test = strcmp (message->event, "test") == 0;
  g_autofree char *json = is_mail ? NULL : track_message_dup_json (message);
  gint64 known = 0;
  gint64 n_lately = 0;

  if (!is_known (session, key, &known, error) ||
      !count_lately (session, target->address, message->at_us, &n_lately, error))
    return FALSE;
  if (known != 0)
    return TRUE;
  if (!is_test && n_lately >= cap_per_hour)
    return hold (session, message, target, error);
  return store_run (session, error, SQL_TRACK_NOTICE_ADD, "sssssssi", key, message->event,
                    message->disturbance, target->channel, target->address, message->subject,
                    is_mail ? message->text : json, message->at_us);
}

/**
 * track_watch_store_list_told:
 * @disturbance: or what the messages of an alarm or a window have in common
 *
 * Returns: (transfer full) (element-type TrackNoticeTarget): who was told of it, or is about to be
 */
GPtrArray *
track_watch_store_list_told (StoreSession *session, const char *disturbance, GError **error)
{
  g_autoptr (GPtrArray) all =
    g_ptr_array_new_with_free_func ((GDestroyNotify) track_notice_target_free);
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!store_query (session, &rows, error, SQL_TRACK_NOTICES_TOLD, "s", disturbance))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    {
      TrackNoticeTarget *target = g_new0 (TrackNoticeTarget, 1);

      target->channel = strcmp (store_text (&rows, 0), TRACK_NOTICE_MAIL) == 0
                          ? TRACK_NOTICE_MAIL
                          : TRACK_NOTICE_WEBHOOK;
      target->address = g_strdup (store_text (&rows, 1));
      g_ptr_array_add (all, target);
    }
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

static TrackNotice *
read_notice (StoreQuery *row)
{
  TrackNotice *notice = g_new0 (TrackNotice, 1);

  notice->key = g_strdup (store_text (row, 0));
  notice->event = g_strdup (store_text (row, 1));
  notice->channel = g_strdup (store_text (row, 2));
  notice->target = g_strdup (store_text (row, 3));
  notice->subject = g_strdup (store_text (row, 4));
  notice->body = g_strdup (store_text (row, 5));
  notice->n_held = (guint) store_int (row, 6);
  notice->n_tries = (guint) store_int (row, 7);
  notice->created_us = store_int (row, 8);
  return notice;
}

/* A summary is worded when it goes out. */
static void
word_summary (TrackNotice *notice)
{
  TrackMessage message = { .event = "summary", .key = notice->key, .at_us = notice->created_us };
  g_autofree char *lines = g_steal_pointer (&notice->body);
  g_autofree char *text = g_strdup_printf (
    "%u meddelelser blev samlet i denne.\n%u messages were gathered in this one.\n\n%s\n",
    notice->n_held, notice->n_held, lines);

  message.subject = notice->subject;
  message.text = text;
  message.endpoint = notice->target;
  notice->body = strcmp (notice->channel, TRACK_NOTICE_MAIL) == 0
                   ? g_steal_pointer (&text)
                   : track_message_dup_json (&message);
}

/**
 * track_watch_store_list_due:
 *
 * Returns: (transfer full) (element-type TrackNotice): the longest waiting first
 */
GPtrArray *
track_watch_store_list_due (StoreSession *session, gint64 now_us, guint max_rows, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) track_notice_free);
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!store_query (session, &rows, error, SQL_TRACK_NOTICES_DUE, "ii", now_us, (gint64) max_rows))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    {
      TrackNotice *notice = read_notice (&rows);

      if (notice->n_held > 0)
        word_summary (notice);
      g_ptr_array_add (all, notice);
    }
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/* What waits for a receiver, due or not: the oldest first. */
static GPtrArray *
list_waiting (StoreSession *session, const char *target, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) track_notice_free);
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!store_query (session, &rows, error, SQL_TRACK_NOTICES_WAITING, "si", target,
                    (gint64) MAX_JOINED))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    {
      TrackNotice *notice = read_notice (&rows);

      if (notice->n_held > 0)
        word_summary (notice);
      g_ptr_array_add (all, notice);
    }
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

static char *
dup_joined_text (const GPtrArray *waiting)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "%u meddelelser ventede, fordi de ikke kunne afleveres. De følger her.\n"
                          "%u messages waited because they could not be delivered. They follow.\n",
                          waiting->len, waiting->len);
  for (guint i = 0; i < waiting->len; i++)
    {
      const TrackNotice *one = waiting->pdata[i];
      g_autofree char *at = track_civil_dup (one->created_us, TRACK_CIVIL_EN, TRUE);

      g_string_append_printf (text, "\n--- %s\n%s\n\n%s", at, one->subject, one->body);
    }
  return g_string_free (text, FALSE);
}

/* A program reads each as it would have come. */
static char *
dup_joined_json (const GPtrArray *waiting, const char *key)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *one = json_object_new ();
  JsonArray *messages = json_array_new ();

  for (guint i = 0; i < waiting->len; i++)
    {
      JsonNode *message = json_from_string (((TrackNotice *) waiting->pdata[i])->body, NULL);

      if (message != NULL)
        json_array_add_element (messages, message);
    }
  json_object_set_string_member (one, "event", "joined");
  json_object_set_string_member (one, "delivery", key);
  json_object_set_array_member (one, "messages", messages);
  json_node_take_object (node, one);
  return json_to_string (node, FALSE);
}

static TrackNotice *
join (GPtrArray *waiting)
{
  const TrackNotice *first = waiting->pdata[0];
  TrackNotice *all = g_new0 (TrackNotice, 1);

  all->key = g_strdup_printf ("joined/%u/%s", waiting->len, first->key);
  all->event = g_strdup ("joined");
  all->channel = g_strdup (first->channel);
  all->target = g_strdup (first->target);
  all->subject = g_strdup_printf ("Skiftespor: %u meddelelser, der ventede", waiting->len);
  all->n_tries = first->n_tries;
  all->created_us = first->created_us;
  all->body = strcmp (first->channel, TRACK_NOTICE_MAIL) == 0 ? dup_joined_text (waiting)
                                                              : dup_joined_json (waiting, all->key);
  all->joined = waiting;
  return all;
}

static void
remove_of (GPtrArray *due, const char *target)
{
  for (guint i = due->len; i > 0; i--)
    if (strcmp (((TrackNotice *) due->pdata[i - 1])->target, target) == 0)
      g_ptr_array_remove_index (due, i - 1);
}

/* A webhook that takes no joined message gets them one by one every other time. */
static gboolean
may_join (const TrackNotice *one)
{
  gboolean is_mail = strcmp (one->channel, TRACK_NOTICE_MAIL) == 0;

  return one->joined == NULL && one->n_tries > 0 && (is_mail || one->n_tries % 2 == 1);
}

/**
 * track_watch_store_join:
 * @due: (element-type TrackNotice): changed
 *
 * A receiver that was away gets what has gathered meanwhile in one message, not in a storm.
 */
gboolean
track_watch_store_join (StoreSession *session, GPtrArray *due, GError **error)
{
  for (guint i = 0; i < due->len; i++)
    {
      const TrackNotice *one = due->pdata[i];
      g_autoptr (GPtrArray) waiting = NULL;
      TrackNotice *all;

      if (!may_join (one))
        continue;
      waiting = list_waiting (session, one->target, error);
      if (waiting == NULL)
        return FALSE;
      if (waiting->len <= MOST_SINGLE)
        continue;
      all = join (g_steal_pointer (&waiting));
      remove_of (due, all->target);
      g_ptr_array_insert (due, (gint) MIN (i, due->len), all);
    }
  return TRUE;
}

static gboolean
note_one (StoreSession *session,
          const TrackNotice *notice,
          const char *problem,
          gint64 now_us,
          GError **error)
{
  gint64 wait_us = MIN (FIRST_WAIT_US << MIN (notice->n_tries, 10), LONGEST_US);
  gboolean is_hopeless = now_us - notice->created_us >= GIVE_UP_US;

  if (problem == NULL)
    return store_run (session, error, SQL_TRACK_NOTICE_SENT, "si", notice->key, now_us);
  return store_run (session, error, SQL_TRACK_NOTICE_FAILED, "siis", notice->key, now_us + wait_us,
                    is_hopeless ? now_us : (gint64) 0, problem);
}

/**
 * track_watch_store_note_try:
 * @problem: (nullable): NULL: it was taken
 *
 * After a failure it is due again after 10, 20, 40 s and so on, at most an hour; after a day it is given up.
 */
gboolean
track_watch_store_note_try (StoreSession *session,
                            const TrackNotice *notice,
                            const char *problem,
                            gint64 now_us,
                            GError **error)
{
  if (notice->joined == NULL)
    return note_one (session, notice, problem, now_us, error);
  for (guint i = 0; i < notice->joined->len; i++)
    if (!note_one (session, notice->joined->pdata[i], problem, now_us, error))
      return FALSE;
  return TRUE;
}

/**
 * track_watch_store_list_certificates:
 *
 * Returns: (transfer full) (element-type TrackSeenCertificate): the soonest to expire first
 */
GPtrArray *
track_watch_store_list_certificates (StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) all =
    g_ptr_array_new_with_free_func ((GDestroyNotify) track_seen_certificate_free);
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!store_query (session, &rows, error, SQL_TRACK_CERTIFICATES, ""))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    {
      TrackSeenCertificate *seen = g_new0 (TrackSeenCertificate, 1);

      seen->holder = g_strdup (store_text (&rows, 0));
      seen->until_us = store_int (&rows, 1);
      seen->told_days = (guint) store_int (&rows, 2);
      g_ptr_array_add (all, seen);
    }
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/**
 * track_watch_store_list_windows:
 *
 * Returns: (transfer full) (element-type TrackToldWindow): those that are not over
 */
GPtrArray *
track_watch_store_list_windows (StoreSession *session, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) all =
    g_ptr_array_new_with_free_func ((GDestroyNotify) track_told_window_free);
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!store_query (session, &rows, error, SQL_TRACK_WINDOWS_TOLD, "i", now_us))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    {
      TrackToldWindow *told = g_new0 (TrackToldWindow, 1);

      told->key = g_strdup (store_text (&rows, 0));
      told->endpoint = g_strdup (store_text (&rows, 1));
      told->from_us = store_int (&rows, 2);
      told->until_us = store_int (&rows, 3);
      told->n_told = (guint) store_int (&rows, 4);
      g_ptr_array_add (all, told);
    }
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}
