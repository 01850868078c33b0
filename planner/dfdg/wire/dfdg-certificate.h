/* SPDX-License-Identifier: EUPL-1.2 */
/* What our own certificate towards DFDG says of itself. */
#pragma once

#include <gio/gio.h>

/* The first certificate of a PEM file. Errors: PLANNER_ERROR_UNAVAILABLE with what to do. Blocks for a file's reading. */
gboolean dfdg_certificate_find_end (const char *path,
                                    gint64 *out_end_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
