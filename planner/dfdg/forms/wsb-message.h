/* SPDX-License-Identifier: EUPL-1.2 */
/* A pushed message (WSB) as a record: what it says, in our terms. */
#pragma once

#include "dfdg/forms/dfdg-event.h"

DfdgEvent *
wsb_message_read (const char *bytes, gsize n_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* DFDG's ids as we compare and keep them, and a time as DFDG writes it; 0: none. */
char *dfdg_fold_id (const char *id);
gint64 dfdg_parse_time (const char *text);
gboolean dfdg_is_cpr (const char *text);
