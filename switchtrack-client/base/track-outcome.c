/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of outcomes and what each says about the endpoint: one table. */
#include "base/track-outcome.h"

#include <string.h>

typedef struct
{
  const char *word;
  TrackOutcomeClass outcome_class;
} Row;

static const Row rows[TRACK_N_OUTCOMES] = {
  [TRACK_OUTCOME_OK] = { "ok", TRACK_CLASS_ALIVE },
  [TRACK_OUTCOME_BUSY] = { "busy", TRACK_CLASS_BUSY },
  [TRACK_OUTCOME_CLOSED] = { "closed", TRACK_CLASS_PLANNED },
  [TRACK_OUTCOME_FAULTY] = { "faulty", TRACK_CLASS_ILL },
  [TRACK_OUTCOME_NO_DNS] = { "no-dns", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_REFUSED] = { "refused", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_CONNECT_TIMEOUT] = { "connect-timeout", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_TLS] = { "tls", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_CERTIFICATE] = { "certificate", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_OWN_CERTIFICATE] = { "own-certificate", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_PIN] = { "pin", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_RESET] = { "reset", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_TIMEOUT] = { "timeout", TRACK_CLASS_NO_CONTACT },
  [TRACK_OUTCOME_HTTP] = { "http", TRACK_CLASS_BROKEN },
  [TRACK_OUTCOME_XML] = { "xml", TRACK_CLASS_BROKEN },
  [TRACK_OUTCOME_CONTRACT] = { "contract", TRACK_CLASS_BROKEN },
  [TRACK_OUTCOME_CUT] = { "cut", TRACK_CLASS_BROKEN },
  [TRACK_OUTCOME_TOO_LARGE] = { "too-large", TRACK_CLASS_BROKEN },
  [TRACK_OUTCOME_LIMIT] = { "limit", TRACK_CLASS_OURS },
  [TRACK_OUTCOME_NO_ROUTE] = { "no-route", TRACK_CLASS_OURS },
  [TRACK_OUTCOME_MAINTENANCE] = { "maintenance", TRACK_CLASS_PLANNED },
  [TRACK_OUTCOME_REFUSED_CALL] = { "refused-call", TRACK_CLASS_OURS },
  [TRACK_OUTCOME_GONE] = { "gone", TRACK_CLASS_OURS },
};

static const char *const class_words[TRACK_N_CLASSES] = { "alive",      "busy",   "planned", "ill",
                                                          "no-contact", "broken", "ours" };

/**
 * track_outcome_class:
 *
 * Any thread. Returns: what it says about the endpoint
 */
TrackOutcomeClass
track_outcome_class (TrackOutcome outcome)
{
  g_return_val_if_fail ((guint) outcome < TRACK_N_OUTCOMES, TRACK_CLASS_OURS);
  return rows[outcome].outcome_class;
}

/**
 * track_outcome_word:
 *
 * Any thread. Returns: its word in logs, metrics and databases; never changes
 */
const char *
track_outcome_word (TrackOutcome outcome)
{
  g_return_val_if_fail ((guint) outcome < TRACK_N_OUTCOMES, "unknown");
  return rows[outcome].word;
}

/**
 * track_outcome_parse:
 *
 * Any thread. Returns: FALSE when there is no such word
 */
gboolean
track_outcome_parse (const char *word, TrackOutcome *out_outcome)
{
  for (guint i = 0; i < TRACK_N_OUTCOMES; i++)
    if (strcmp (rows[i].word, word) == 0)
      {
        *out_outcome = (TrackOutcome) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * track_outcome_class_word:
 *
 * Any thread. Returns: its word, for metrics and pages
 */
const char *
track_outcome_class_word (TrackOutcomeClass outcome_class)
{
  g_return_val_if_fail ((guint) outcome_class < TRACK_N_CLASSES, "unknown");
  return class_words[outcome_class];
}

/**
 * track_outcome_is_failure:
 *
 * Any thread. Returns: whether it opens a disturbance
 */
gboolean
track_outcome_is_failure (TrackOutcome outcome)
{
  TrackOutcomeClass of = track_outcome_class (outcome);

  return of == TRACK_CLASS_NO_CONTACT || of == TRACK_CLASS_BROKEN || of == TRACK_CLASS_ILL;
}

/**
 * track_times_init:
 *
 * Nothing reached yet.
 */
void
track_times_init (TrackTimes *times)
{
  *times = (TrackTimes){ -1, -1, -1, -1, -1, FALSE };
}
