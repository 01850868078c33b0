/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings as summonses and back, and what differs between two. Pure: no clock, no database. */
#include "dfdg/services/indkaldelse-record.h"

#include <string.h>

#include "base/ids.h"

/* Between the lines of what we keep as several and DFDG as one. */
#define JOINT ", "

/* The longest that an answer of ours may hold; the contract's schema. */
#define MAX_TITLE       255
#define MAX_DESCRIPTION 2000
#define MAX_LOCATION    255
#define MAX_LINK        500
#define MAX_KEY         255

/* oprettetAf.brugertype of a citizen; organisationType of a jobcenter. docs/dfdg-wire.md 2. */
#define USER_CITIZEN 1
#define MAKER_CENTRE 8
/* Samtaleform: a place must be told. */
#define CONTACT_IN_PERSON 1
#define NO_TITLE          "Samtale"
#define MAX_MAIL_NAME     191
#define MAX_MAIL_HOST     64

/**
 * indkaldelse_deltager_free:
 */
void
indkaldelse_deltager_free (IndkaldelseDeltager *participant)
{
  if (participant == NULL)
    return;
  g_free (participant->identifier);
  g_free (participant->name);
  g_free (participant->contact_details);
  g_free (participant->telephone);
  g_free (participant->email);
  g_free (participant->organisation_code);
  g_free (participant);
}

/**
 * indkaldelse_new:
 *
 * Returns: (transfer full): with nothing in it
 */
DfdgIndkaldelse *
indkaldelse_new (void)
{
  DfdgIndkaldelse *record = g_new0 (DfdgIndkaldelse, 1);

  record->owner_system = INDKALDELSE_UNKNOWN;
  record->rebook_deadline_day = INDKALDELSE_NO_DAY;
  record->cancel_deadline_day = INDKALDELSE_NO_DAY;
  record->fund_participation = INDKALDELSE_UNKNOWN;
  record->maker_type = record->maker_system = record->maker_user_type = INDKALDELSE_UNKNOWN;
  record->participants =
    g_ptr_array_new_with_free_func ((GDestroyNotify) indkaldelse_deltager_free);
  return record;
}

/**
 * indkaldelse_free:
 */
void
indkaldelse_free (DfdgIndkaldelse *record)
{
  if (record == NULL)
    return;
  g_free (record->identifier);
  g_free (record->version);
  g_free (record->cpr);
  g_free (record->unit_code);
  g_free (record->group_identifier);
  g_free (record->meeting_link);
  g_free (record->title);
  g_free (record->description);
  g_free (record->location);
  g_free (record->address);
  g_free (record->telephone);
  g_free (record->contact_options);
  g_free (record->advisor_key);
  g_free (record->advisor_name);
  g_free (record->advisor_email);
  g_free (record->advisor_telephone);
  g_free (record->maker_code);
  g_ptr_array_unref (record->participants);
  g_free (record);
}

/* What we keep in lines, in one. */
static char *
dup_one_line (const char *text)
{
  g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", 0);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (line, "%s%s", line->len == 0 ? "" : JOINT, lines[i]);
  return line->len == 0 ? NULL : g_string_free (g_steal_pointer (&line), FALSE);
}

/* Street, then code and town: no comma between these two. */
static char *
dup_address_line (const char *text)
{
  g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", 0);

  if (lines != NULL && g_strv_length (lines) == 3)
    return g_strdup_printf ("%s" JOINT "%s %s", lines[0], lines[1], lines[2]);
  return dup_one_line (text);
}

/* The last day on which the right stands; one that ends at midnight ends with the day before. */
static gint64
day_of_deadline (gint64 deadline_us, const CalsyncZone *zone)
{
  return deadline_us == 0 ? INDKALDELSE_NO_DAY : calsync_zone_local_day (zone, deadline_us - 1);
}

/* DFDG takes no deadline behind the day of the meeting. */
static void
set_rights (DfdgIndkaldelse *record, const Booking *booking, const CalsyncZone *zone)
{
  gint64 last_day = calsync_zone_local_day (zone, booking->core.start_us);

  record->rebook_possible = booking->rebook_possible;
  record->rebook_deadline_day = MIN (day_of_deadline (booking->rebook_deadline_us, zone), last_day);
  record->cancel_possible = booking->cancel_possible;
  record->cancel_deadline_day = MIN (day_of_deadline (booking->cancel_deadline_us, zone), last_day);
  record->self_booked = booking->self_booked;
  record->compulsory = booking->compulsory;
  record->should_accept = booking->should_accept;
  record->accepted = booking->accepted;
  record->owner_system = booking->owner_system;
  record->fund_participation = booking->fund_participation;
}

/**
 * indkaldelse_from_booking:
 * @booking: its advisor, unit and zone are @place's
 *
 * The statutory field set (dossier 3.2). A deadline becomes the day in which it lies: DFDG takes the end of that day.
 * Who made it and when is DFDG's to say. Any thread.
 *
 * Returns: (transfer full)
 */
DfdgIndkaldelse *
indkaldelse_from_booking (const Booking *booking, const IndkaldelsePlace *place)
{
  DfdgIndkaldelse *record = indkaldelse_new ();

  record->identifier = g_strdup (booking->identifier);
  record->unit_code = g_strdup (place->unit_key);
  record->group_identifier = g_strdup (booking->group_identifier);
  set_rights (record, booking, place->zone);
  record->core = booking->core;
  record->interview_type = booking->interview_type;
  record->form_type = booking->form_type;
  record->contact_type = booking->contact_type;
  record->meeting_link = g_strdup (booking->meeting_link);
  record->title = g_strdup (booking->title);
  record->description = g_strdup (booking->description);
  record->location = g_strdup (booking->location);
  record->address = dup_address_line (booking->address);
  if (record->address == NULL && record->location == NULL &&
      booking->contact_type == CONTACT_IN_PERSON)
    record->address = dup_address_line (place->unit_address);
  record->telephone = g_strdup (booking->telephone);
  record->contact_options = dup_one_line (booking->contact_options);
  record->advisor_key =
    g_strdup (place->advisor_key != NULL ? place->advisor_key : booking->foreign_advisor);
  record->advisor_name = g_strdup (place->advisor_name);
  record->advisor_email = g_strdup (place->advisor_email);
  record->advisor_telephone = g_strdup (place->advisor_telephone);
  record->is_cancelled = booking->state == BOOKING_CANCELLED;
  return record;
}

static void
take_text (char **at, const char *text, glong max_letters)
{
  char *cut = text == NULL || *text == '\0' ? NULL : g_strdup (text);

  if (cut != NULL && g_utf8_strlen (cut, -1) > max_letters)
    *g_utf8_offset_to_pointer (cut, max_letters) = '\0';
  g_free (*at);
  *at = cut;
}

static gboolean
is_telephone (const char *text)
{
  const char *digits = text + (*text == '+');
  gsize n_digits = strspn (digits, "0123456789");

  return digits[n_digits] == '\0' && n_digits >= 3 && n_digits <= 20;
}

static gboolean
is_mail (const char *text)
{
  const char *at = strchr (text, '@');

  return at != NULL && at - text <= MAX_MAIL_NAME && at[1] != '\0' &&
         strlen (at + 1) <= MAX_MAIL_HOST && strchr (at + 1, '@') == NULL &&
         strpbrk (text, ">()[]\\,;: \t\r\n") == NULL;
}

/* Telephone and e-mail as we keep them; any other text is kept as it is, and not shown in answers. */
static char *
dup_contact_lines (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, JOINT, 0);
  const char *telephone = NULL;
  const char *mail = NULL;

  for (guint i = 0; parts[i] != NULL; i++)
    if (telephone == NULL && mail == NULL && is_telephone (parts[i]))
      telephone = parts[i];
    else if (mail == NULL && is_mail (parts[i]))
      mail = parts[i];
    else
      return g_strdup (text);
  return g_strdup_printf ("%s\n%s", telephone == NULL ? "" : telephone, mail == NULL ? "" : mail);
}

/* What says the same in DFDG's form keeps ours, which is finer. */
static void
take_contact_options (Booking *booking, const char *text)
{
  g_autofree char *ours = dup_one_line (booking->contact_options);

  if (g_strcmp0 (ours, text) == 0)
    return;
  g_free (booking->contact_options);
  booking->contact_options = text == NULL || *text == '\0' ? NULL : dup_contact_lines (text);
}

static void
take_address (Booking *booking, const char *text)
{
  g_autofree char *ours = dup_address_line (booking->address);

  if (g_strcmp0 (ours, text) != 0)
    take_text (&booking->address, text, MAX_LOCATION);
}

static void
take_deadline (gint64 *deadline_us, gint64 day, const CalsyncZone *zone)
{
  if (day_of_deadline (*deadline_us, zone) == day)
    return;
  *deadline_us = day == INDKALDELSE_NO_DAY ? 0 : calsync_zone_midnight (zone, day + 1);
}

/* A right without its deadline is none: our own checks want both. */
static void
take_rights (Booking *booking, const DfdgIndkaldelse *record, const CalsyncZone *zone)
{
  take_deadline (&booking->rebook_deadline_us, record->rebook_deadline_day, zone);
  take_deadline (&booking->cancel_deadline_us, record->cancel_deadline_day, zone);
  booking->rebook_possible = record->rebook_possible && booking->rebook_deadline_us != 0;
  booking->cancel_possible = record->cancel_possible && booking->cancel_deadline_us != 0;
  booking->self_booked = record->self_booked;
  booking->compulsory = record->compulsory;
  booking->should_accept = record->should_accept;
  booking->accepted = record->accepted;
  booking->owner_system = record->owner_system;
  booking->fund_participation = record->fund_participation;
}

/**
 * indkaldelse_to_booking:
 * @zone: of the booking's unit
 * @booking: its content is replaced by DFDG's; what says the same in a finer form stays
 *
 * Not touched: identifier, citizen, unit, state, origin, advisor, room, offer, session, and the wall time:
 * booking_set_core() is still to be called. Texts longer than an answer of ours may be are cut. Any thread.
 */
void
indkaldelse_to_booking (const DfdgIndkaldelse *record, const CalsyncZone *zone, Booking *booking)
{
  const char *telephone = record->telephone;

  take_rights (booking, record, zone);
  booking->core = record->core;
  booking->interview_type = record->interview_type;
  booking->form_type = record->form_type;
  booking->contact_type = record->contact_type;
  take_text (&booking->group_identifier, record->group_identifier, MAX_KEY);
  take_text (&booking->title,
             record->title == NULL || *record->title == '\0' ? NO_TITLE : record->title, MAX_TITLE);
  take_text (&booking->description, record->description, MAX_DESCRIPTION);
  take_text (&booking->location, record->location, MAX_LOCATION);
  take_text (&booking->meeting_link, record->meeting_link, MAX_LINK);
  take_text (&booking->telephone, telephone != NULL && is_telephone (telephone) ? telephone : NULL,
             MAX_KEY);
  take_address (booking, record->address);
  take_contact_options (booking, record->contact_options);
}

/* Absent and empty are the same. */
static gboolean
same_text (const char *a, const char *b)
{
  return g_str_equal (a == NULL ? "" : a, b == NULL ? "" : b);
}

/* Ids that look like GUIDs in either case; others byte for byte. */
static gboolean
same_id (const char *a, const char *b)
{
  if (a != NULL && b != NULL && ids_is_guid (a) && ids_is_guid (b))
    return g_ascii_strcasecmp (a, b) == 0;
  return same_text (a, b);
}

static void
add_name (GString *names, gboolean is_same, const char *name)
{
  if (!is_same)
    g_string_append_printf (names, "%s%s", names->len == 0 ? "" : " ", name);
}

static void
add_placing (GString *names, const DfdgIndkaldelse *a, const DfdgIndkaldelse *b)
{
  add_name (names, same_id (a->unit_code, b->unit_code), "jobcenterKode");
  add_name (names, same_id (a->group_identifier, b->group_identifier), "gruppeIdentifier");
  add_name (names, a->core.start_us == b->core.start_us, "starttidspunkt");
  add_name (names, a->core.end_us == b->core.end_us, "sluttidspunkt");
  add_name (names, a->interview_type == b->interview_type, "samtaleType");
  add_name (names, a->form_type == b->form_type, "moedeGruppeType");
  add_name (names, a->contact_type == b->contact_type, "samtaleform");
  add_name (names, same_id (a->advisor_key, b->advisor_key), "medarbejder");
}

static void
add_content (GString *names, const DfdgIndkaldelse *a, const DfdgIndkaldelse *b)
{
  add_name (names, same_text (a->title, b->title), "titel");
  add_name (names, same_text (a->description, b->description), "beskrivelse");
  add_name (names, same_text (a->location, b->location), "lokation");
  add_name (names, same_text (a->address, b->address), "adresse");
  add_name (names, same_text (a->telephone, b->telephone), "telefonnummer");
  add_name (names, same_text (a->meeting_link, b->meeting_link), "digitaltMoedelink");
  add_name (names, same_text (a->contact_options, b->contact_options), "kontaktmuligheder");
}

static void
add_rights (GString *names, const DfdgIndkaldelse *a, const DfdgIndkaldelse *b)
{
  add_name (names, a->rebook_possible == b->rebook_possible, "ombookningMulig");
  add_name (names,
            !a->rebook_possible || !b->rebook_possible ||
              a->rebook_deadline_day == b->rebook_deadline_day,
            "fristForOmbookning");
  add_name (names, a->cancel_possible == b->cancel_possible, "aflysningMulig");
  add_name (names,
            !a->cancel_possible || !b->cancel_possible ||
              a->cancel_deadline_day == b->cancel_deadline_day,
            "fristForAflysning");
  add_name (names, a->compulsory == b->compulsory, "moedepligt");
  add_name (names, a->should_accept == b->should_accept, "skalAccepteres");
  add_name (names, a->accepted == b->accepted, "accepteret");
  add_name (names, a->owner_system == b->owner_system, "ejersystem");
  add_name (names, a->fund_participation == b->fund_participation, "akasseDeltagelse");
}

/**
 * indkaldelse_dup_differences:
 *
 * The deadline of a right that is not given is of no interest, nor is anything but the fact that both are called off.
 *
 * Returns: (transfer full): names of members with other values, with blanks between; "" when both say the same
 */
char *
indkaldelse_dup_differences (const DfdgIndkaldelse *ours, const DfdgIndkaldelse *theirs)
{
  GString *names = g_string_new (NULL);

  add_name (names, ours->is_cancelled == theirs->is_cancelled, "tilstand");
  if (ours->is_cancelled || theirs->is_cancelled)
    return g_string_free (names, FALSE);
  add_placing (names, ours, theirs);
  add_content (names, ours, theirs);
  add_rights (names, ours, theirs);
  return g_string_free (names, FALSE);
}

/**
 * indkaldelse_is_equal:
 */
gboolean
indkaldelse_is_equal (const DfdgIndkaldelse *ours, const DfdgIndkaldelse *theirs)
{
  g_autofree char *names = indkaldelse_dup_differences (ours, theirs);

  return *names == '\0';
}

/**
 * indkaldelse_get_origin:
 *
 * By docs/dfdg-wire.md 2: the citizen first, whoever's system it was.
 */
BookingOrigin
indkaldelse_get_origin (const DfdgIndkaldelse *record, const IndkaldelseMakers *makers)
{
  if (record->maker_user_type == USER_CITIZEN)
    return BOOKING_BY_CITIZEN;
  if (record->maker_type == makers->fund_type)
    return BOOKING_BY_UNEMPLOYMENT_FUND;
  if (record->maker_type == MAKER_CENTRE && makers->own_system != INDKALDELSE_UNKNOWN &&
      record->maker_system == makers->own_system)
    return BOOKING_BY_PLANNER;
  return BOOKING_BY_KSS;
}
