/* SPDX-License-Identifier: EUPL-1.2 */
/* Bodies of the WebDAV requests that we send. */
#pragma once

#include "calsync-dav.h"

G_BEGIN_DECLS

/**
 * CalsyncDavScope:
 * @CALSYNC_DAV_TIMES: what takes time, and nothing else
 * @CALSYNC_DAV_WHOLE: everything: for our own events that somebody touched
 *
 * What of an item's text is asked for.
 */
typedef enum
{
  CALSYNC_DAV_TIMES,
  CALSYNC_DAV_WHOLE
} CalsyncDavScope;

char *calsync_dav_make_propfind (const CalsyncDavProperty *properties, guint n_properties);
char *calsync_dav_make_sync (const char *token);
char *calsync_dav_make_query (CalsyncDavScope scope);
char *calsync_dav_make_multiget (const char *const *hrefs, guint n_hrefs, CalsyncDavScope scope);

G_END_DECLS
