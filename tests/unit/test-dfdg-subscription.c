/* SPDX-License-Identifier: EUPL-1.2 */
/* Wished subscriptions held against accepted ones: dates that last, what is new, what would be given up, and its word. */
/* Also tests: dfdg-certificate, dfdg-contact. */
#include "dfdg/services/dfdg-subscription.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "base/period.h"
#include "dfdg/wire/dfdg-certificate.h"
#include "dfdg/wire/dfdg-contact.h"
#include "testlib.h"

/* Monday 2026-11-23 08:00 in Copenhagen. */
#define NOW_US G_GINT64_CONSTANT (1795417200000000)

#define BASE                                                                            \
  "[database]\npath=x\n[dfdg]\nport=0\n[dfdg-client demo]\nenvironment=T3\n"            \
  "indkaldelse-url=https://dfdg.example/\norganisation-code=44000\nuser-identifier=x\n" \
  "system-identifier=20000000-0000-4000-8000-000000000002\n"

static DfdgSettings *
settings_of (const char *more)
{
  g_autofree char *text = g_strconcat (BASE, more, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);

  g_assert_no_error (error);
  return dfdg_settings_new (config, config->dfdg_clients->pdata[0]);
}

static void
wish_of (DfdgWish *wish, const char *more, const GPtrArray *accepted, gint64 now_us)
{
  g_autoptr (DfdgSettings) settings = settings_of (more);
  g_autoptr (GError) error = NULL;

  g_assert_true (dfdg_wish_init (wish, settings, accepted, now_us, &error));
  g_assert_no_error (error);
}

static const Subscription *
nth (const DfdgWish *wish, guint n)
{
  return wish->wished->pdata[n];
}

static void
test_first (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_auto (DfdgWish) wish = { 0 };
  g_auto (DfdgWish) fewer = { 0 };
  g_auto (DfdgWish) two = { 0 };
  g_auto (DfdgWish) off = { 0 };

  wish_of (&wish, "carrier=wsb\n", none, NOW_US);
  g_assert_cmpuint (wish.wished->len, ==, 6);
  g_assert_cmpuint (wish.n_added, ==, 6);
  g_assert_null (wish.word);
  g_assert_cmpint (nth (&wish, 0)->entity_type, ==, 90000);
  g_assert_cmpstr (nth (&wish, 0)->organisation_code, ==, "44000");
  g_assert_cmpstr (nth (&wish, 0)->webhook, ==, "/wsb/v1");
  g_assert_cmpint (nth (&wish, 0)->start_us, ==, NOW_US - 8 * PERIOD_US_PER_HOUR);
  g_assert_cmpint (nth (&wish, 0)->end_us, ==,
                   NOW_US - 8 * PERIOD_US_PER_HOUR + 365 * PERIOD_US_PER_DAY);
  wish_of (&fewer, "carrier=wsb\nentity-frist=0\nentity-cpr-change=0\n", none, NOW_US);
  g_assert_cmpuint (fewer.wished->len, ==, 4);
  wish_of (&two, "carrier=wsb\nsubscription-codes=44000;44001;44000\n", none, NOW_US);
  g_assert_cmpuint (two.wished->len, ==, 12);
  wish_of (&off, "carrier=none\n", none, NOW_US);
  g_assert_cmpuint (off.wished->len, ==, 0);
}

/* A third of the time is left: renewed; a day more: not. */
static void
test_renewal (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_auto (DfdgWish) first = { 0 };
  gint64 end_us;

  wish_of (&first, "carrier=wsb\nsubscription-days=30\n", none, NOW_US);
  end_us = nth (&first, 0)->end_us;
  for (gint64 day = 0; day <= 30; day++)
    {
      g_auto (DfdgWish) later = { 0 };

      wish_of (&later, "carrier=wsb\nsubscription-days=30\n", first.wished,
               NOW_US + day * PERIOD_US_PER_DAY);
      g_test_message ("day %d", (int) day);
      g_assert_cmpuint (later.n_added, ==, 0);
      g_assert_cmpuint (later.dropped->len, ==, 0);
      g_assert_cmpuint (later.n_renewed, ==, day <= 20 ? 0 : 6);
      g_assert_cmpint (nth (&later, 0)->start_us, ==, nth (&first, 0)->start_us);
      g_assert_cmpint (nth (&later, 0)->end_us, ==,
                       day <= 20 ? end_us : end_us + day * PERIOD_US_PER_DAY);
    }
}

/* The word is of what is given up, and of nothing else. */
static void
test_dropped (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_auto (DfdgWish) first = { 0 };
  g_auto (DfdgWish) one = { 0 };
  g_auto (DfdgWish) again = { 0 };
  g_auto (DfdgWish) other = { 0 };
  g_auto (DfdgWish) all = { 0 };

  wish_of (&first, "carrier=wsb\n", none, NOW_US);
  wish_of (&one, "carrier=wsb\nentity-frist=0\n", first.wished, NOW_US);
  g_assert_cmpuint (one.dropped->len, ==, 1);
  g_assert_cmpint (((Subscription *) one.dropped->pdata[0])->entity_type, ==, 90001);
  g_assert_cmpuint (strlen (one.word), ==, 8);
  wish_of (&again, "carrier=wsb\nentity-frist=0\n", first.wished, NOW_US + PERIOD_US_PER_DAY);
  g_assert_cmpstr (again.word, ==, one.word);
  wish_of (&other, "carrier=wsb\norganisation-code=44001\n", first.wished, NOW_US);
  g_assert_cmpuint (other.dropped->len, ==, 6);
  g_assert_cmpuint (other.n_added, ==, 6);
  g_assert_cmpstr (other.word, !=, one.word);
  wish_of (&all, "carrier=none\n", first.wished, NOW_US);
  g_assert_cmpuint (all.dropped->len, ==, 6);
}

static void
test_body (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (DfdgSettings) settings = settings_of ("carrier=wsb\n");
  g_autoptr (DfdgSettings) wrong = settings_of ("carrier=wsb\nsubscription-codes=44000;Ry\n");
  g_auto (DfdgWish) wish = { 0 };
  g_auto (DfdgWish) bad = { 0 };
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *row;

  wish_of (&wish, "carrier=wsb\n", none, NOW_US);
  text = dfdg_wish_dup_body (&wish, settings);
  node = json_from_string (text, NULL);
  row = json_array_get_object_element (
    json_object_get_array_member (json_node_get_object (node), "abonnementer"), 0);
  g_assert_cmpint (json_object_get_int_member (row, "orgType"), ==, 8);
  g_assert_cmpint (json_object_get_int_member (row, "orgCode"), ==, 44000);
  g_assert_cmpstr (json_object_get_string_member (row, "startDato"), ==,
                   "2026-11-23T00:00:00+01:00");
  g_assert_cmpstr (dfdg_entity_name (settings, 90001), ==, "deadlines");
  g_assert_cmpstr (dfdg_entity_name (settings, 4711), ==, "unknown");
  g_assert_false (dfdg_wish_init (&bad, wrong, none, NOW_US, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_nonnull (strstr (error->message, "Ry"));
}

static void
test_contact (void)
{
  g_auto (DfdgContact) never = { 0 };
  g_auto (DfdgContact) bad = { 0 };
  g_auto (DfdgContact) good = { 0 };
  g_auto (DfdgContact) other = { 0 };

  dfdg_contact_get ("demo", DFDG_SERVICE_FRIST, &never);
  g_assert_cmpint (never.tried_us, ==, 0);
  dfdg_contact_note ("demo", DFDG_SERVICE_FRIST, "no connection");
  dfdg_contact_note ("demo", DFDG_SERVICE_FRIST, "still none");
  dfdg_contact_get ("demo", DFDG_SERVICE_FRIST, &bad);
  g_assert_cmpstr (bad.problem, ==, "still none");
  g_assert_cmpuint (bad.n_failed, ==, 2);
  g_assert_cmpint (bad.since_us, <=, bad.tried_us);
  dfdg_contact_note ("demo", DFDG_SERVICE_FRIST, NULL);
  dfdg_contact_get ("demo", DFDG_SERVICE_FRIST, &good);
  g_assert_null (good.problem);
  g_assert_cmpuint (good.n_calls, ==, 3);
  g_assert_cmpuint (good.n_failed, ==, 2);
  g_assert_cmpint (good.since_us, >=, bad.tried_us);
  dfdg_contact_get ("elsewhere", DFDG_SERVICE_FRIST, &other);
  g_assert_cmpuint (other.n_calls, ==, 0);
}

/* From the third failure in a row on it is left alone, until it answers. */
static void
test_rest (void)
{
  g_auto (DfdgContact) contact = { 0 };

  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (dfdg_contact_is_resting ("demo", DFDG_SERVICE_VISITERING));
      dfdg_contact_note_forbidden ("demo", DFDG_SERVICE_VISITERING, "DFDG answered 403");
    }
  g_assert_true (dfdg_contact_is_resting ("demo", DFDG_SERVICE_VISITERING));
  g_assert_false (dfdg_contact_is_resting ("demo", DFDG_SERVICE_BESKED));
  g_assert_false (dfdg_contact_has_answered ("demo", DFDG_SERVICE_VISITERING, 0));
  dfdg_contact_get ("demo", DFDG_SERVICE_VISITERING, &contact);
  g_assert_true (contact.is_forbidden);
  g_assert_cmpuint (contact.n_in_row, ==, 3);
  dfdg_contact_note ("demo", DFDG_SERVICE_VISITERING, NULL);
  g_assert_false (dfdg_contact_is_resting ("demo", DFDG_SERVICE_VISITERING));
  g_assert_true (dfdg_contact_has_answered ("demo", DFDG_SERVICE_VISITERING, 1));
}

static void
test_certificate (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "none.pem", NULL);
  g_autoptr (GError) absent = NULL;
  g_autoptr (GError) broken = NULL;
  gint64 end_us = -1;

  g_assert_false (dfdg_certificate_find_end (path, &end_us, &absent));
  g_assert_error (absent, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (absent->message, path));
  g_assert_true (g_file_set_contents (path, "-----BEGIN CERTIFICATE-----\nAAAA\n", -1, NULL));
  g_assert_false (dfdg_certificate_find_end (path, &end_us, &broken));
  g_assert_error (broken, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  g_assert_cmpint (end_us, ==, -1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/dfdg-subscription/first", test_first);
  g_test_add_func ("/dfdg-subscription/renewal", test_renewal);
  g_test_add_func ("/dfdg-subscription/dropped", test_dropped);
  g_test_add_func ("/dfdg-subscription/body", test_body);
  g_test_add_func ("/dfdg-contact/spells", test_contact);
  g_test_add_func ("/dfdg-contact/rest", test_rest);
  g_test_add_func ("/dfdg-certificate/broken", test_certificate);
  return g_test_run ();
}
