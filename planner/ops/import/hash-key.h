/* SPDX-License-Identifier: EUPL-1.2 */
/* The secret of a municipality that keys hashes of foreign identifiers: random, kept in its database, never changed. */
#pragma once

#include "store/store.h"

GBytes *
hash_key_need (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *hash_key_apply (GBytes *key, const char *hash);
