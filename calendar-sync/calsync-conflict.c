/* SPDX-License-Identifier: EUPL-1.2 */
/* Disagreements of a calendar with our bookings: their words and their memory. */
#include "calsync-conflict.h"

static const char *const conflict_words[CALSYNC_N_CONFLICTS] = {
  "moved",      "deleted", "both-moved", "series", "attendees",
  "shown-free", "copy",    "refused",    "storm",  "unreadable"
};
static const char *const decision_words[CALSYNC_N_DECISIONS] = { "put-back", "proposed", "waits",
                                                                 "kept" };
static const char *const guard_words[CALSYNC_N_GUARDS] = { "none", "own", "foreign", "empty",
                                                           "widespread" };

static gboolean
find_word (const char *word, const char *const *words, guint n_words, guint *out_index)
{
  for (guint i = 0; i < n_words; i++)
    {
      if (g_strcmp0 (word, words[i]) == 0)
        {
          *out_index = i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * calsync_conflict_format:
 * @kind: a kind
 *
 * Returns: (transfer none): its word, which is stored and shown
 */
const char *
calsync_conflict_format (CalsyncConflictKind kind)
{
  return (guint) kind < CALSYNC_N_CONFLICTS ? conflict_words[kind] : "unknown";
}

/**
 * calsync_conflict_parse:
 * @word: (nullable): a word of calsync_conflict_format()
 * @out_kind: (out): the kind; untouched on failure
 *
 * Returns: whether it is such a word
 */
gboolean
calsync_conflict_parse (const char *word, CalsyncConflictKind *out_kind)
{
  guint index;

  if (!find_word (word, conflict_words, CALSYNC_N_CONFLICTS, &index))
    return FALSE;
  *out_kind = (CalsyncConflictKind) index;
  return TRUE;
}

/**
 * calsync_decision_format:
 * @decision: a decision
 *
 * Returns: (transfer none): its word, which is stored and shown
 */
const char *
calsync_decision_format (CalsyncDecision decision)
{
  return (guint) decision < CALSYNC_N_DECISIONS ? decision_words[decision] : "unknown";
}

/**
 * calsync_decision_parse:
 * @word: (nullable): a word of calsync_decision_format()
 * @out_decision: (out): the decision; untouched on failure
 *
 * Returns: whether it is such a word
 */
gboolean
calsync_decision_parse (const char *word, CalsyncDecision *out_decision)
{
  guint index;

  if (!find_word (word, decision_words, CALSYNC_N_DECISIONS, &index))
    return FALSE;
  *out_decision = (CalsyncDecision) index;
  return TRUE;
}

/**
 * calsync_guard_format:
 * @guard: a reason
 *
 * Returns: (transfer none): its word, which is stored and shown
 */
const char *
calsync_guard_format (CalsyncGuard guard)
{
  return (guint) guard < CALSYNC_N_GUARDS ? guard_words[guard] : "unknown";
}

/**
 * calsync_guard_parse:
 * @word: (nullable): a word of calsync_guard_format()
 * @out_guard: (out): the reason; untouched on failure
 *
 * Returns: whether it is such a word
 */
gboolean
calsync_guard_parse (const char *word, CalsyncGuard *out_guard)
{
  guint index;

  if (!find_word (word, guard_words, CALSYNC_N_GUARDS, &index))
    return FALSE;
  *out_guard = (CalsyncGuard) index;
  return TRUE;
}

/**
 * calsync_conflict_free:
 * @conflict: (transfer full): the conflict
 */
void
calsync_conflict_free (CalsyncConflict *conflict)
{
  g_free (conflict->reference);
  g_free (conflict->key_hash);
  g_free (conflict);
}

/**
 * calsync_conflict_copy:
 * @conflict: a conflict
 *
 * Returns: (transfer full): another
 */
CalsyncConflict *
calsync_conflict_copy (const CalsyncConflict *conflict)
{
  CalsyncConflict *copy = g_new (CalsyncConflict, 1);

  *copy = *conflict;
  copy->reference = g_strdup (conflict->reference);
  copy->key_hash = g_strdup (conflict->key_hash);
  return copy;
}
