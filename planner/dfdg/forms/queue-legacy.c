/* SPDX-License-Identifier: EUPL-1.2 */
/* The booking of BookingWsrmMessageService in the names of IndkaldelseService: the older form of the same event. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "calsync-timezone.h"
#include "dfdg/forms/queue-message.h"
#include "dfdg/forms/wsb-message.h"
#include "store/citizen-store.h"

#define CANCELLED_STATUS "3"
#define MAX_BYTES        65536

typedef enum
{
  TEXT,
  NUMBER,
  FLAG,
  DAY, /* a dateTime that ends a local day becomes the day */
} Kind;

/* @inside: (nullable): object of the JSON that it stands in */
typedef struct
{
  const char *from;
  const char *to;
  const char *inside;
  Kind kind;
} Member;

/* clang-format off */
static const Member members[] = {
  { "BookingIdentifier",                        "indkaldelseIdentifier", NULL,          TEXT },
  { "JobCenterCode",                            "jobcenterKode",         NULL,          TEXT },
  { "GroupIdentifier",                          "gruppeIdentifier",      NULL,          TEXT },
  { "OwnerSystemIdentifier",                    "ejersystem",            NULL,          NUMBER },
  { "ReBookingPossible",                        "ombookningMulig",       NULL,          FLAG },
  { "ReBookingDeadline",                        "fristForOmbookning",    NULL,          DAY },
  { "CancellationPossible",                     "aflysningMulig",        NULL,          FLAG },
  { "CancellationDeadline",                     "fristForAflysning",     NULL,          DAY },
  { "SelfBooked",                               "selvbooket",            NULL,          FLAG },
  { "BookingStartTime",                         "starttidspunkt",        NULL,          TEXT },
  { "BookingEndTime",                           "sluttidspunkt",         NULL,          TEXT },
  { "InterviewTypeIdentifier",                  "samtaleType",           NULL,          NUMBER },
  { "InterviewFormTypeIdentifier",              "moedeGruppeType",       NULL,          NUMBER },
  { "InterviewContactTypeIdentifier",           "samtaleform",           NULL,          NUMBER },
  { "InterviewLocationDetail/DigitalMeetingLink", "digitaltMoedelink",   NULL,          TEXT },
  { "InterviewLocationDetail/TelephoneNumber",  "telefonnummer",         NULL,          TEXT },
  { "InterviewLocationDescription",             "lokation",              NULL,          TEXT },
  { "Title",                                    "titel",                 NULL,          TEXT },
  { "Description",                              "beskrivelse",           NULL,          TEXT },
  { "CaseWorkerIdentifier",                     "identifikation",        "medarbejder", TEXT },
  { "CaseWorkerName",                           "navn",                  "medarbejder", TEXT },
  { "CaseWorkerEmailAddressIdentifier",         "email",                 "medarbejder", TEXT },
  { "CompulsoryAttendance",                     "moedepligt",            NULL,          FLAG },
  { "CitizenShouldAcceptBooking",               "skalAccepteres",        NULL,          FLAG },
  { "AcceptedBooking",                          "accepteret",            NULL,          FLAG },
  { "UnemploymentFundParticipationIdentifier",  "akasseDeltagelse",      NULL,          NUMBER },
  { "BookingOriginator/OrganisationTypeIdentifier", "organisationType",  "oprettetAf",  NUMBER },
  { "BookingOriginator/OrganisationCode",       "organisationKode",      "oprettetAf",  TEXT },
};

/* Gone since BookingService: IndkaldelseService has no place for them. The published text names the parts of an address
 * in words: their element names are ours. */
static const char *const gone[] = {
  "InterviewUnemploymentFundParticipation", "InterviewWithMoreAuthorities", "PrintDetail", "PostOfficeBoxIdentifier",
  "BuildingName", "DistrictName", "StreetNameForAddressingName",
};
/* clang-format on */

static JsonObject *
get_place (JsonObject *booking, const char *inside)
{
  if (inside == NULL)
    return booking;
  if (!json_object_has_member (booking, inside))
    json_object_set_object_member (booking, inside, json_object_new ());
  return json_object_get_object_member (booking, inside);
}

static void
set_day (JsonObject *object, const char *name, const char *text)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  gint64 instant_us = dfdg_parse_time (text);
  g_autofree char *day = NULL;
  CalsyncLocalTime local;

  if (instant_us == 0 || zone == NULL)
    return;
  calsync_zone_to_local (zone, instant_us - 1, &local, NULL);
  day = g_strdup_printf ("%04d-%02d-%02d", local.year, local.month, local.day);
  json_object_set_string_member (object, name, day);
}

static void
set_member (JsonObject *object, const Member *member, const char *text)
{
  g_autofree char *masked = citizen_dup_masked (text);
  gint64 number;

  switch (member->kind)
    {
    case NUMBER:
      if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        json_object_set_int_member (object, member->to, number);
      return;
    case FLAG:
      json_object_set_boolean_member (object, member->to,
                                      g_str_equal (text, "true") || g_str_equal (text, "1"));
      return;
    case DAY:
      set_day (object, member->to, text);
      return;
    case TEXT:
    default:
      json_object_set_string_member (object, member->to, masked);
    }
}

/* What is there of @first and @second, with @between between them; NULL: neither. */
static char *
dup_joined (GHashTable *fields, const char *first, const char *between, const char *second)
{
  const char *one = g_hash_table_lookup (fields, first);
  const char *other = g_hash_table_lookup (fields, second);
  gboolean has_one = one != NULL && *one != '\0';
  gboolean has_other = other != NULL && *other != '\0';

  if (!has_one && !has_other)
    return NULL;
  return g_strconcat (has_one ? one : "", has_one && has_other ? between : "",
                      has_other ? other : "", NULL);
}

static void
set_joined (JsonObject *booking, const char *name, const char *text)
{
  g_autofree char *masked = text == NULL ? NULL : citizen_dup_masked (text);

  if (masked != NULL)
    json_object_set_string_member (booking, name, masked);
}

/* "Rådhusgade 1, 0000 Demokøbing", as the newer form has it. */
static void
set_address (JsonObject *booking, GHashTable *fields)
{
  g_autofree char *town = dup_joined (fields, "Address/PostalCode", " ", "Address/CityName");
  const char *street = g_hash_table_lookup (fields, "Address/StreetAddress");
  g_autofree char *line = NULL;

  if (town != NULL && street != NULL && *street != '\0')
    line = g_strconcat (street, ", ", town, NULL);
  set_joined (booking, "adresse", line != NULL ? line : town != NULL ? town : street);
}

static void
set_contact (JsonObject *booking, GHashTable *fields)
{
  g_autofree char *contact = dup_joined (fields, "ContactOptions/TelephoneNumber", ", ",
                                         "ContactOptions/EmailAddressIdentifier");

  set_joined (booking, "kontaktmuligheder", contact);
}

static gboolean
has_gone (GHashTable *fields, const char *name)
{
  g_autofree char *inside = g_strconcat (name, "/", NULL);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_equal (key, name) || g_str_has_prefix (key, inside))
      return TRUE;
  return FALSE;
}

/**
 * queue_legacy_dup_gone:
 *
 * Names of members that the newer form has no place for, and that the message had: for a note. Any thread.
 *
 * Returns: (transfer full) (nullable): parted by blanks; NULL: none
 */
char *
queue_legacy_dup_gone (GHashTable *fields)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    if (has_gone (fields, gone[i]))
      g_string_append_printf (names, "%s%s", names->len == 0 ? "" : " ", gone[i]);
  return names->len == 0 ? NULL : g_string_free (g_steal_pointer (&names), FALSE);
}

/**
 * queue_legacy_dup_json:
 *
 * What the citizen's number would be is left out: the message has it in its own place. Any thread. Source:
 * docs/dfdg-wire.md 5, docs/contract.md.
 *
 * Returns: (transfer full) (nullable): NULL when it is too large to be kept
 */
char *
queue_legacy_dup_json (GHashTable *fields)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *booking = json_object_new ();
  const char *status = g_hash_table_lookup (fields, "BookingStatusIdentifier");
  g_autofree char *text = NULL;

  json_node_take_object (node, booking);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *value = g_hash_table_lookup (fields, members[i].from);

      if (value != NULL && *value != '\0')
        set_member (get_place (booking, members[i].inside), &members[i], value);
    }
  set_address (booking, fields);
  set_contact (booking, fields);
  json_object_set_string_member (booking, "tilstand",
                                 g_strcmp0 (status, CANCELLED_STATUS) == 0 ? "aflyst" : "aktiv");
  text = json_to_string (node, FALSE);
  return strlen (text) > MAX_BYTES ? NULL : g_steal_pointer (&text);
}
