/* SPDX-License-Identifier: EUPL-1.2 */
/* Bodies of the WebDAV requests that we send: RFC 4918 section 14.20, RFC 4791 section 9, RFC 6578 section 6. */
#include "calsync-dav-body.h"

#include "calsync-dav-private.h"

#include <string.h>

#define HEAD       "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define NAMESPACES " xmlns=\"" CALSYNC_DAV_NS "\" xmlns:C=\"" CALSYNC_CALDAV_NS "\""

#define PROP(name) "<C:prop name=\"" name "\"/>"

/* What says when time is taken, and nothing else: every name that the reduction of calsync-ical reads.
 * ATTENDEE is needed for the owner's own answer; it is dropped as soon as that is known. */
/* clang-format off */
#define WHEN \
  PROP ("UID") PROP ("DTSTART") PROP ("DTEND") PROP ("DURATION") PROP ("RRULE") PROP ("EXRULE") \
  PROP ("RDATE") PROP ("EXDATE") PROP ("RECURRENCE-ID") PROP ("SEQUENCE")
static const char times[] =
  "<C:calendar-data><C:comp name=\"VCALENDAR\">" PROP ("VERSION") PROP ("METHOD")
  "<C:comp name=\"VEVENT\">" WHEN PROP ("STATUS") PROP ("TRANSP") PROP ("CLASS") PROP ("ATTENDEE")
  PROP ("X-MICROSOFT-CDO-BUSYSTATUS") PROP ("X-PLANNER-REF") "</C:comp>"
  "<C:comp name=\"VTIMEZONE\"><C:allprop/><C:allcomp/></C:comp>"
  "<C:comp name=\"VFREEBUSY\">" WHEN PROP ("FREEBUSY") "</C:comp>"
  "<C:comp name=\"VAVAILABILITY\">" WHEN PROP ("BUSYTYPE") PROP ("PRIORITY")
  "<C:comp name=\"AVAILABLE\">" WHEN "</C:comp></C:comp>"
  "</C:comp></C:calendar-data>";
/* clang-format on */

static void
append_escaped (GString *body, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (body, escaped);
}

/**
 * calsync_dav_make_propfind:
 * @properties: (array length=n_properties): what to ask for
 * @n_properties: how many
 *
 * Any thread.
 *
 * Returns: (transfer full): the body of a PROPFIND
 */
char *
calsync_dav_make_propfind (const CalsyncDavProperty *properties, guint n_properties)
{
  GString *body =
    g_string_new (HEAD "<propfind" NAMESPACES " xmlns:S=\"" CALSYNC_CS_NS "\"><prop>");

  for (guint i = 0; i < n_properties; i++)
    {
      const CalsyncDavName *name = calsync_dav_get_name (properties[i]);
      gboolean is_dav = strcmp (name->ns, CALSYNC_DAV_NS) == 0;
      const char *prefix = strcmp (name->ns, CALSYNC_CS_NS) == 0 ? "S:" : "C:";

      g_string_append_printf (body, "<%s%s/>", is_dav ? "" : prefix, name->name);
    }
  g_string_append (body, "</prop></propfind>\n");
  return g_string_free (body, FALSE);
}

/**
 * calsync_dav_make_sync:
 * @token: (nullable): the server's sync token; %NULL for everything
 *
 * Any thread. Source: RFC 6578 section 3.2.
 *
 * Returns: (transfer full): the body of a sync-collection REPORT for versions
 */
char *
calsync_dav_make_sync (const char *token)
{
  GString *body = g_string_new (HEAD "<sync-collection xmlns=\"" CALSYNC_DAV_NS "\"><sync-token>");

  append_escaped (body, token == NULL ? "" : token);
  g_string_append (body, "</sync-token><sync-level>1</sync-level><prop><getetag/></prop>"
                         "</sync-collection>\n");
  return g_string_free (body, FALSE);
}

/**
 * calsync_dav_make_query:
 * @scope: what of each item
 *
 * Any thread. Source: RFC 4791 sections 7.8 and 9.7.
 *
 * Returns: (transfer full): the body of a calendar-query REPORT for version and text of all items
 */
char *
calsync_dav_make_query (CalsyncDavScope scope)
{
  return g_strconcat (HEAD "<C:calendar-query" NAMESPACES "><prop><getetag/>",
                      scope == CALSYNC_DAV_WHOLE ? "<C:calendar-data/>" : times,
                      "</prop><C:filter><C:comp-filter name=\"VCALENDAR\"/></C:filter>"
                      "</C:calendar-query>\n",
                      NULL);
}

/**
 * calsync_dav_make_multiget:
 * @hrefs: (array length=n_hrefs): addresses of items, as the server spells them
 * @n_hrefs: how many
 * @scope: what of each item
 *
 * Any thread. Source: RFC 4791 sections 7.9 and 9.6.
 *
 * Returns: (transfer full): the body of a calendar-multiget REPORT for version and text
 */
char *
calsync_dav_make_multiget (const char *const *hrefs, guint n_hrefs, CalsyncDavScope scope)
{
  GString *body = g_string_new (HEAD "<C:calendar-multiget" NAMESPACES "><prop><getetag/>");

  g_string_append (body, scope == CALSYNC_DAV_WHOLE ? "<C:calendar-data/>" : times);
  g_string_append (body, "</prop>");
  for (guint i = 0; i < n_hrefs; i++)
    {
      g_string_append (body, "<href>");
      append_escaped (body, hrefs[i]);
      g_string_append (body, "</href>");
    }
  g_string_append (body, "</C:calendar-multiget>\n");
  return g_string_free (body, FALSE);
}
