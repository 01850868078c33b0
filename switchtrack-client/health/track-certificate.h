/* SPDX-License-Identifier: EUPL-1.2 */
/* The ladder of days before a certificate expires. Pure. */
#pragma once

#include <glib.h>

guint track_certificate_step (gint64 until_us, gint64 now_us);
gint64 track_certificate_days_left (gint64 until_us, gint64 now_us);
