/* SPDX-License-Identifier: EUPL-1.2 */
/* The few words of the wire that a call or an answer is routed by, found in the contract's tables once. */
#include "route/track-words.h"

#include <string.h>

static const char *const words[TRACK_N_WORDS] = {
  [TRACK_WORD_CODE] = "JobCenterCode",
  [TRACK_WORD_CITIZEN] = "PersonCivilRegistrationIdentifier",
  [TRACK_WORD_BOOKING] = "BookingIdentifier",
  [TRACK_WORD_RESERVATION] = "ReservationIdentifier",
  [TRACK_WORD_OPTION] = "InterviewOptionID",
  [TRACK_WORD_ISSUED_OPTION] = "InterviewOptionIdentifier",
  [TRACK_WORD_FAULT] = "PlannerFault",
  [TRACK_WORD_FAULT_CODE] = "Code",
};

static guint indices[TRACK_N_WORDS];
static gsize is_ready;

/* The contract is built in: a word that is not there is a build that must not run. */
static guint
find_index (const char *text)
{
  for (guint i = 0; i < contract_n_names; i++)
    if (strcmp (contract_names[i].text, text) == 0)
      return i;
  g_return_val_if_reached (0);
}

static inline void
find_indices (void)
{
  if (!g_once_init_enter (&is_ready))
    return;
  for (guint i = 0; i < TRACK_N_WORDS; i++)
    indices[i] = find_index (words[i]);
  g_once_init_leave (&is_ready, 1);
}

/**
 * track_word_get:
 *
 * Any thread. Returns: (transfer none): the name on the wire
 */
const char *
track_word_get (TrackWord word, const ContractMapping *mapping)
{
  find_indices ();
  return mapping->names[indices[word]].text;
}

/**
 * track_word_find:
 * @name: of an element, without its prefix
 *
 * Any thread. Returns: which word it is, or TRACK_N_WORDS
 */
TrackWord
track_word_find (const char *name, const ContractMapping *mapping)
{
  gsize n_bytes = strlen (name);

  find_indices ();
  for (guint i = 0; i < TRACK_N_WORDS; i++)
    {
      const ContractName *word = &mapping->names[indices[i]];

      if (word->n_text == n_bytes && memcmp (word->text, name, n_bytes) == 0)
        return (TrackWord) i;
    }
  return TRACK_N_WORDS;
}
