/* SPDX-License-Identifier: EUPL-1.2 */
/* The ladder: what is read, what is refused, whom a step means. */
#include "health/track-escalation.h"

#include <string.h>

#include "base/error.h"
#include "testlib.h"

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) steps = track_escalation_parse ("0:webhook, 5:mail1,30:mail2,30:mail", &error);
  g_autoptr (GArray) none = NULL;
  const TrackLadderStep *step;

  g_assert_no_error (error);
  g_assert_cmpuint (steps->len, ==, 4);
  step = &g_array_index (steps, TrackLadderStep, 1);
  g_assert_cmpint (step->after_us, ==, 300 * G_USEC_PER_SEC);
  g_assert_cmpstr (step->channel, ==, TRACK_NOTICE_MAIL);
  g_assert_cmpuint (step->number, ==, 1);
  none = track_escalation_parse ("", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "5",        "5:",         "x:mail",        "5:sms", "-1:mail", "5:mail0", "5:mail1,0:mail2",
    "5:mail51", "99999:mail", "1:mail,,2:mail"
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (track_escalation_parse (texts[i], &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
    }
}

static void
test_targets (void)
{
  char *contacts[] = { (char *) "a@x.example", (char *) "b@x.example", NULL };
  char *hooks[] = { (char *) "https://hook.example/", NULL };
  TrackEndpoint endpoint = { .contacts = contacts };
  TrackEndpoint fallback = { .webhooks = hooks };
  const TrackLadderStep second = { 0, TRACK_NOTICE_MAIL, 2 };
  const TrackLadderStep ninth = { 0, TRACK_NOTICE_MAIL, 9 };
  const TrackLadderStep hook = { 0, TRACK_NOTICE_WEBHOOK, 0 };
  g_autoptr (GPtrArray) one = track_escalation_list_targets (&second, &endpoint, &fallback);
  g_autoptr (GPtrArray) nobody = track_escalation_list_targets (&ninth, &endpoint, &fallback);
  g_autoptr (GPtrArray) other = track_escalation_list_targets (&hook, &endpoint, &fallback);

  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpstr (((TrackNoticeTarget *) one->pdata[0])->address, ==, "b@x.example");
  g_assert_cmpuint (nobody->len, ==, 0);
  g_assert_cmpuint (other->len, ==, 1);
  g_assert_cmpstr (((TrackNoticeTarget *) other->pdata[0])->address, ==, "https://hook.example/");
}

/* A subject is one line of ASCII; a webhook gets JSON with its key. */
static void
test_words (void)
{
  g_autoptr (TrackMessage) test = track_message_new_test ("aarhus", "vagt", 1);
  g_autoptr (TrackMessage) certificate =
    track_message_new_certificate ("https://a.example/", G_GINT64_CONSTANT (86400000000), 14, 1);
  g_autofree char *json = track_message_dup_json (certificate);

  g_assert_true (g_str_is_ascii (test->subject));
  g_assert_true (g_str_is_ascii (certificate->subject));
  g_assert_nonnull (strstr (json, certificate->key));
  g_assert_nonnull (strstr (json, "\"event\":\"certificate\""));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-escalation/parse", test_parse);
  g_test_add_func ("/track-escalation/refused", test_refused);
  g_test_add_func ("/track-escalation/targets", test_targets);
  g_test_add_func ("/track-escalation/words", test_words);
  return g_test_run ();
}
