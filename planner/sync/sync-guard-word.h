/* SPDX-License-Identifier: EUPL-1.2 */
/* A short word for what is held back, so that a person agrees to what was shown and to nothing else. */
#pragma once

#include "calsync-change.h"

/* @key_hashes: (element-type utf8): in any order */
char *sync_guard_word (gint64 binding_id, const GPtrArray *key_hashes);
/* Whether @word, typed by a person, is the one of these. */
gboolean sync_guard_word_fits (const char *word, gint64 binding_id, const GPtrArray *key_hashes);
/* (element-type utf8): what a restored binding is held back for, one by one. */
GPtrArray *sync_guard_list_pushes (const GPtrArray *pushes);
