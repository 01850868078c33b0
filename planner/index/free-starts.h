/* SPDX-License-Identifier: EUPL-1.2 */
/* One resource's free starts, word by word: working time and free time eroded by what a meeting needs. */
#pragma once

#include "calsync-policy.h"
#include "index/availability-block.h"

/* So many words are worked on at a time; 288 steps reach into so many more. */
#define FREE_STARTS_MAX_WORDS 64
#define FREE_STARTS_MAX_REACH 5
#define FREE_STARTS_ROW_WORDS (FREE_STARTS_MAX_WORDS + FREE_STARTS_MAX_REACH)

/**
 * FreeStartsNeed:
 * @n_core: steps of the meeting, 1 to 288
 * @n_before: steps before it that must be free, and @n_after: behind it; all together at most 288
 * @meeting: in person, or by telephone or video
 * @may_share_buffers: its buffers may overlap those of others that may
 * @n_grid: distance of starts counted from the start of the working block; 1 for every step
 */
typedef struct
{
  guint n_core;
  guint n_before;
  guint n_after;
  CalsyncMeeting meeting;
  gboolean may_share_buffers;
  guint n_grid;
} FreeStartsNeed;

/**
 * FreeStartsChunk:
 * @first_word: first word of the raster that is asked for
 * @n_words: at most FREE_STARTS_MAX_WORDS
 * @allowed: @n_words words: starts that anything else forbids are clear
 * @closed: (nullable): closed steps, rounded outwards: n_words words from @first_word on, and as many
 *   more as a meeting can reach into (free_starts_n_reach())
 * @closed_periods: (nullable) (element-type Period): the same as a normal list
 */
typedef struct
{
  gint64 first_word;
  guint n_words;
  const guint64 *allowed;
  const guint64 *closed;
  const GArray *closed_periods;
} FreeStartsChunk;

guint free_starts_n_reach (const FreeStartsNeed *need);
void free_starts_find (const AvailabilityBlock *block,
                       const FreeStartsNeed *need,
                       const FreeStartsChunk *chunk,
                       guint64 *out_words);
