/* SPDX-License-Identifier: EUPL-1.2 */
/* Replaces what could name somebody, the same always by the same, with a key that nobody keeps. */
#pragma once

#include "store/store.h"

typedef struct _Pseudonyms Pseudonyms;

Pseudonyms *pseudonyms_new (void);
void pseudonyms_free (Pseudonyms *pseudonyms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pseudonyms, pseudonyms_free)

/* @id: the row's own; @column: its name. FALSE with an error for a text column that has no rule. */
gboolean pseudonyms_replace (Pseudonyms *pseudonyms,
                             const char *table,
                             const char *column,
                             gint64 id,
                             StoreValue *value,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
