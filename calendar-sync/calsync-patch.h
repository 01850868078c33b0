/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes our own properties of an event that somebody may have touched, and not a byte else. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalsyncPatch:
 * @reference: our marker
 * @start_us: new start, Unix microseconds, whole seconds
 * @end_us: new end, exclusive
 * @stamp_us: when this version was made
 * @sequence: SEQUENCE, at least; one more than the event's own where that is higher
 * @takes_back: a series or a meeting with people becomes one event without them again
 */
typedef struct
{
  const char *reference;
  gint64 start_us;
  gint64 end_us;
  gint64 stamp_us;
  guint sequence;
  gboolean takes_back;
} CalsyncPatch;

char *calsync_patch_apply (const char *text,
                           gsize n_text,
                           const CalsyncPatch *patch,
                           guint *out_sequence,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
