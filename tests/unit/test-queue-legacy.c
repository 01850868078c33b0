/* SPDX-License-Identifier: EUPL-1.2 */
/* Every member of the older booking in the newer names, and those that have no place there any more. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "dfdg/forms/queue-message.h"
#include "testlib.h"

/* clang-format off */
static const struct
{
  const char *from;
  const char *value;
} given[] = {
  { "BookingIdentifier", "b-1" }, { "JobCenterCode", "89000" }, { "GroupIdentifier", "g-1" }, { "OwnerSystemIdentifier", "7" },
  { "ReBookingPossible", "true" }, { "ReBookingDeadline", "2026-11-24T00:00:00+01:00" }, { "CancellationPossible", "1" },
  { "CancellationDeadline", "2026-07-02T22:00:00Z" }, { "SelfBooked", "false" }, { "BookingStartTime", "2026-11-24T10:00:00+01:00" },
  { "BookingEndTime", "2026-11-24T10:30:00+01:00" }, { "InterviewTypeIdentifier", "17" }, { "InterviewFormTypeIdentifier", "1" },
  { "InterviewContactTypeIdentifier", "8" }, { "InterviewLocationDetail/DigitalMeetingLink", "https://moede.example/7" },
  { "InterviewLocationDetail/TelephoneNumber", "00000000" }, { "InterviewLocationDescription", "Lokale 7" },
  { "Title", "Samtale" }, { "Description", "Tag dit cv med" }, { "CaseWorkerIdentifier", "RID-1" }, { "CaseWorkerName", "Vejleder 07" },
  { "CaseWorkerEmailAddressIdentifier", "v07@demo.example" }, { "CompulsoryAttendance", "true" }, { "CitizenShouldAcceptBooking", "true" },
  { "AcceptedBooking", "false" }, { "UnemploymentFundParticipationIdentifier", "2" },
  { "BookingOriginator/OrganisationTypeIdentifier", "8" }, { "BookingOriginator/OrganisationCode", "89000" },
  { "Address/StreetAddress", "Rådhusgade 1" }, { "Address/PostalCode", "0000" }, { "Address/CityName", "Demokøbing" },
  { "ContactOptions/TelephoneNumber", "00000000" }, { "ContactOptions/EmailAddressIdentifier", "borger@demo.example" },
};

static const char wanted[] =
  "{\"indkaldelseIdentifier\":\"b-1\",\"jobcenterKode\":\"89000\",\"gruppeIdentifier\":\"g-1\",\"ejersystem\":7,\"ombookningMulig\":true,"
  "\"fristForOmbookning\":\"2026-11-23\",\"aflysningMulig\":true,\"fristForAflysning\":\"2026-07-02\",\"selvbooket\":false,"
  "\"starttidspunkt\":\"2026-11-24T10:00:00+01:00\",\"sluttidspunkt\":\"2026-11-24T10:30:00+01:00\",\"samtaleType\":17,"
  "\"moedeGruppeType\":1,\"samtaleform\":8,\"digitaltMoedelink\":\"https://moede.example/7\",\"telefonnummer\":\"00000000\","
  "\"lokation\":\"Lokale 7\",\"titel\":\"Samtale\",\"beskrivelse\":\"Tag dit cv med\",\"medarbejder\":{\"identifikation\":\"RID-1\","
  "\"navn\":\"Vejleder 07\",\"email\":\"v07@demo.example\"},\"moedepligt\":true,\"skalAccepteres\":true,\"accepteret\":false,"
  "\"akasseDeltagelse\":2,\"oprettetAf\":{\"organisationType\":8,\"organisationKode\":\"89000\"},"
  "\"adresse\":\"Rådhusgade 1, 0000 Demokøbing\",\"kontaktmuligheder\":\"00000000, borger@demo.example\",\"tilstand\":\"aktiv\"}";
/* clang-format on */

static GHashTable *
make_fields (void)
{
  GHashTable *fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    g_hash_table_insert (fields, g_strdup (given[i].from), g_strdup (given[i].value));
  return fields;
}

static void
put (GHashTable *fields, const char *name, const char *value)
{
  g_hash_table_insert (fields, g_strdup (name), g_strdup (value));
}

static void
test_members (void)
{
  g_autoptr (GHashTable) fields = make_fields ();
  g_autofree char *json = queue_legacy_dup_json (fields);
  g_autofree char *gone = queue_legacy_dup_gone (fields);

  g_assert_cmpstr (json, ==, wanted);
  g_assert_null (gone);
}

static void
test_cancelled (void)
{
  g_autoptr (GHashTable) fields = make_fields ();
  g_autofree char *json = NULL;

  put (fields, "BookingStatusIdentifier", "3");
  json = queue_legacy_dup_json (fields);
  g_assert_nonnull (strstr (json, "\"tilstand\":\"aflyst\""));
}

/* Taken, dropped, and noted by their names alone. */
static void
test_gone (void)
{
  g_autoptr (GHashTable) fields = make_fields ();
  g_autofree char *json = NULL;
  g_autofree char *gone = NULL;

  put (fields, "InterviewWithMoreAuthorities", "Kanariefugl");
  put (fields, "PrintDetail/PrintName", "Kanariefugl");
  put (fields, "PrintName", "Kanariefugl");
  put (fields, "StreetNameForAddressingName", "Kanariefugl");
  json = queue_legacy_dup_json (fields);
  gone = queue_legacy_dup_gone (fields);
  g_assert_cmpstr (json, ==, wanted);
  g_assert_cmpstr (gone, ==,
                   "InterviewWithMoreAuthorities PrintDetail StreetNameForAddressingName");
}

/* Parts of an address or of ways to be reached, as far as they are there; no number of a citizen. */
static void
test_parts (void)
{
  g_autoptr (GHashTable) fields = make_fields ();
  g_autofree char *json = NULL;
  g_autofree char *less = NULL;

  put (fields, "Title", testlib_cpr (1));
  g_hash_table_remove (fields, "Address/StreetAddress");
  g_hash_table_remove (fields, "ContactOptions/TelephoneNumber");
  json = queue_legacy_dup_json (fields);
  g_assert_nonnull (strstr (json, "\"adresse\":\"0000 Demokøbing\""));
  g_assert_nonnull (strstr (json, "\"kontaktmuligheder\":\"borger@demo.example\""));
  g_assert_null (strstr (json, testlib_cpr (1)));
  g_hash_table_remove_all (fields);
  less = queue_legacy_dup_json (fields);
  g_assert_cmpstr (less, ==, "{\"tilstand\":\"aktiv\"}");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/queue-legacy/members", test_members);
  g_test_add_func ("/queue-legacy/cancelled", test_cancelled);
  g_test_add_func ("/queue-legacy/gone", test_gone);
  g_test_add_func ("/queue-legacy/parts", test_parts);
  return g_test_run ();
}
