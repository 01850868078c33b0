/* SPDX-License-Identifier: EUPL-1.2 */
/* The one spelling of an item's address by which it is known here. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *calsync_key_normalise (const char *key);

G_END_DECLS
