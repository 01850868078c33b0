/* SPDX-License-Identifier: EUPL-1.2 */
/* Time zone names as calendars write them: IANA, Windows, vendor prefixes, display names. */
#pragma once

#include "calsync-timezone.h"

G_BEGIN_DECLS

#define CALSYNC_DEFAULT_REGION "DK"

const CalsyncZone *calsync_zone_resolve (const char *name, const char *region);

G_END_DECLS
