/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection test of one calendar, over the port: rights, events, changes, and an event of ours there and back. */
#include "calsync-booking.h"
#include "calsync-ical.h"
#include "calsync-key.h"
#include "calsync-recurrence.h"
#include "calsync-remote-probe-private.h"

#include <string.h>

#define MAX_SAMPLES 5
#define LENGTH_US   (30 * G_TIME_SPAN_MINUTE)
#define SUMMARY     "Planner: forbindelsestest"

typedef struct
{
  CalsyncProbe *probe;
  const CalsyncProbePlan *plan;
  CalsyncRemote *remote;
  GCancellable *cancellable;
  CalsyncListing *listing;
} Trial;

static void
fail (Trial *trial, CalsyncProbeStep step, const GError *error)
{
  calsync_probe_set (trial->probe, step, CALSYNC_PROBE_FAIL, "%s", error->message);
}

/* --- rights ----------------------------------------------------------------------------------- */

static void
judge_writing (Trial *trial)
{
  const CalsyncRemoteFacts *facts = &trial->probe->facts;

  if (facts->can_write)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_WRITE, CALSYNC_PROBE_OK,
                       "The account may write.");
  else if (trial->plan->wants_write)
    calsync_probe_set (
      trial->probe, CALSYNC_PROBE_WRITE, CALSYNC_PROBE_FAIL,
      "The account may not write: the calendar's owner must give it the right to add, "
      "change and delete events, or the connection must be for reading only.");
  else
    calsync_probe_set (trial->probe, CALSYNC_PROBE_WRITE, CALSYNC_PROBE_OK,
                       "The account may not write, and need not.");
}

static gboolean
try_rights (Trial *trial)
{
  CalsyncRemoteFacts *facts = &trial->probe->facts;
  g_autoptr (GError) error = NULL;

  if (!calsync_remote_describe (trial->remote, facts, trial->cancellable, &error))
    {
      fail (trial, CALSYNC_PROBE_READ, error);
      return FALSE;
    }
  judge_writing (trial);
  if (!facts->can_read)
    calsync_probe_set (
      trial->probe, CALSYNC_PROBE_READ, CALSYNC_PROBE_FAIL,
      "The account may not read: the calendar's owner must give it the right to see "
      "events with their times.");
  else
    calsync_probe_set (trial->probe, CALSYNC_PROBE_READ, CALSYNC_PROBE_OK, "The account may read.");
  if (!facts->holds_events)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_CALENDAR, CALSYNC_PROBE_FAIL,
                       "That is no calendar for events: choose another.");
  return facts->can_read && facts->holds_events;
}

/* --- events ----------------------------------------------------------------------------------- */

typedef struct
{
  guint n_found;
  guint n_bad;
} Sample;

static gboolean
take_sample (const CalsyncItem *item, gpointer data, GError **error)
{
  Sample *sample = data;
  const CalsyncImportOptions options = { 0 };
  g_autoptr (CalsyncImport) import = NULL;

  if (item->state == CALSYNC_ITEM_FOUND)
    import = calsync_ical_import (item->text, item->n_text, &options, NULL);
  sample->n_found += import != NULL ? 1 : 0;
  sample->n_bad += import == NULL && item->state != CALSYNC_ITEM_GONE ? 1 : 0;
  return TRUE;
}

static gboolean
fetch_sample (Trial *trial, Sample *sample, GError **error)
{
  const GPtrArray *entries = trial->listing->entries;
  const char *keys[MAX_SAMPLES + 1] = { NULL };

  for (guint i = 0; i < MIN (entries->len, MAX_SAMPLES); i++)
    keys[i] = ((CalsyncEntry *) entries->pdata[i])->key;
  if (keys[0] == NULL)
    return TRUE;
  return calsync_remote_fetch (trial->remote, keys, take_sample, sample, trial->cancellable, error);
}

static gboolean
try_events (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  Sample sample = { 0 };

  if (!calsync_remote_read_all (trial->remote, trial->listing, trial->cancellable, &error) ||
      !fetch_sample (trial, &sample, &error))
    {
      fail (trial, CALSYNC_PROBE_EVENTS, error);
      return FALSE;
    }
  trial->probe->n_events = trial->listing->entries->len;
  if (sample.n_bad > 0)
    calsync_probe_set (
      trial->probe, CALSYNC_PROBE_EVENTS, CALSYNC_PROBE_WARN,
      "Entries: %u. Of %u that were read, %u could not be understood; such time counts "
      "as taken.",
      trial->probe->n_events, sample.n_found + sample.n_bad, sample.n_bad);
  else
    calsync_probe_set (trial->probe, CALSYNC_PROBE_EVENTS, CALSYNC_PROBE_OK, "Entries: %u.",
                       trial->probe->n_events);
  return TRUE;
}

/* --- changes ---------------------------------------------------------------------------------- */

static void
try_changes (Trial *trial)
{
  const CalsyncTier tier =
    trial->listing->tier != CALSYNC_TIER_UNKNOWN ? trial->listing->tier : trial->probe->facts.tier;
  g_autoptr (CalsyncListing) changes = calsync_listing_new ();
  g_autoptr (GError) error = NULL;

  if (trial->listing->cursor != NULL &&
      !calsync_remote_read_changes (trial->remote, trial->listing->cursor, changes,
                                    trial->cancellable, &error))
    {
      if (g_error_matches (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CURSOR))
        calsync_probe_set (trial->probe, CALSYNC_PROBE_CHANGES, CALSYNC_PROBE_WARN,
                           "The server forgets at once what it told us last: every run lists all "
                           "events.");
      else
        fail (trial, CALSYNC_PROBE_CHANGES, error);
      return;
    }
  if (trial->listing->cursor == NULL || tier == CALSYNC_TIER_LISTING)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_CHANGES, CALSYNC_PROBE_WARN,
                       "The server does not tell what changed: every run lists all events.");
  else if (tier == CALSYNC_TIER_STAMP)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_CHANGES, CALSYNC_PROBE_OK,
                       "The server tells that something changed; then all events are listed.");
  else
    calsync_probe_set (trial->probe, CALSYNC_PROBE_CHANGES, CALSYNC_PROBE_OK,
                       "The server tells what changed.");
}

/* --- there and back --------------------------------------------------------------------------- */

typedef struct
{
  char *version;
  gboolean is_found;
  gboolean has_marker;
  gboolean is_on_time;
  const CalsyncProbePlan *plan;
} Echo;

static char *
dup_reference (const CalsyncProbePlan *plan)
{
  return g_strdup_printf ("probe:%s", plan->test_uid);
}

static char *
make_event (const CalsyncProbePlan *plan, GError **error)
{
  g_autofree char *reference = dup_reference (plan);
  const CalsyncBooking booking = {
    .uid = plan->test_uid,
    .reference = reference,
    .start_us = plan->test_start_us,
    .end_us = plan->test_start_us + LENGTH_US,
    .stamp_us = plan->test_start_us,
    .summary = SUMMARY,
    .privacy = CALSYNC_PRIVACY_PUBLIC,
  };

  return calsync_booking_write (&booking, error);
}

static gboolean
is_on_time (const char *text, gint64 start_us)
{
  const CalsyncWindow window = {
    .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL),
    .from_us = start_us - G_TIME_SPAN_DAY,
    .to_us = start_us + G_TIME_SPAN_DAY,
  };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  const CalsyncSpan *span;

  if (window.zone == NULL || !calsync_expand (text, &window, spans, NULL) || spans->len != 1)
    return FALSE;
  span = &g_array_index (spans, CalsyncSpan, 0);
  return span->start_us == start_us && span->end_us == start_us + LENGTH_US &&
         span->busy_class == CALSYNC_CLASS_BUSY;
}

static gboolean
take_echo (const CalsyncItem *item, gpointer data, GError **error)
{
  Echo *echo = data;
  const CalsyncImportOptions options = { 0 };
  g_autofree char *reference = dup_reference (echo->plan);
  g_autoptr (CalsyncImport) import = NULL;
  const CalsyncObject *object;

  if (item->state != CALSYNC_ITEM_FOUND)
    return TRUE;
  echo->is_found = TRUE;
  echo->version = g_strdup (item->version);
  import = calsync_ical_import (item->text, item->n_text, &options, NULL);
  if (import == NULL || import->objects->len != 1)
    return TRUE;
  object = import->objects->pdata[0];
  echo->has_marker = g_strcmp0 (object->reference, reference) == 0;
  echo->is_on_time = is_on_time (object->text, echo->plan->test_start_us);
  return TRUE;
}

static gboolean
names_key (const GPtrArray *entries, const char *key)
{
  g_autofree char *wanted = calsync_key_normalise (key);

  for (guint i = 0; i < entries->len; i++)
    {
      const CalsyncEntry *entry = entries->pdata[i];
      g_autofree char *found = calsync_key_normalise (entry->key);

      if (!entry->is_gone && strcmp (found, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Servers that answer from a cache tell of a write some seconds late. */
static gboolean
is_told (Trial *trial, const char *key)
{
  g_autoptr (CalsyncListing) changes = calsync_listing_new ();

  if (trial->listing->cursor == NULL)
    return TRUE;
  return calsync_remote_read_changes (trial->remote, trial->listing->cursor, changes,
                                      trial->cancellable, NULL) &&
         (changes->needs_listing || names_key (changes->entries, key));
}

static void
judge_echo (Trial *trial, const Echo *echo, gboolean is_told_at_once)
{
  if (!echo->is_found)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_KEEPS, CALSYNC_PROBE_FAIL,
                       "The server took an event of ours and does not have it.");
  else if (!echo->is_on_time)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_KEEPS, CALSYNC_PROBE_FAIL,
                       "An event of ours comes back at another time than it was written for.");
  else if (!echo->has_marker)
    calsync_probe_set (
      trial->probe, CALSYNC_PROBE_KEEPS, CALSYNC_PROBE_WARN,
      "The server drops the mark by which we know our own events: after a restored "
      "backup some may be there twice.");
  else if (!is_told_at_once)
    calsync_probe_set (trial->probe, CALSYNC_PROBE_KEEPS, CALSYNC_PROBE_WARN,
                       "An event of ours comes back as it was written, but the server tells of it "
                       "late: changes may take some minutes more.");
  else
    calsync_probe_set (trial->probe, CALSYNC_PROBE_KEEPS, CALSYNC_PROBE_OK,
                       "An event of ours came back as it was written, and was removed again.");
}

static void
remove_event (Trial *trial, const char *key, const char *version)
{
  g_autoptr (GError) error = NULL;

  if (calsync_remote_remove (trial->remote, key, version != NULL ? version : "*",
                             trial->cancellable, &error) ||
      g_error_matches (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_GONE))
    return;
  calsync_probe_set (trial->probe, CALSYNC_PROBE_KEEPS, CALSYNC_PROBE_FAIL,
                     "The event “%s” was written and cannot be removed: delete it by hand. %s",
                     SUMMARY, error->message);
}

static void
try_keeping (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = make_event (trial->plan, &error);
  g_autofree char *key = calsync_remote_make_key (trial->remote, trial->plan->test_uid);
  g_autofree char *version = NULL;
  Echo echo = { .plan = trial->plan };
  gboolean is_read;
  const CalsyncWrite write = { .key = key, .text = text };

  if (text == NULL ||
      !calsync_remote_create (trial->remote, &write, &version, trial->cancellable, &error))
    {
      fail (trial, CALSYNC_PROBE_KEEPS, error);
      /* it may be there all the same */
      if (text != NULL && calsync_remote_error_is_uncertain (error))
        remove_event (trial, key, NULL);
      return;
    }
  is_read =
    calsync_remote_fetch_whole (trial->remote, key, take_echo, &echo, trial->cancellable, &error);
  if (is_read)
    judge_echo (trial, &echo, is_told (trial, key));
  else
    fail (trial, CALSYNC_PROBE_KEEPS, error);
  remove_event (trial, key, echo.version != NULL ? echo.version : version);
  g_free (echo.version);
}

/* The steps from the right to read it on. */
void
calsync_probe_try_calendar (CalsyncProbe *probe,
                            const CalsyncProbePlan *plan,
                            CalsyncRemote *remote,
                            GCancellable *cancellable)
{
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();
  Trial trial = { probe, plan, remote, cancellable, listing };

  if (!try_rights (&trial) || !try_events (&trial))
    return;
  try_changes (&trial);
  if (plan->test_uid != NULL && probe->facts.can_write)
    try_keeping (&trial);
}
