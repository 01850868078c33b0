/* SPDX-License-Identifier: EUPL-1.2 */
/* The gateway's configuration: defaults, what it refuses, callers, sample and manual, what takes a restart. */
/* Also tests: track-config-table, track-outcome. */
#include "base/error.h"
#include "base/track-config-table.h"
#include "base/track-config.h"
#include "base/track-outcome.h"
#include "testlib.h"

#define NEEDED   "[registry]\npath=/tmp/registry.db\n[calls]\npath=/tmp/calls.db\n"
#define CLOSED   "[service]\nport=0\n" NEEDED
#define BY_FID   "issuer=CN=x\ncvr=00000000\nfid=1\n"
#define DIGITS_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackConfig) config = track_config_parse (CLOSED, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config->admin_socket, ==, "/tmp/registry.db.socket");
  g_assert_cmpstr (config->learned_key_file, ==, "/tmp/registry.db.key");
  g_assert_cmpint (config->limits_max_request_bytes, ==, 1048576);
  g_assert_cmpint (config->upstream_hold_bytes, ==, 65536);
  g_assert_null (config->people_approvers);
  g_assert_false (track_config_may_approve (config, "anna"));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *said;
  } rows[] = {
    { "[service]\nport=0\n", "[registry] path is missing" },
    { NEEDED, "[service] needs certificate, key and trust" },
    { CLOSED "[limits]\nworker=1\n", "[limits] worker is not a key" },
    { CLOSED "[limit]\nworker=1\n", "[limit] is not a group" },
    { CLOSED "[caller a]\nfingerprint=abc\n", "[caller a] fingerprint must have 64 hex digits" },
    { CLOSED "[caller a]\nissuer=CN=x\n", "[caller a] needs issuer and subject-serial together" },
    { CLOSED "[caller ]\n", "[caller ] has no name" },
    { CLOSED "[caller a]\nfingerprint=" DIGITS_A "\n[caller b]\nfingerprint=" DIGITS_A "\n",
      "stands in two callers, a and b" },
    { CLOSED "[caller a]\n[caller  a]\n", "is there twice" },
    { CLOSED "[caller a]\nissuer=Somebody\nsubject-serial=1\n", "must be a name such as" },
    { CLOSED "[caller a]\n" BY_FID "[caller b]\nissuer=CN=x\nsubject-serial=cvr:00000000-fid:1\n",
      "stands in two callers, a and b" },
    { CLOSED "[caller a]\nissuer=CN=x\ncvr=0000\nfid=1\n", "cvr must have 8 digits" },
    { CLOSED "[plain]\nport=80\ncaller=x\n", "[plain] caller must name" },
    { CLOSED "[upstream]\nkey=/tmp/key\n", "[upstream] needs certificate and key together" },
    { "[service]\nport=0\n[registry]\npath=/tmp/a\n[calls]\npath=/tmp/a\n",
      "[calls] path must be another file" },
    { CLOSED "[limits]\nmax-request-bytes=16777216\nmax-buffered-bytes=1048576\n",
      "[limits] max-buffered-bytes" },
    { CLOSED "[log]\nlevel=loud\n", "[log] level must be" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (track_config_parse (rows[i].text, &error));
      g_assert_nonnull (error);
      if (strstr (error->message, rows[i].said) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, rows[i].said);
    }
}

static void
test_callers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackConfig) config =
    track_config_parse (CLOSED "[caller dfdg]\nfingerprint=AA:" /* as OpenSSL prints it */
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
                               "[caller other]\n" BY_FID
                               "[caller third]\nissuer=CN=Pr\\C3\\B8ve,C=DK\nsubject-serial=7\n"
                               "[people]\napprovers=anna;bent\n",
                        &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config_peer_find (config->callers, "dfdg")->fingerprints[0], ==, DIGITS_A);
  g_assert_cmpstr (config_peer_find (config->callers, "other")->wanted_serial, ==,
                   "CVR:00000000-FID:1");
  /* As openssl writes a name that is not ASCII. */
  g_assert_cmpstr (config_peer_find (config->callers, "third")->issuer, ==, "CN=Pr\303\270ve,C=DK");
  g_assert_null (config_peer_find (config->callers, "nobody"));
  g_assert_true (track_config_may_approve (config, "bent"));
  g_assert_false (track_config_may_approve (config, "carl"));
}

static void
test_sample_is_a_configuration (void)
{
  g_autofree char *sample = track_config_dup_sample ();
  g_autofree char *manual = track_config_dup_manual ();

  for (guint i = 0; i < track_config_n_keys; i++)
    {
      g_assert_nonnull (strstr (sample, track_config_keys[i].name));
      g_assert_nonnull (strstr (sample, track_config_keys[i].sentence));
    }
  g_assert_nonnull (strstr (sample, "[caller NAME]"));
  g_assert_nonnull (strstr (manual, ".SS [upstream]"));
  g_assert_nonnull (strstr (manual, ".SS [caller NAME]"));
}

static void
test_restart (void)
{
  g_autoptr (TrackConfig) one = track_config_parse (CLOSED "[people]\napprovers=a\n", NULL);
  g_autoptr (TrackConfig) other = track_config_parse (CLOSED "[people]\napprovers=a;b\n", NULL);
  g_autoptr (TrackConfig) moved = track_config_parse (CLOSED "[status]\nport=1\n", NULL);
  g_autofree char *same = track_config_list_fixed_changes (one, other);
  g_autofree char *fixed = track_config_list_fixed_changes (one, moved);

  g_assert_null (same);
  g_assert_cmpstr (fixed, ==, "[status] port");
}

static void
test_outcomes (void)
{
  for (guint i = 0; i < TRACK_N_OUTCOMES; i++)
    {
      TrackOutcome back = TRACK_N_OUTCOMES;

      g_assert_true (track_outcome_parse (track_outcome_word (i), &back));
      g_assert_cmpint (back, ==, i);
      g_assert_nonnull (track_outcome_class_word (track_outcome_class (i)));
    }
  g_assert_false (track_outcome_parse ("none", &(TrackOutcome){ 0 }));
  g_assert_true (track_outcome_is_failure (TRACK_OUTCOME_FAULTY));
  g_assert_true (track_outcome_is_failure (TRACK_OUTCOME_CUT));
  g_assert_true (track_outcome_is_failure (TRACK_OUTCOME_NO_DNS));
  g_assert_false (track_outcome_is_failure (TRACK_OUTCOME_BUSY));
  g_assert_false (track_outcome_is_failure (TRACK_OUTCOME_LIMIT));
  g_assert_false (track_outcome_is_failure (TRACK_OUTCOME_MAINTENANCE));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-config/defaults", test_defaults);
  g_test_add_func ("/track-config/refused", test_refused);
  g_test_add_func ("/track-config/callers", test_callers);
  g_test_add_func ("/track-config/sample", test_sample_is_a_configuration);
  g_test_add_func ("/track-config/restart", test_restart);
  g_test_add_func ("/track-config/outcomes", test_outcomes);
  return g_test_run ();
}
