/* SPDX-License-Identifier: EUPL-1.2 */
/* A binding is run by one thread at a time, whoever asked for it. */
#pragma once

#include <glib.h>

/* Whose turn it is not: FALSE. Any thread. */
gboolean sync_lock_take (gint64 binding_id);
void sync_lock_give (gint64 binding_id);
gboolean sync_lock_is_taken (gint64 binding_id);
