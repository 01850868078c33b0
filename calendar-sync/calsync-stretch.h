/* SPDX-License-Identifier: EUPL-1.2 */
/* Time that a person has blocked or opened by hand, as iCalendar text and back. */
#pragma once

#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncStretchKind:
 * @CALSYNC_STRETCH_BLOCKED: a VEVENT that takes time
 * @CALSYNC_STRETCH_OPENED: a VAVAILABILITY that adds working time
 */
typedef enum
{
  CALSYNC_STRETCH_BLOCKED,
  CALSYNC_STRETCH_OPENED
} CalsyncStretchKind;

/**
 * CalsyncStretch:
 * @uid: UID, letters, digits and `-`
 * @start_us: Unix microseconds, whole seconds, from 1970 on
 * @end_us: exclusive, after @start_us
 * @rule: (nullable): value of an RRULE, by which it comes again; %NULL: once
 * @text: (nullable): what it is for, UTF-8 without control characters, at most 200 bytes; never a
 *   citizen's number
 */
typedef struct
{
  char *uid;
  CalsyncStretchKind kind;
  gint64 start_us;
  gint64 end_us;
  char *rule;
  char *text;
} CalsyncStretch;

char *calsync_stretch_write (const CalsyncStretch *stretch,
                             const CalsyncZone *zone,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
CalsyncStretch *calsync_stretch_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_stretch_free (CalsyncStretch *stretch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncStretch, calsync_stretch_free)

G_END_DECLS
