/* SPDX-License-Identifier: EUPL-1.2 */
/* What the reader of multistatus answers knows by name. */
#pragma once

#include "calsync-dav.h"

G_BEGIN_DECLS

#define CALSYNC_DAV_NS    "DAV:"
#define CALSYNC_CALDAV_NS "urn:ietf:params:xml:ns:caldav"
#define CALSYNC_CS_NS     "http://calendarserver.org/ns/"

/* How the text of a property's value is made. */
typedef enum
{
  CALSYNC_DAV_AS_TEXT,
  CALSYNC_DAV_AS_HREFS,
  CALSYNC_DAV_AS_MARKS,
  CALSYNC_DAV_AS_DATA,
} CalsyncDavKind;

typedef struct
{
  const char *ns;
  const char *name;
  CalsyncDavKind kind;
  gsize max_bytes;
} CalsyncDavName;

const CalsyncDavName *calsync_dav_get_name (CalsyncDavProperty property);
gboolean
calsync_dav_find_property (const char *ns, const char *name, CalsyncDavProperty *out_property);
guint calsync_dav_get_marks (const char *ns, const char *name);
const char *calsync_dav_get_precondition (const char *ns, const char *name);
gboolean calsync_dav_is (const char *ns, const char *name, const char *dav_name);

G_END_DECLS
