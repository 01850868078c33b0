/* SPDX-License-Identifier: EUPL-1.2 */
/* The key of the hashes, in a file of its own: who has the database alone cannot try numbers out. */
#pragma once

#include <glib.h>

#define TRACK_KEY_BYTES 32

gboolean track_learned_key_load (const char *path,
                                 guint8 out_key[TRACK_KEY_BYTES],
                                 gboolean *out_is_new,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
