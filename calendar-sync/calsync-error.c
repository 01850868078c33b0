/* SPDX-License-Identifier: EUPL-1.2 */
/* The error domain of calendar-sync. */
#include "calsync-error.h"

G_DEFINE_QUARK (calsync - error - quark, calsync_error)
