/* SPDX-License-Identifier: EUPL-1.2 */
/* Random bytes, GUIDs and request ids. */
#pragma once

#include <glib.h>

#define IDS_GUID_LENGTH 36

void ids_random_bytes (guint8 *out_bytes, gsize n_bytes);
void ids_new_guid (char out_guid[IDS_GUID_LENGTH + 1]);
void ids_seed_for_test (guint32 seed);
gboolean ids_is_guid (const char *text);
char *ids_fold_guid (const char *guid);
