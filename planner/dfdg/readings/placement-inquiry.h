/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks PersonVisiteringService before an indkalder's registration is judged. */
#pragma once

#include "ops/call/op-inquiry.h"

/* An OpInquire; @data is not used. */
gboolean placement_inquire (gpointer data,
                            const OpInquiry *inquiry,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
