/* SPDX-License-Identifier: EUPL-1.2 */
/* Ranges and runs of bits in arrays of 64-bit words. */
#pragma once

#include <glib.h>

#define BITSET_WORD_BITS 64

void bitset_set_range (guint64 *words, guint n_words, gint64 start, gint64 end);
void bitset_clear_range (guint64 *words, guint n_words, gint64 start, gint64 end);
gint64 bitset_run_start (const guint64 *words, gint64 bit);
void bitset_erode (guint64 *words, guint n_words, guint n_run);
void bitset_shift_up (guint64 *words, guint n_words, guint n_bits);
void bitset_and_not (guint64 *out, const guint64 *set, const guint64 *without, guint n_words);
void bitset_and (guint64 *words, const guint64 *set, guint n_words);
void bitset_or (guint64 *words, const guint64 *set, guint n_words);
guint64 bitset_every (guint n_step, guint64 offset);
gsize bitset_count (const guint64 *words, guint n_words);
