/* SPDX-License-Identifier: EUPL-1.2 */
/* The error domain of calendar-sync: codes name what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalsyncError:
 * @CALSYNC_ERROR_MALFORMED: the text is not what it claims to be; ask its producer
 * @CALSYNC_ERROR_NOT_FOUND: a name (time zone, object) is known to nobody here
 * @CALSYNC_ERROR_TOO_LARGE: a limit on size or count was passed; nothing was taken
 * @CALSYNC_ERROR_UNSUPPORTED: well-formed, but not something that can be held against a calendar
 * @CALSYNC_ERROR_INTERNAL: a fault of ours or of the machine (unreadable tzdata)
 *
 * Codes of the domain %CALSYNC_ERROR.
 */
typedef enum
{
  CALSYNC_ERROR_MALFORMED,
  CALSYNC_ERROR_NOT_FOUND,
  CALSYNC_ERROR_TOO_LARGE,
  CALSYNC_ERROR_UNSUPPORTED,
  CALSYNC_ERROR_INTERNAL
} CalsyncError;

#define CALSYNC_ERROR (calsync_error_quark ())

GQuark calsync_error_quark (void);

G_END_DECLS
