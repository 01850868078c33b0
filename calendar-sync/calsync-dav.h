/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads multistatus answers as they arrive, one response at a time, and writes the requests for them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalsyncDavProperty:
 *
 * What can be asked for and read. Their names, namespaces and how each is read: calsync-dav-names.c.
 * Values that are addresses hold one a line, as the server wrote them.
 */
typedef enum
{
  CALSYNC_DAV_ETAG,
  CALSYNC_DAV_DATA,          /* calendar-data: not in values, see CalsyncDavResponse.data */
  CALSYNC_DAV_RESOURCE_TYPE, /* marks */
  CALSYNC_DAV_SYNC_TOKEN,    /* of the collection, as a property */
  CALSYNC_DAV_CTAG,
  CALSYNC_DAV_DISPLAY_NAME,
  CALSYNC_DAV_RESOURCE_ID,   /* addresses */
  CALSYNC_DAV_OWNER,         /* addresses */
  CALSYNC_DAV_PRINCIPAL,     /* addresses: current-user-principal */
  CALSYNC_DAV_PRINCIPAL_URL, /* addresses */
  CALSYNC_DAV_HOME_SET,      /* addresses: calendar-home-set */
  CALSYNC_DAV_ADDRESS_SET,   /* addresses: calendar-user-address-set */
  CALSYNC_DAV_COMPONENTS,    /* marks: supported-calendar-component-set */
  CALSYNC_DAV_PRIVILEGES,    /* marks: current-user-privilege-set */
  CALSYNC_DAV_REPORTS,       /* marks: supported-report-set */
  CALSYNC_DAV_TIMEZONE,      /* an iCalendar text with a VTIMEZONE */
  CALSYNC_DAV_TIMEZONE_ID,   /* RFC 7809 */
  CALSYNC_DAV_MAX_SIZE,      /* max-resource-size, bytes in digits */
  CALSYNC_DAV_TRANSPARENCY,  /* marks: schedule-calendar-transp */
  CALSYNC_DAV_N_PROPERTIES
} CalsyncDavProperty;

/**
 * CalsyncDavMarks:
 *
 * Elements inside a value that mean something to us.
 */
typedef enum
{
  CALSYNC_DAV_IS_COLLECTION = 1 << 0,
  CALSYNC_DAV_IS_CALENDAR = 1 << 1,
  CALSYNC_DAV_IS_SCHEDULE_BOX = 1 << 2, /* schedule-inbox, schedule-outbox */
  CALSYNC_DAV_IS_SUBSCRIBED = 1 << 3,
  CALSYNC_DAV_IS_NOTIFICATION = 1 << 4,
  CALSYNC_DAV_HOLDS_EVENTS = 1 << 5,   /* VEVENT */
  CALSYNC_DAV_MAY_READ = 1 << 6,       /* read, all */
  CALSYNC_DAV_MAY_WRITE = 1 << 7,      /* write-content, write, all */
  CALSYNC_DAV_MAY_BIND = 1 << 8,       /* bind, write, all */
  CALSYNC_DAV_MAY_UNBIND = 1 << 9,     /* unbind, write, all */
  CALSYNC_DAV_MAY_FREE_BUSY = 1 << 10, /* read-free-busy */
  CALSYNC_DAV_HAS_SYNC = 1 << 11,      /* sync-collection */
  CALSYNC_DAV_HAS_MULTIGET = 1 << 12,  /* calendar-multiget */
  CALSYNC_DAV_HAS_QUERY = 1 << 13,     /* calendar-query */
  CALSYNC_DAV_IS_TRANSPARENT = 1 << 14
} CalsyncDavMarks;

/**
 * CalsyncDavValue:
 * @status: of the propstat that it stands in; 0: the server does not mention it
 * @text: (nullable): without blanks around it; %NULL when empty, longer than it may be, or not 2xx
 * @marks: #CalsyncDavMarks; 0 when not 2xx
 */
typedef struct
{
  guint status;
  const char *text;
  guint marks;
} CalsyncDavValue;

/**
 * CalsyncDavResponse:
 * @href: (nullable): as the server wrote it, without blanks around it
 * @status: of the response as a whole; 0: it has none, look at the values
 * @worst_status: highest status of its propstats
 * @precondition: (nullable): name of a DAV or CalDAV precondition that we know; static
 * @values: what was asked for, by #CalsyncDavProperty
 * @data: (nullable) (array length=n_data): calendar-data whose status is 2xx, ended by NUL
 * @n_data: its length
 * @is_data_cut: it was longer than an item may be; @data is %NULL
 *
 * One response of a multistatus. Borrowed for the call only. A response that names several addresses
 * is handed over once for each.
 */
typedef struct
{
  const char *href;
  guint status;
  guint worst_status;
  const char *precondition;
  CalsyncDavValue values[CALSYNC_DAV_N_PROPERTIES];
  const char *data;
  gsize n_data;
  gboolean is_data_cut;
} CalsyncDavResponse;

/* FALSE ends the reading with *error. */
typedef gboolean (*CalsyncDavFunc) (const CalsyncDavResponse *response,
                                    gpointer data,
                                    GError **error);

typedef struct _CalsyncDavReader CalsyncDavReader;

CalsyncDavReader *calsync_dav_reader_new (CalsyncDavFunc func, gpointer data);
void calsync_dav_reader_free (CalsyncDavReader *reader);
gboolean calsync_dav_reader_push (const char *bytes, gsize n_bytes, gpointer reader, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_dav_reader_finish (CalsyncDavReader *reader,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *calsync_dav_reader_get_sync_token (CalsyncDavReader *reader);
const char *calsync_dav_find_precondition (const char *body, gsize n_body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncDavReader, calsync_dav_reader_free)

G_END_DECLS
