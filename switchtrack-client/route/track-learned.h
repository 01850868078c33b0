/* SPDX-License-Identifier: EUPL-1.2 */
/* Who issued what, and which jobcenter a citizen last called for: learned from calls, kept as keyed hashes. */
#pragma once

#include "base/track-database.h"
#include "route/track-answer.h"
#include "route/track-route.h"

/**
 * TrackPlace:
 * @endpoint: (nullable): interned name; NULL of an option: several issue it; of a citizen: where a canary took him, NULL:
 *   nowhere
 * @unit: jobcenter code under which it was seen; empty: not known
 * @seen_us: when it was written that @endpoint showed it
 */
typedef struct
{
  const char *endpoint;
  char unit[6];
  gint64 seen_us;
} TrackPlace;

/**
 * TrackLesson:
 * @endpoint: who answered
 * @unit: the call's jobcenter code, or that of what it was routed by; as it was asked for, not as it was resolved: a centre
 *   may get a row of its own later; empty: not known
 * @asked: (nullable): code that the call itself says, which counts for the citizen; NULL: @unit
 * @citizen: (nullable): civil registration number, when the call names citizen and code
 * @routes: (nullable): what tells who keeps what is known already; NULL: who answered last
 * @canary: (nullable): where a canary took the citizen
 * @ids: (array length=n_ids): what the answer named
 */
typedef struct
{
  const char *endpoint;
  const char *unit;
  const char *asked;
  const char *citizen;
  const char *canary;
  const TrackRoutes *routes;
  const TrackId *ids;
  guint n_ids;
} TrackLesson;

/**
 * TrackLearnedSettings:
 * @key_file: 32 bytes, mode 0600; made when there is none. With .old behind its name: the key before, by which what was
 *   learned until then is still found
 * @max_cached: entries kept in memory, at most twice as many
 */
typedef struct
{
  const char *key_file;
  guint max_cached;
} TrackLearnedSettings;

/**
 * TrackLearnedCounters:
 * @n_failed: lessons that could not be written; they are tried again with the next
 * @n_owed: entries that wait for that
 * @n_early: answers that were passed on before what they taught was on disk
 * @n_disputed: identifiers in answers of another than who keeps them
 * @is_new_key: a key was made although the database knew hashes: they are of no use any more
 */
typedef struct
{
  guint64 n_found;
  guint64 n_found_in_memory;
  guint64 n_not_found;
  guint64 n_written;
  guint64 n_failed;
  guint64 n_owed;
  guint64 n_early;
  guint64 n_disputed;
  gboolean is_new_key;
} TrackLearnedCounters;

typedef struct _TrackLearned TrackLearned;

/* Loop thread; @error: (nullable): it is known in memory only. */
typedef void (*TrackLearnedDone) (const GError *error, gpointer data);

TrackLearned *track_learned_new (TrackDatabase *database,
                                 const TrackLearnedSettings *settings,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_learned_free (TrackLearned *learned);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackLearned, track_learned_free)

void track_learned_attach (TrackLearned *learned, TrackDatabase *database);
gboolean track_learned_find (TrackLearned *learned,
                             TrackIdKind kind,
                             const char *guid,
                             TrackPlace *out_place);
gboolean
track_learned_find_citizen (TrackLearned *learned, const char *citizen, TrackPlace *out_place);
gboolean track_learned_note (TrackLearned *learned,
                             const TrackLesson *lesson,
                             TrackLearnedDone done,
                             gpointer data);
void track_learned_count_early (TrackLearned *learned);
guint track_learned_hash_citizen (TrackLearned *learned, const char *citizen, const char *salt);
void track_learned_forget (TrackLearned *learned, const gint64 before_us[TRACK_N_ID_KINDS + 1]);
void track_learned_get_counters (const TrackLearned *learned, TrackLearnedCounters *out_counters);
