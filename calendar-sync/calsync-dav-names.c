/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of WebDAV and CalDAV that mean something to us: properties, marks inside them, preconditions. */
#include "calsync-dav-private.h"

#include <string.h>

#define SMALL_BYTES 4096
#define HREFS_BYTES (64 * 1024)
#define ZONE_BYTES  (256 * 1024)
#define ITEM_BYTES  (10 * 1024 * 1024)

/* clang-format off */
static const CalsyncDavName properties[CALSYNC_DAV_N_PROPERTIES] = {
  [CALSYNC_DAV_ETAG]          = { CALSYNC_DAV_NS,    "getetag",                          CALSYNC_DAV_AS_TEXT,  1024 },
  [CALSYNC_DAV_DATA]          = { CALSYNC_CALDAV_NS, "calendar-data",                    CALSYNC_DAV_AS_DATA,  ITEM_BYTES },
  [CALSYNC_DAV_RESOURCE_TYPE] = { CALSYNC_DAV_NS,    "resourcetype",                     CALSYNC_DAV_AS_MARKS, 0 },
  [CALSYNC_DAV_SYNC_TOKEN]    = { CALSYNC_DAV_NS,    "sync-token",                       CALSYNC_DAV_AS_TEXT,  SMALL_BYTES },
  [CALSYNC_DAV_CTAG]          = { CALSYNC_CS_NS,     "getctag",                          CALSYNC_DAV_AS_TEXT,  SMALL_BYTES },
  [CALSYNC_DAV_DISPLAY_NAME]  = { CALSYNC_DAV_NS,    "displayname",                      CALSYNC_DAV_AS_TEXT,  SMALL_BYTES },
  [CALSYNC_DAV_RESOURCE_ID]   = { CALSYNC_DAV_NS,    "resource-id",                      CALSYNC_DAV_AS_HREFS, HREFS_BYTES },
  [CALSYNC_DAV_OWNER]         = { CALSYNC_DAV_NS,    "owner",                            CALSYNC_DAV_AS_HREFS, HREFS_BYTES },
  [CALSYNC_DAV_PRINCIPAL]     = { CALSYNC_DAV_NS,    "current-user-principal",           CALSYNC_DAV_AS_HREFS, HREFS_BYTES },
  [CALSYNC_DAV_PRINCIPAL_URL] = { CALSYNC_DAV_NS,    "principal-URL",                    CALSYNC_DAV_AS_HREFS, HREFS_BYTES },
  [CALSYNC_DAV_HOME_SET]      = { CALSYNC_CALDAV_NS, "calendar-home-set",                CALSYNC_DAV_AS_HREFS, HREFS_BYTES },
  [CALSYNC_DAV_ADDRESS_SET]   = { CALSYNC_CALDAV_NS, "calendar-user-address-set",        CALSYNC_DAV_AS_HREFS, HREFS_BYTES },
  [CALSYNC_DAV_COMPONENTS]    = { CALSYNC_CALDAV_NS, "supported-calendar-component-set", CALSYNC_DAV_AS_MARKS, 0 },
  [CALSYNC_DAV_PRIVILEGES]    = { CALSYNC_DAV_NS,    "current-user-privilege-set",       CALSYNC_DAV_AS_MARKS, 0 },
  [CALSYNC_DAV_REPORTS]       = { CALSYNC_DAV_NS,    "supported-report-set",             CALSYNC_DAV_AS_MARKS, 0 },
  [CALSYNC_DAV_TIMEZONE]      = { CALSYNC_CALDAV_NS, "calendar-timezone",                CALSYNC_DAV_AS_TEXT,  ZONE_BYTES },
  [CALSYNC_DAV_TIMEZONE_ID]   = { CALSYNC_CALDAV_NS, "calendar-timezone-id",             CALSYNC_DAV_AS_TEXT,  SMALL_BYTES },
  [CALSYNC_DAV_MAX_SIZE]      = { CALSYNC_CALDAV_NS, "max-resource-size",                CALSYNC_DAV_AS_TEXT,  64 },
  [CALSYNC_DAV_TRANSPARENCY]  = { CALSYNC_CALDAV_NS, "schedule-calendar-transp",         CALSYNC_DAV_AS_MARKS, 0 },
};

#define MAY_CHANGE (CALSYNC_DAV_MAY_WRITE | CALSYNC_DAV_MAY_BIND | CALSYNC_DAV_MAY_UNBIND)

static const struct { const char *ns; const char *name; guint marks; } marks[] = {
  { CALSYNC_DAV_NS,    "collection",        CALSYNC_DAV_IS_COLLECTION },
  { CALSYNC_CALDAV_NS, "calendar",          CALSYNC_DAV_IS_CALENDAR },
  { CALSYNC_CALDAV_NS, "schedule-inbox",    CALSYNC_DAV_IS_SCHEDULE_BOX },
  { CALSYNC_CALDAV_NS, "schedule-outbox",   CALSYNC_DAV_IS_SCHEDULE_BOX },
  { CALSYNC_CS_NS,     "subscribed",        CALSYNC_DAV_IS_SUBSCRIBED },
  { CALSYNC_CS_NS,     "notification",      CALSYNC_DAV_IS_NOTIFICATION },
  { CALSYNC_DAV_NS,    "all",               CALSYNC_DAV_MAY_READ | MAY_CHANGE },
  { CALSYNC_DAV_NS,    "read",              CALSYNC_DAV_MAY_READ },
  { CALSYNC_DAV_NS,    "write",             MAY_CHANGE },
  { CALSYNC_DAV_NS,    "write-content",     CALSYNC_DAV_MAY_WRITE },
  { CALSYNC_DAV_NS,    "bind",              CALSYNC_DAV_MAY_BIND },
  { CALSYNC_DAV_NS,    "unbind",            CALSYNC_DAV_MAY_UNBIND },
  { CALSYNC_CALDAV_NS, "read-free-busy",    CALSYNC_DAV_MAY_FREE_BUSY },
  { CALSYNC_DAV_NS,    "sync-collection",   CALSYNC_DAV_HAS_SYNC },
  { CALSYNC_CALDAV_NS, "calendar-multiget", CALSYNC_DAV_HAS_MULTIGET },
  { CALSYNC_CALDAV_NS, "calendar-query",    CALSYNC_DAV_HAS_QUERY },
  { CALSYNC_CALDAV_NS, "transparent",       CALSYNC_DAV_IS_TRANSPARENT },
};

/* RFC 4791 sections 5.3.2.1 and 7, RFC 3744 section 7.1.1, RFC 4331, RFC 6578 section 3.2, RFC 6638. */
static const struct { const char *ns; const char *name; } preconditions[] = {
  { CALSYNC_DAV_NS,    "need-privileges" },
  { CALSYNC_DAV_NS,    "valid-sync-token" },
  { CALSYNC_DAV_NS,    "number-of-matches-within-limits" },
  { CALSYNC_DAV_NS,    "supported-report" },
  { CALSYNC_DAV_NS,    "sync-traversal-supported" },
  { CALSYNC_DAV_NS,    "quota-not-exceeded" },
  { CALSYNC_DAV_NS,    "sufficient-disk-space" },
  { CALSYNC_DAV_NS,    "lock-token-submitted" },
  { CALSYNC_DAV_NS,    "no-conflicting-lock" },
  { CALSYNC_DAV_NS,    "propfind-finite-depth" },
  { CALSYNC_CALDAV_NS, "supported-calendar-data" },
  { CALSYNC_CALDAV_NS, "valid-calendar-data" },
  { CALSYNC_CALDAV_NS, "valid-calendar-object-resource" },
  { CALSYNC_CALDAV_NS, "supported-calendar-component" },
  { CALSYNC_CALDAV_NS, "no-uid-conflict" },
  { CALSYNC_CALDAV_NS, "unique-scheduling-object-resource" },
  { CALSYNC_CALDAV_NS, "calendar-collection-location-ok" },
  { CALSYNC_CALDAV_NS, "max-resource-size" },
  { CALSYNC_CALDAV_NS, "min-date-time" },
  { CALSYNC_CALDAV_NS, "max-date-time" },
  { CALSYNC_CALDAV_NS, "max-instances" },
  { CALSYNC_CALDAV_NS, "max-attendees-per-instance" },
};
/* clang-format on */

static gboolean
is_name (const char *ns, const char *name, const char *wanted_ns, const char *wanted_name)
{
  return ns != NULL && strcmp (name, wanted_name) == 0 && strcmp (ns, wanted_ns) == 0;
}

/**
 * calsync_dav_is:
 * @ns: (nullable): an element's namespace
 * @name: its local name
 * @dav_name: a name of the namespace `DAV:`
 *
 * Any thread.
 *
 * Returns: whether it is that element
 */
gboolean
calsync_dav_is (const char *ns, const char *name, const char *dav_name)
{
  return is_name (ns, name, CALSYNC_DAV_NS, dav_name);
}

/**
 * calsync_dav_get_name:
 * @property: a property
 *
 * Any thread.
 *
 * Returns: how it is called and read
 */
const CalsyncDavName *
calsync_dav_get_name (CalsyncDavProperty property)
{
  return &properties[property];
}

/**
 * calsync_dav_find_property:
 * @ns: (nullable): an element's namespace
 * @name: its local name
 * @out_property: (out): which one it is
 *
 * Any thread.
 *
 * Returns: whether it is one of ours
 */
gboolean
calsync_dav_find_property (const char *ns, const char *name, CalsyncDavProperty *out_property)
{
  for (guint i = 0; i < CALSYNC_DAV_N_PROPERTIES; i++)
    {
      if (is_name (ns, name, properties[i].ns, properties[i].name))
        {
          *out_property = (CalsyncDavProperty) i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * calsync_dav_get_marks:
 * @ns: (nullable): namespace of an element inside a value
 * @name: its local name
 *
 * Any thread.
 *
 * Returns: what it says, as #CalsyncDavMarks
 */
guint
calsync_dav_get_marks (const char *ns, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      if (is_name (ns, name, marks[i].ns, marks[i].name))
        return marks[i].marks;
    }
  return 0;
}

/**
 * calsync_dav_get_precondition:
 * @ns: (nullable): namespace of an element inside DAV:error
 * @name: its local name
 *
 * Any thread.
 *
 * Returns: (nullable): the same name, static, when we know it
 */
const char *
calsync_dav_get_precondition (const char *ns, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (preconditions); i++)
    {
      if (is_name (ns, name, preconditions[i].ns, preconditions[i].name))
        return preconditions[i].name;
    }
  return NULL;
}
