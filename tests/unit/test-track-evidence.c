/* SPDX-License-Identifier: EUPL-1.2 */
/* Disturbances within bounds, kept and read again; evidence that says the same each time, with its digest. */
/* Also tests: track-disturbance, track-evidence-page, track-evidence-words, track-certificate. */
#include "health/track-evidence.h"

#include <string.h>

#include "health/track-certificate.h"
#include "testlib.h"

#define S      G_GINT64_CONSTANT (1000000)
#define NOW_US (G_GINT64_CONSTANT (1800000000) * S)

static TrackRecord
make_record (TrackOutcome outcome, const char *unit, gint64 at_us)
{
  TrackRecord record = { .at_us = at_us,
                         .request_id = "r-1",
                         .unit = unit,
                         .endpoint = "aarhus",
                         .url = "https://a.example/",
                         .operation = "CreateBooking",
                         .outcome = outcome,
                         .problem = "a <b> & \"c\"" };

  track_times_init (&record.times);
  return record;
}

static TrackDisturbance *
make_disturbance (void)
{
  TrackRecord first = make_record (TRACK_OUTCOME_TIMEOUT, "75100", NOW_US);
  TrackDisturbance *one = track_disturbance_new (&first, "Kommunen <drift>");
  TrackRecord other = make_record (TRACK_OUTCOME_REFUSED, "75101", NOW_US + S);
  TrackRecord probe = make_record (TRACK_OUTCOME_REFUSED, "75100", NOW_US + 2 * S);
  TrackRecord ok = make_record (TRACK_OUTCOME_OK, "75100", NOW_US + 3 * S);
  TrackRecord ours = make_record (TRACK_OUTCOME_LIMIT, "75100", NOW_US + 3 * S);

  probe.is_probe = TRUE;
  g_hash_table_insert (one->names, g_strdup ("75100"), g_strdup ("Jobcenter Århus & omegn"));
  track_disturbance_note (one, &first, NOW_US);
  track_disturbance_note (one, &first, NOW_US);
  track_disturbance_note (one, &other, NOW_US + S);
  track_disturbance_note (one, &probe, NOW_US + 2 * S);
  track_disturbance_note (one, &ours, NOW_US + 3 * S);
  track_disturbance_note (one, &ok, NOW_US + 3 * S);
  return one;
}

static void
test_counts (void)
{
  g_autoptr (TrackDisturbance) one = make_disturbance ();
  TrackRecord ok = make_record (TRACK_OUTCOME_OK, "75100", NOW_US);

  g_assert_cmpstr (one->id, ==, "aarhus-20270115-080000");
  g_assert_cmpuint (one->n_failed, ==, 3);
  g_assert_cmpuint (one->n_probes_failed, ==, 1);
  g_assert_cmpuint (one->n_answered, ==, 1);
  g_assert_cmpuint (one->counts->len, ==, 2);
  g_assert_cmpint (one->until_us, ==, NOW_US + 3 * S);
  g_assert_false (track_disturbance_is_over (one, NOW_US + 1000 * S));
  track_disturbance_note (one, &ok, NOW_US + 10 * S);
  g_assert_false (track_disturbance_is_over (one, NOW_US + 61 * S));
  g_assert_true (track_disturbance_is_over (one, NOW_US + 62 * S));
  g_assert_cmpint (one->until_us, ==, NOW_US + 3 * S);
}

/* However long it lasts and whoever it touches: so much and no more; what does not fit is counted together. */
static void
test_bounds (void)
{
  g_autoptr (TrackDisturbance) one = make_disturbance ();
  guint64 n = 0;

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *unit = g_strdup_printf ("%05u", i);
      TrackRecord record = make_record (TRACK_OUTCOME_RESET, unit, NOW_US + i);
      const TrackStep step = { NOW_US, 0, (char *) "state", unit };

      track_disturbance_note (one, &record, NOW_US + i);
      track_disturbance_add_step (one, &step);
    }
  g_assert_cmpuint (one->counts->len, ==, TRACK_DISTURBANCE_MAX_COUNTS + 1);
  g_assert_cmpuint (one->samples->len, ==, TRACK_DISTURBANCE_MAX_SAMPLES);
  g_assert_cmpuint (one->steps->len, ==, TRACK_DISTURBANCE_MAX_STEPS);
  for (guint i = 0; i < one->counts->len; i++)
    n += ((const TrackFailureCount *) one->counts->pdata[i])->n;
  g_assert_cmpuint (n, ==, 5003);
  g_assert_cmpuint (one->n_failed, ==, 5003);
}

static void
test_round_trip (void)
{
  g_autoptr (TrackDisturbance) one = make_disturbance ();
  g_autoptr (JsonNode) node = track_disturbance_to_json (one);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) read = json_from_string (text, &error);
  g_autoptr (TrackDisturbance) again = track_disturbance_from_json (read, &error);
  g_autoptr (JsonNode) node_again = NULL;
  g_autofree char *text_again = NULL;
  g_autoptr (JsonNode) bad = json_from_string ("{\"id\":\"x\"}", NULL);

  g_assert_no_error (error);
  node_again = track_disturbance_to_json (again);
  text_again = json_to_string (node_again, FALSE);
  g_assert_cmpstr (text, ==, text_again);
  g_assert_null (track_disturbance_from_json (bad, &error));
  g_assert_nonnull (error);
}

/* The digest is that of the bytes between the member's name and the digest's. */
static void
test_digest (void)
{
  g_autoptr (TrackDisturbance) one = make_disturbance ();
  g_autofree char *json = NULL;
  g_autofree char *digest = track_evidence_dup_digest (one);
  g_autofree char *sum = NULL;
  g_autoptr (JsonNode) read = NULL;
  const char *from;
  const char *until;

  one->closed_us = NOW_US + 100 * S;
  g_clear_pointer (&digest, g_free);
  digest = track_evidence_dup_digest (one);
  json = track_evidence_dup_json (one);
  from = json + strlen ("{\"evidence\":");
  until = strstr (json, ",\"sha256\":\"");
  g_assert_nonnull (until);
  sum =
    g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) from, (gsize) (until - from));
  g_assert_cmpstr (sum, ==, digest);
  g_assert_nonnull (strstr (json, digest));
  read = json_from_string (json, NULL);
  g_assert_nonnull (read);
  g_assert_nonnull (strstr (json, "Jobcenter Århus & omegn"));
  g_assert_nonnull (strstr (json, "\"2 calls that were to change something"));
}

static void
test_page (void)
{
  g_autoptr (TrackDisturbance) one = make_disturbance ();
  g_autofree char *open = track_evidence_dup_page (one, TRACK_LANGUAGE_EN);
  g_autofree char *da = NULL;
  g_autofree char *digest = NULL;

  g_assert_nonnull (strstr (open, "have been failing since"));
  one->closed_us = NOW_US + 100 * S;
  da = track_evidence_dup_page (one, TRACK_LANGUAGE_DA);
  digest = track_evidence_dup_digest (one);
  g_assert_nonnull (strstr (da, "<html lang=\"da\">"));
  g_assert_nonnull (strstr (da, "slog fejl fra 15.01.2027 kl. 09.00.00 dansk tid"));
  g_assert_nonnull (strstr (da, "Kommunen &lt;drift&gt;"));
  g_assert_nonnull (strstr (da, "4769 (9018)"));
  g_assert_nonnull (strstr (da, "Jobcenter Århus &amp; omegn"));
  g_assert_nonnull (strstr (da, digest));
  g_assert_null (strstr (da, "<b>"));
  g_assert_null (strstr (da, "<script"));
}

static void
test_every_word (void)
{
  for (guint i = 0; i < TRACK_N_OUTCOMES; i++)
    for (guint language = 0; language < TRACK_N_LANGUAGES; language++)
      {
        g_assert_nonnull (track_evidence_outcome_words (i, language));
        g_assert_nonnull (track_evidence_told_words (i, language));
      }
}

static void
test_certificate (void)
{
  static const struct
  {
    gint64 days;
    guint step;
  } cases[] = { { 400, 0 }, { 61, 0 },  { 60, 60 }, { 31, 60 }, { 30, 30 },
                { 15, 30 }, { 14, 14 }, { 8, 14 },  { 7, 7 },   { 4, 7 },
                { 3, 3 },   { 2, 3 },   { 1, 1 },   { 0, 1 },   { -5, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 until_us = NOW_US + cases[i].days * 86400 * S;

      g_assert_cmpuint (track_certificate_step (until_us, NOW_US), ==, cases[i].step);
      g_assert_cmpint (track_certificate_days_left (until_us, NOW_US), ==, cases[i].days);
    }
  g_assert_cmpint (track_certificate_days_left (NOW_US - 1, NOW_US), ==, -1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-evidence/counts", test_counts);
  g_test_add_func ("/track-evidence/bounds", test_bounds);
  g_test_add_func ("/track-evidence/round-trip", test_round_trip);
  g_test_add_func ("/track-evidence/digest", test_digest);
  g_test_add_func ("/track-evidence/page", test_page);
  g_test_add_func ("/track-evidence/every-word", test_every_word);
  g_test_add_func ("/track-evidence/certificate", test_certificate);
  return g_test_run ();
}
