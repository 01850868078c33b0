/* SPDX-License-Identifier: EUPL-1.2 */
/* Summonses: booking to record to JSON and back, deadlines as days, differences, and JSON that is none. */
/* Also tests: indkaldelse-json. */
#include <string.h>

#include "base/error.h"
#include "dfdg/services/indkaldelse-json.h"
#include "testlib.h"

#define IDENTIFIER "3f0c1d4e-0b5f-4a7e-9a43-89000000bb01"
#define GROUP      "3f0c1d4e-0b5f-4a7e-9a43-89000000bb02"

static const CalsyncZone *
get_zone (void)
{
  g_autoptr (GError) error = NULL;
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", &error);

  g_assert_no_error (error);
  return zone;
}

static gint64
instant (const char *text)
{
  gint64 unix_us = 0;

  g_assert_true (indkaldelse_parse_instant (text, get_zone (), &unix_us));
  return unix_us;
}

static Booking *
make_booking (void)
{
  Booking *booking = g_new0 (Booking, 1);

  booking->identifier = g_strdup (IDENTIFIER);
  booking->group_identifier = g_strdup (GROUP);
  booking->state = BOOKING_BOOKED;
  booking->owner_system = 12;
  booking->core = (Period){ instant ("2026-03-30T10:00:00"), instant ("2026-03-30T10:45:00") };
  booking->interview_type = 17;
  booking->form_type = 2;
  booking->contact_type = 8;
  booking->title = g_strdup ("Fælles jobsamtale");
  booking->description = g_strdup ("Tag \"kalender\" med.\nVi ses.");
  booking->location = g_strdup ("Jobcenter Demo");
  booking->address = g_strdup ("Demovej 1\n9999\nDemoby");
  booking->telephone = g_strdup ("00000000");
  booking->meeting_link = g_strdup ("https://video.example/1");
  booking->contact_options = g_strdup ("00000000\nborger@mail.example");
  booking->fund_participation = 1;
  booking->compulsory = booking->should_accept = TRUE;
  booking->rebook_possible = booking->cancel_possible = TRUE;
  booking->rebook_deadline_us = instant ("2026-03-29T10:00:00");
  booking->cancel_deadline_us = instant ("2026-03-29T00:00:00");
  return booking;
}

static DfdgIndkaldelse *
record_of (const Booking *booking)
{
  IndkaldelsePlace place = { .unit_key = "89000",
                             .zone = get_zone (),
                             .advisor_key = "RID-07",
                             .advisor_name = "Vejleder 07",
                             .advisor_email = "vejleder07@kommune.example" };

  return indkaldelse_from_booking (booking, &place);
}

static char *
print (const DfdgIndkaldelse *record)
{
  g_autoptr (JsonObject) object = indkaldelse_to_json (record, get_zone ());
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static DfdgIndkaldelse *
parse (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return indkaldelse_from_json (json_node_get_object (node), get_zone (), error);
}

/* The statutory field set, as it goes over the wire. */
static void
test_as_written (void)
{
  static const char *const members[] = {
    "\"indkaldelseIdentifier\":\"" IDENTIFIER "\"",
    "\"jobcenterKode\":\"89000\"",
    "\"gruppeIdentifier\":\"" GROUP "\"",
    "\"ejersystem\":12",
    "\"ombookningMulig\":true",
    "\"fristForOmbookning\":\"2026-03-29\"",
    "\"aflysningMulig\":true",
    "\"fristForAflysning\":\"2026-03-28\"",
    "\"starttidspunkt\":\"2026-03-30T10:00:00+02:00\"",
    "\"sluttidspunkt\":\"2026-03-30T10:45:00+02:00\"",
    "\"samtaleType\":17",
    "\"moedeGruppeType\":2",
    "\"samtaleform\":8",
    "\"digitaltMoedelink\":\"https://video.example/1\"",
    "\"titel\":\"Fælles jobsamtale\"",
    "\"beskrivelse\":\"Tag \\\"kalender\\\" med.\\nVi ses.\"",
    "\"lokation\":\"Jobcenter Demo\"",
    "\"adresse\":\"Demovej 1, 9999 Demoby\"",
    "\"telefonnummer\":\"00000000\"",
    "\"kontaktmuligheder\":\"00000000, borger@mail.example\"",
    ("\"medarbejder\":{\"identifikation\":\"RID-07\",\"navn\":\"Vejleder 07\","
     "\"email\":\"vejleder07@kommune.example\"}"),
    "\"moedepligt\":true",
    "\"skalAccepteres\":true",
    "\"accepteret\":false",
    "\"akasseDeltagelse\":1",
  };
  g_autoptr (Booking) booking = make_booking ();
  g_autoptr (DfdgIndkaldelse) record = record_of (booking);
  g_autofree char *text = print (record);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (strstr (text, members[i]) == NULL)
      g_error ("%s is not in %s", members[i], text);
  g_assert_null (strstr (text, "civilregistration"));
  g_assert_null (strstr (text, "tilstand"));
}

/* To DFDG and back nothing is lost, and the booking's own finer forms stay. */
static void
test_there_and_back (void)
{
  g_autoptr (Booking) booking = make_booking ();
  g_autoptr (Booking) after = make_booking ();
  g_autoptr (Booking) fresh = g_new0 (Booking, 1);
  g_autoptr (DfdgIndkaldelse) record = record_of (booking);
  g_autofree char *text = print (record);
  g_autoptr (GError) error = NULL;
  g_autoptr (DfdgIndkaldelse) read = parse (text, &error);
  g_autoptr (DfdgIndkaldelse) again = NULL;
  g_autofree char *differences = NULL;

  g_assert_no_error (error);
  differences = indkaldelse_dup_differences (record, read);
  g_assert_cmpstr (differences, ==, "");
  indkaldelse_to_booking (read, get_zone (), after);
  g_assert_cmpint (after->rebook_deadline_us, ==, booking->rebook_deadline_us);
  g_assert_cmpint (after->cancel_deadline_us, ==, booking->cancel_deadline_us);
  g_assert_cmpstr (after->address, ==, booking->address);
  g_assert_cmpstr (after->contact_options, ==, booking->contact_options);
  g_assert_cmpstr (after->title, ==, booking->title);
  /* Where there was nothing, a deadline is the end of its day. */
  indkaldelse_to_booking (read, get_zone (), fresh);
  g_assert_cmpint (fresh->rebook_deadline_us, ==, instant ("2026-03-30T00:00:00"));
  g_assert_cmpint (fresh->cancel_deadline_us, ==, instant ("2026-03-29T00:00:00"));
  g_assert_cmpstr (fresh->contact_options, ==, "00000000\nborger@mail.example");
  g_assert_cmpint (fresh->fund_participation, ==, 1);
  fresh->identifier = g_strdup (IDENTIFIER);
  again = record_of (fresh);
  g_assert_true (indkaldelse_is_equal (record, again));
}

static void
test_days_of_deadlines (void)
{
  static const struct
  {
    const char *deadline;
    const char *start;
    const char *written; /* NULL: none */
  } rows[] = {
    { "2026-03-29T00:00:00", "2026-04-01T09:00:00", "2026-03-28" },
    { "2026-03-29T00:00:01", "2026-04-01T09:00:00", "2026-03-29" },
    { "2026-03-29T23:59:59", "2026-04-01T09:00:00", "2026-03-29" },
    { "2026-10-25T02:30:00+01:00", "2026-11-01T09:00:00", "2026-10-25" },
    { "2026-04-09T09:00:00", "2026-04-01T09:00:00", "2026-04-01" },
    { NULL, "2026-04-01T09:00:00", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Booking) booking = make_booking ();
      g_autoptr (DfdgIndkaldelse) record = NULL;
      g_autofree char *text = NULL;
      g_autofree char *wanted = g_strdup_printf ("\"fristForOmbookning\":\"%s\"", rows[i].written);

      booking->core.start_us = instant (rows[i].start);
      booking->rebook_deadline_us = rows[i].deadline == NULL ? 0 : instant (rows[i].deadline);
      record = record_of (booking);
      text = print (record);
      g_assert_cmpint (strstr (text, "fristForOmbookning") != NULL, ==, rows[i].written != NULL);
      if (rows[i].written != NULL && strstr (text, wanted) == NULL)
        g_error ("%s is not in %s", wanted, text);
    }
}

/* A pattern in the JSON, what stands there instead, and the member that is named. */
static const struct
{
  const char *was;
  const char *is;
  const char *named;
} changes[] = {
  { "\"jobcenterKode\":\"89000\"", "\"jobcenterKode\":\"89001\"", "jobcenterKode" },
  { GROUP, IDENTIFIER, "gruppeIdentifier" },
  { "T10:00:00+02:00", "T10:00:00+03:00", "starttidspunkt" },
  { "10:45:00", "10:50:00", "sluttidspunkt" },
  { "\"samtaleType\":17", "\"samtaleType\":7", "samtaleType" },
  { "\"moedeGruppeType\":2", "\"moedeGruppeType\":1", "moedeGruppeType" },
  { "\"samtaleform\":8", "\"samtaleform\":1", "samtaleform" },
  { "RID-07", "RID-08", "medarbejder" },
  { "Fælles", "Faelles", "titel" },
  { "Vi ses.", "", "beskrivelse" },
  { "Jobcenter Demo", "", "lokation" },
  { "Demovej 1", "Demovej 2", "adresse" },
  { "\"telefonnummer\":\"00000000\"", "\"telefonnummer\":null", "telefonnummer" },
  { "video.example/1", "video.example/2", "digitaltMoedelink" },
  { "borger@mail", "b@mail", "kontaktmuligheder" },
  { "\"ombookningMulig\":true", "\"ombookningMulig\":false", "ombookningMulig" },
  { "\"fristForOmbookning\":\"2026-03-29\"", "\"fristForOmbookning\":\"2026-03-27\"",
    "fristForOmbookning" },
  { "\"aflysningMulig\":true", "\"aflysningMulig\":false", "aflysningMulig" },
  { "\"fristForAflysning\":\"2026-03-28\"", "\"x\":1", "fristForAflysning" },
  { "\"moedepligt\":true", "\"moedepligt\":false", "moedepligt" },
  { "\"skalAccepteres\":true", "\"skalAccepteres\":false", "skalAccepteres" },
  { "\"accepteret\":false", "\"accepteret\":true", "accepteret" },
  { "\"ejersystem\":12", "\"ejersystem\":null", "ejersystem" },
  { "\"akasseDeltagelse\":1", "\"akasseDeltagelse\":2", "akasseDeltagelse" },
  { "\"selvbooket\":false", "\"tilstand\":\"aflyst\"", "tilstand" },
  { "\"selvbooket\":false", "\"tilstand\":\"aktiv\",\"andet\":{\"x\":[1]}", "" },
  { "\"indkaldelseIdentifier\":\"" IDENTIFIER,
    "\"civilregistrationIdentifier\":\"0000000000\",\"indkaldelseIdentifier\":\"" IDENTIFIER, "" },
  { "\"sluttidspunkt\":\"2026-03-30T10:45:00+02:00\"", "\"varighed\":45", "" },
  { "T10:00:00+02:00", "T08:00:00Z", "" },
  { "T10:00:00+02:00", "T10:00:00", "" },
  { "\"fristForOmbookning\":\"2026-03-29\"", "\"fristForOmbookning\":\"2026-03-29T12:00:00\"", "" },
  { "\"jobcenterKode\":\"89000\"", "\"jobcenterKode\":89000", "" },
};

static char *
replace (const char *text, const char *was, const char *is)
{
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, was, is, 1), ==, 1);
  return g_string_free (g_steal_pointer (&changed), FALSE);
}

static void
test_differences (void)
{
  g_autoptr (Booking) booking = make_booking ();
  g_autoptr (DfdgIndkaldelse) ours = record_of (booking);
  g_autofree char *text = print (ours);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *changed = replace (text, changes[i].was, changes[i].is);
      g_autoptr (GError) error = NULL;
      g_autoptr (DfdgIndkaldelse) theirs = parse (changed, &error);
      g_autofree char *named = NULL;

      g_assert_no_error (error);
      named = indkaldelse_dup_differences (ours, theirs);
      if (!g_str_equal (named, changes[i].named))
        g_error ("%s instead of %s: \"%s\" instead of \"%s\"", changes[i].is, changes[i].was, named,
                 changes[i].named);
      g_assert_cmpint (indkaldelse_is_equal (ours, theirs), ==, *named == '\0');
    }
}

static const struct
{
  const char *was;
  const char *is;
  const char *complaint;
} faults[] = {
  { "indkaldelseIdentifier", "id", "indkaldelseIdentifier is missing" },
  { "starttidspunkt", "start", "starttidspunkt is missing" },
  { "sluttidspunkt", "slut", "sluttidspunkt is missing, and varighed too" },
  { "10:45:00+02:00", "10:00:00+02:00", "sluttidspunkt is not after" },
  { "2026-03-30T10:45:00+02:00", "2026-03-31T10:00:01+02:00", "sluttidspunkt is more than a day" },
  { "2026-03-30T10:45:00+02:00", "9999-12-31T23:59:59Z", "sluttidspunkt is more than a day" },
  { "2026-03-30T10:00:00+02:00", "1026-03-30T10:00:00+02:00", "starttidspunkt is no time of a" },
  { "2026-03-30T10:00:00+02:00", "tomorrow", "starttidspunkt is no time" },
  { "\"sluttidspunkt\":\"2026-03-30T10:45:00+02:00\"", "\"varighed\":-5",
    "varighed is out of range" },
  { "\"sluttidspunkt\":\"2026-03-30T10:45:00+02:00\"", "\"varighed\":99999", "varighed is no" },
  { "\"samtaleType\":17", "\"samtaleType\":\"17\"", "samtaleType is no whole number" },
  { "\"samtaleType\":17", "\"samtaleType\":1.5", "samtaleType is no whole number" },
  { "\"samtaleType\":17,", "", "samtaleType is missing" },
  { "\"samtaleType\":17", "\"samtaleType\":-1", "samtaleType is out of range" },
  { "\"samtaleType\":17", "\"samtaleType\":2147483648", "samtaleType is out of range" },
  { "\"" IDENTIFIER "\"", "\"\"", "indkaldelseIdentifier is missing" },
  { "\"2026-03-30T10:00:00+02:00\"", "\"\"", "starttidspunkt is missing" },
  { "\"moedepligt\":true", "\"moedepligt\":\"ja\"", "moedepligt is neither true nor false" },
  { "\"2026-03-29\"", "\"2026-02-30\"", "fristForOmbookning is no date" },
  { "\"2026-03-29\"", "\"29.03.2026\"", "fristForOmbookning is no date" },
  { "\"titel\":\"Fælles jobsamtale\"", "\"titel\":[]", "titel is no text" },
  { "\"medarbejder\":{", "\"medarbejder\":[],\"x\":{", "medarbejder is no object" },
  { "\"selvbooket\":false", "\"myndighedsdeltagere\":{}", "myndighedsdeltagere is no list" },
  { "\"selvbooket\":false", "\"myndighedsdeltagere\":[1]", "holds what is no object" },
  { "\"selvbooket\":false", "\"myndighedsdeltagere\":[{}]", "deltagerIdentifier is missing" },
};

static void
test_faults (void)
{
  g_autoptr (Booking) booking = make_booking ();
  g_autoptr (DfdgIndkaldelse) ours = record_of (booking);
  g_autofree char *text = print (ours);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *changed = replace (text, faults[i].was, faults[i].is);
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (changed, &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      if (strstr (error->message, faults[i].complaint) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, faults[i].complaint);
    }
}

static void
test_origin (void)
{
  static const struct
  {
    gint64 user_type, type, system, own_system;
    BookingOrigin origin;
  } rows[] = {
    { 1, 8, 32, 44, BOOKING_BY_CITIZEN },
    { 1, 5, 32, 44, BOOKING_BY_CITIZEN },
    { 2, 8, 44, 44, BOOKING_BY_PLANNER },
    { 3, 8, 44, 44, BOOKING_BY_PLANNER },
    { 2, 8, 45, 44, BOOKING_BY_KSS },
    { 2, 8, INDKALDELSE_UNKNOWN, INDKALDELSE_UNKNOWN, BOOKING_BY_KSS },
    { 2, 5, 44, 44, BOOKING_BY_UNEMPLOYMENT_FUND },
    { INDKALDELSE_UNKNOWN, INDKALDELSE_UNKNOWN, 44, 44, BOOKING_BY_KSS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DfdgIndkaldelse) record = indkaldelse_new ();
      IndkaldelseMakers makers = { rows[i].own_system, 5 };

      record->maker_user_type = rows[i].user_type;
      record->maker_type = rows[i].type;
      record->maker_system = rows[i].system;
      g_assert_cmpint (indkaldelse_get_origin (record, &makers), ==, rows[i].origin);
    }
}

static void
test_who_made_it (void)
{
  static const char text[] =
    "{\"indkaldelseIdentifier\":\"not-a-guid\",\"versionIdentifier\":null,"
    "\"starttidspunkt\":\"2026-03-30T10:00:00+02:00\",\"varighed\":30,\"samtaleType\":7,"
    "\"oprettetAf\":{\"organisationType\":8,\"organisationKode\":\"89000\",\"systemIdentifier\":32,"
    "\"brugertype\":1},\"oprettetTidspunkt\":\"2026-03-01T08:00:00Z\",\"aendretTidspunkt\":"
    "\"2026-03-02T08:00:00Z\",\"myndighedsdeltagere\":[{\"deltagerIdentifier\":\"d-1\",\"navn\":"
    "\"A-kassen\",\"organisationType\":5,\"organisationKode\":\"12\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DfdgIndkaldelse) record = parse (text, &error);
  const IndkaldelseDeltager *participant;
  g_autoptr (JsonObject) object = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (record->identifier, ==, "not-a-guid");
  g_assert_null (record->version);
  g_assert_cmpint (record->maker_system, ==, 32);
  g_assert_cmpstr (record->maker_code, ==, "89000");
  g_assert_cmpint (record->created_us, ==, instant ("2026-03-01T09:00:00"));
  g_assert_cmpint (record->changed_us, ==, instant ("2026-03-02T09:00:00"));
  g_assert_cmpuint (record->participants->len, ==, 1);
  participant = record->participants->pdata[0];
  g_assert_cmpstr (participant->name, ==, "A-kassen");
  g_assert_cmpint (participant->organisation_type, ==, 5);
  object = indkaldelse_deltager_to_json (participant);
  g_assert_cmpstr (json_object_get_string_member (object, "organisationKode"), ==, "12");
  g_assert_false (json_object_has_member (object, "email"));
}

/* What an answer of ours could not hold is cut or left out; a text of no known form is kept. */
static void
test_odd_texts (void)
{
  g_autoptr (DfdgIndkaldelse) record = indkaldelse_new ();
  g_autoptr (Booking) booking = g_new0 (Booking, 1);
  g_autofree char *long_title = g_strnfill (300, 'a');

  record->core = (Period){ instant ("2026-03-30T10:00:00"), instant ("2026-03-30T10:45:00") };
  record->title = g_strdup (long_title);
  record->telephone = g_strdup ("ring venligst");
  record->contact_options = g_strdup ("Via kontaktpersonen");
  record->rebook_possible = TRUE;
  indkaldelse_to_booking (record, get_zone (), booking);
  g_assert_cmpuint (strlen (booking->title), ==, 255);
  g_assert_null (booking->telephone);
  g_assert_cmpstr (booking->contact_options, ==, "Via kontaktpersonen");
  g_assert_false (booking->rebook_possible);
  g_clear_pointer (&record->title, g_free);
  indkaldelse_to_booking (record, get_zone (), booking);
  g_assert_cmpstr (booking->title, ==, "Samtale");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/indkaldelse-record/as-written", test_as_written);
  g_test_add_func ("/indkaldelse-record/there-and-back", test_there_and_back);
  g_test_add_func ("/indkaldelse-record/days-of-deadlines", test_days_of_deadlines);
  g_test_add_func ("/indkaldelse-record/differences", test_differences);
  g_test_add_func ("/indkaldelse-record/faults", test_faults);
  g_test_add_func ("/indkaldelse-record/origin", test_origin);
  g_test_add_func ("/indkaldelse-record/who-made-it", test_who_made_it);
  g_test_add_func ("/indkaldelse-record/odd-texts", test_odd_texts);
  return g_test_run ();
}
