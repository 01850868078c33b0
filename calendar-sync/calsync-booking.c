/* SPDX-License-Identifier: EUPL-1.2 */
/* Our own bookings as iCalendar text, for the calendar of an advisor or a room. */
#include "calsync-booking.h"

#include "calsync-error.h"

#include <libical/ical.h>
#include <string.h>

#define PRODUCT       "-//Kommunal Planner//NONSGML v1//DA"
#define MAX_REFERENCE 128
#define MAX_SUMMARY   255

G_DEFINE_AUTOPTR_CLEANUP_FUNC (icalcomponent, icalcomponent_free)

/* libical's time: a mere container here. Conversions are calsync-timezone's alone. */
static struct icaltimetype
to_ical_time (const CalsyncZone *zone, gint64 unix_us)
{
  struct icaltimetype time = icaltime_null_time ();
  CalsyncLocalTime local;

  calsync_zone_to_local (zone, unix_us, &local, NULL);
  time.year = local.year;
  time.month = local.month;
  time.day = local.day;
  time.hour = local.hour;
  time.minute = local.minute;
  time.second = local.second;
  if (zone == calsync_zone_utc ())
    time.zone = icaltimezone_get_utc_timezone ();
  return time;
}

static void
add_time (icalcomponent *event, icalproperty *property, const CalsyncZone *zone)
{
  if (zone != calsync_zone_utc ())
    icalproperty_add_parameter (property, icalparameter_new_tzid (calsync_zone_get_name (zone)));
  icalcomponent_add_property (event, property);
}

static void
add_extension (icalcomponent *event, const char *name, const char *value)
{
  icalproperty *property = icalproperty_new_x (value);

  icalproperty_set_x_name (property, name);
  icalcomponent_add_property (event, property);
}

/* One observance: the change of the clock at an instant, or what has held since 1970. */
static icalcomponent *
new_observance (const CalsyncZone *zone, gint64 change_us)
{
  gint before_s = calsync_zone_offset_at (zone, change_us - 1);
  gint after_s = calsync_zone_offset_at (zone, change_us);
  CalsyncLocalTime wall;
  struct icaltimetype start = icaltime_null_time ();

  /* The onset is written on the clock that is about to be changed. */
  calsync_local_from_seconds (change_us / CALSYNC_US_PER_SECOND + before_s, &wall);
  start.year = wall.year;
  start.month = wall.month;
  start.day = wall.day;
  start.hour = wall.hour;
  start.minute = wall.minute;
  start.second = wall.second;
  return icalcomponent_vanew (
    after_s > before_s ? ICAL_XDAYLIGHT_COMPONENT : ICAL_XSTANDARD_COMPONENT,
    icalproperty_new_dtstart (start), icalproperty_new_tzoffsetfrom (before_s),
    icalproperty_new_tzoffsetto (after_s), NULL);
}

/* Exactly what the event needs: the change before it, and those up to the first one behind it. */
static icalcomponent *
new_timezone (const CalsyncBooking *booking)
{
  icalcomponent *vtimezone = icalcomponent_vanew (
    ICAL_VTIMEZONE_COMPONENT, icalproperty_new_tzid (calsync_zone_get_name (booking->zone)), NULL);
  gint64 change_us = 0, next_us = 0;
  guint n_observances = 0;

  while (calsync_zone_next_change (booking->zone, next_us, &next_us) &&
         next_us <= booking->start_us)
    change_us = next_us;
  do
    {
      icalcomponent_add_component (vtimezone, new_observance (booking->zone, change_us));
      n_observances++;
    }
  while (change_us <= booking->end_us && n_observances < 100 &&
         calsync_zone_next_change (booking->zone, change_us, &change_us));
  return vtimezone;
}

static icalcomponent *
new_event (const CalsyncBooking *booking, const CalsyncZone *zone)
{
  icalcomponent *event = icalcomponent_vanew (
    ICAL_VEVENT_COMPONENT, icalproperty_new_uid (booking->uid),
    icalproperty_new_dtstamp (to_ical_time (calsync_zone_utc (), booking->stamp_us)),
    icalproperty_new_sequence (booking->sequence), icalproperty_new_summary (booking->summary),
    icalproperty_new_status (ICAL_STATUS_CONFIRMED), icalproperty_new_transp (ICAL_TRANSP_OPAQUE),
    NULL);

  add_time (event, icalproperty_new_dtstart (to_ical_time (zone, booking->start_us)), zone);
  add_time (event, icalproperty_new_dtend (to_ical_time (zone, booking->end_us)), zone);
  if (booking->privacy == CALSYNC_PRIVACY_PRIVATE)
    icalcomponent_add_property (event, icalproperty_new_class (ICAL_CLASS_PRIVATE));
  if (booking->category != NULL)
    icalcomponent_add_property (event, icalproperty_new_categories (booking->category));
  if (booking->url != NULL)
    icalcomponent_add_property (event, icalproperty_new_url (booking->url));
  add_extension (event, "X-MICROSOFT-CDO-BUSYSTATUS", "BUSY");
  add_extension (event, "X-PLANNER-REF", booking->reference);
  return event;
}

/* Ten digits, or six and four behind a hyphen or blank: the shape of a civil registration number. */
static gboolean
holds_cpr_number (const char *text)
{
  return text != NULL && g_regex_match_simple ("(?<!\\d)\\d{6}[- ]?\\d{4}(?!\\d)", text, 0, 0);
}

static gboolean
is_plain (const char *text, const char *also_allowed, gsize max_length)
{
  gsize length = text == NULL ? 0 : strlen (text);

  if (length == 0 || length > max_length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && strchr (also_allowed, text[i]) == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_text (const char *text)
{
  return text == NULL || (g_utf8_validate (text, -1, NULL) && strlen (text) <= MAX_SUMMARY);
}

/**
 * calsync_booking_is_summary:
 * @text: (nullable): subject
 *
 * Whether calsync_booking_write() takes it: UTF-8 of at most 255 bytes, without what looks like a civil
 * registration number. Any thread.
 */
gboolean
calsync_booking_is_summary (const char *text)
{
  return text != NULL && is_text (text) && !holds_cpr_number (text);
}

/* What is wrong with a booking, in a few words; NULL when nothing is. */
static const char *
find_fault (const CalsyncBooking *booking)
{
  if (!is_plain (booking->uid, "-_.:@", 255) ||
      !is_plain (booking->reference, "-_.:", MAX_REFERENCE))
    return "its identifier is empty, too long or not plain ASCII";
  if (booking->end_us <= booking->start_us || booking->start_us < 0 || booking->sequence < 0)
    return "its time is empty or before 1970";
  if (booking->summary == NULL || !is_text (booking->summary) || !is_text (booking->category))
    return "its subject or category is missing, too long or not UTF-8";
  if (booking->url != NULL && strpbrk (booking->url, "\r\n \"") != NULL)
    return "its link is no URL";
  if (holds_cpr_number (booking->summary) || holds_cpr_number (booking->category) ||
      holds_cpr_number (booking->url))
    return "its text holds what looks like a civil registration number";
  return NULL;
}

static gboolean
is_expressible (const CalsyncZone *zone, gint64 unix_us)
{
  CalsyncLocalTime wall;

  calsync_zone_to_local (zone, unix_us, &wall, NULL);
  return calsync_zone_to_instant (zone, &wall, NULL) == unix_us;
}

/* The second of two equal wall times has no name in iCalendar but its UTC time. */
static const CalsyncZone *
writing_zone (const CalsyncBooking *booking)
{
  if (booking->zone == NULL || !is_expressible (booking->zone, booking->start_us) ||
      !is_expressible (booking->zone, booking->end_us))
    return calsync_zone_utc ();
  return booking->zone;
}

/**
 * calsync_booking_write:
 * @booking: the booking
 * @error: %CALSYNC_ERROR_MALFORMED when the booking is not one, or its texts hold what looks like a
 *   civil registration number; the message does not repeat it
 *
 * One VEVENT in UTC, or in an IANA zone with a VTIMEZONE that holds just the changes of the clock
 * around it; in UTC, too, when it begins or ends in the second of two equal hours. No ORGANIZER and no ATTENDEE. Any thread, does not block. Source: RFC 5545.
 *
 * Returns: (transfer full): a whole VCALENDAR, folded at 75 octets, with CRLF
 */
char *
calsync_booking_write (const CalsyncBooking *booking, GError **error)
{
  const CalsyncZone *zone = writing_zone (booking);
  const char *fault = find_fault (booking);
  g_autoptr (icalcomponent) calendar = NULL;
  char *ical_text, *text;

  if (fault != NULL)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                   "a booking cannot be written into a calendar: %s", fault);
      return NULL;
    }
  calendar = icalcomponent_vanew (ICAL_VCALENDAR_COMPONENT, icalproperty_new_version ("2.0"),
                                  icalproperty_new_prodid (PRODUCT), NULL);
  if (zone != calsync_zone_utc ())
    icalcomponent_add_component (calendar, new_timezone (booking));
  icalcomponent_add_component (calendar, new_event (booking, zone));
  ical_text = icalcomponent_as_ical_string_r (calendar);
  text = g_strdup (ical_text);
  icalmemory_free_buffer (ical_text);
  return text;
}
