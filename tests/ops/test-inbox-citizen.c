/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages about a citizen: groups, deadlines, a-kasse by their content; another number, and who waits for it. */
/* Also tests: inbox-apply-citizen, inbox-apply-number. */
#include <string.h>

#include "dfdg/inbox/inbox-apply-citizen.h"
#include "inbox-world.h"
#include "store/citizen-store.h"
#include "store/outbox-store.h"
#include "store/reading-store.h"

#define NOW      "2026-11-23T08:00:00Z"
#define FRIST    90001
#define GROUP    100008
#define CATEGORY 100009
#define FUND     60010
#define NUMBER   100010

static void
set_up (InboxWorld *inbox)
{
  inbox_world_init (inbox, world_new (world_instant (NOW)));
  world_run_sql (inbox->world,
                 "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
                 "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) "
                 "VALUES (1, 1, 8, '89000', 'Demo')");
}

static gboolean
add_step (OpCall *call, gpointer data, GError **error)
{
  gboolean is_new = FALSE;

  return inbox_store_add (call->session, data, &is_new, error);
}

static gint64
tell (InboxWorld *inbox, gint64 entity, guint citizen, guint old_citizen, const char *detail)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message_id = g_strdup_printf ("m-%u", ++inbox->n_messages);
  g_autofree char *cpr = g_strdup (testlib_cpr (citizen));
  g_autofree char *old_cpr = old_citizen == 0 ? NULL : g_strdup (testlib_cpr (old_citizen));
  DfdgEvent event = { .tenant_id = 1,
                      .carrier = DFDG_CARRIER_WSRM,
                      .message_id = message_id,
                      .entity_type = entity,
                      .change_type = DFDG_CHANGE_UPDATE,
                      .cpr = cpr,
                      .old_cpr = old_cpr,
                      .event_us = inbox->world->now_us,
                      .received_us = inbox->world->now_us,
                      .system_id = 1,
                      .organisation_type = 8,
                      .hint = -1,
                      .detail = (char *) detail };

  g_assert_true (world_step (inbox->world, add_step, &event, &error));
  g_assert_no_error (error);
  return inbox->n_messages;
}

static void
check_fate (InboxWorld *inbox, gint64 event_id, const char *expected)
{
  g_autofree char *fate = inbox_world_dup_fate (inbox, event_id);

  g_assert_cmpstr (fate, ==, expected);
}

static gint64
count (InboxWorld *inbox, const char *sql)
{
  return world_count (inbox->world, sql);
}

static void
test_group (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 first, second, third;

  set_up (&inbox);
  first = tell (&inbox, GROUP, 1, 0,
                "{\"ContactGroupTypeIdentifier\":\"2\",\"StartDate\":\"2026-01-01\"}");
  inbox_world_work (&inbox);
  check_fate (&inbox, first, "done told");
  g_assert_cmpint (count (&inbox, "SELECT value FROM citizen_fact WHERE kind = 'contact-group'"),
                   ==, 2);
  second = tell (&inbox, GROUP, 1, 0,
                 "{\"ContactGroupTypeIdentifier\":\"1\",\"StartDate\":\"2026-11-20\"}");
  inbox_world_work (&inbox);
  check_fate (&inbox, second, "done told");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM citizen_span"), ==, 2);
  g_assert_cmpint (count (&inbox, "SELECT value FROM citizen_fact WHERE kind = 'contact-group'"),
                   ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM citizen_span WHERE until_date IS NULL"), ==,
                   1);
  third =
    tell (&inbox, GROUP, 1, 0, NULL); /* thin, and nobody to ask: a wrong fact is worse than none */
  inbox_world_work (&inbox);
  check_fate (&inbox, third, "done forgotten");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM citizen_fact"), ==, 0);
}

static void
test_category_and_fund (void)
{
  g_auto (InboxWorld) inbox = { 0 };

  set_up (&inbox);
  tell (&inbox, CATEGORY, 1, 0,
        "{\"PersonCategoryTypeIdentifier\":\"5\",\"StartDate\":\"2026-01-01\",\"EndDate\":\"2026-"
        "11-22\"}");
  tell (&inbox, FUND, 1, 0, "{\"AkasseKode\":\"7\"}");
  tell (&inbox, FUND, 2, 0, "{\"AkasseKode\":8}");
  inbox_world_work (&inbox);
  g_assert_cmpint (
    count (&inbox, "SELECT count(*) FROM citizen_fact WHERE kind = 'category' AND value = ''"), ==,
    1);
  g_assert_cmpint (
    count (&inbox, "SELECT sum(value) FROM citizen_fact WHERE kind = 'unemployment-fund'"), ==, 15);
  tell (&inbox, FUND, 1, 0, NULL);
  inbox_world_work (&inbox);
  g_assert_cmpint (
    count (&inbox, "SELECT sum(value) FROM citizen_fact WHERE kind = 'unemployment-fund'"), ==, 8);
}

static void
test_frist (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 whole, thin;

  set_up (&inbox);
  whole = tell (&inbox, FRIST, 1, 0,
                "{\"FristIdentifier\":\"F-1\",\"SamtaleType\":\"7\",\"FristDato\":\"2026-12-01\","
                "\"SidsteAfholdelsesdato\":\"2026-12-20\",\"FriststatusType\":\"1\"}");
  thin = tell (&inbox, FRIST, 2, 0, "{\"FristIdentifier\":\"F-2\"}");
  inbox_world_work (&inbox);
  check_fate (&inbox, whole, "done told");
  check_fate (&inbox, thin, "parked no-address");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM deadline WHERE status = 1"), ==, 1);
}

/* What came for the old number goes with the new one; what came for the new one waits for the change. */
static void
test_number (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) lanes = NULL;
  gint64 change, again;

  set_up (&inbox);
  tell (&inbox, FUND, 1, 0, "{\"AkasseKode\":\"7\"}");
  inbox_world_work (&inbox);
  change = tell (&inbox, NUMBER, 5, 1, NULL);
  tell (&inbox, FUND, 1, 0, "{\"AkasseKode\":\"8\"}");
  tell (&inbox, FUND, 5, 0, "{\"AkasseKode\":\"9\"}");
  lanes = inbox_store_list_lanes (inbox.world->reader, 1, inbox.world->now_us, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lanes->len, ==, 1); /* the new number's waits */
  inbox_world_work (&inbox);
  check_fate (&inbox, change, "done merged");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM dfdg_event WHERE state = 'new'"), ==, 2);
  inbox_world_work (&inbox);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM dfdg_event WHERE state = 'new'"), ==, 0);
  g_assert_cmpint (
    count (&inbox, "SELECT value FROM citizen_fact WHERE kind = 'unemployment-fund'"), ==, 9);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM citizen WHERE successor_id IS NULL"), ==,
                   1);
  again = tell (&inbox, NUMBER, 5, 1, NULL);
  inbox_world_work (&inbox);
  check_fate (&inbox, again, "done known");
}

/* What failed under the old number is tried under the new one; what a restore held back is left to a person. */
static void
test_number_retries (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 thin;

  set_up (&inbox);
  thin = tell (&inbox, FRIST, 1, 0, "{\"FristIdentifier\":\"F-2\"}");
  inbox_world_work (&inbox);
  check_fate (&inbox, thin, "parked no-address");
  world_run_sql (
    inbox.world,
    "INSERT INTO outbox (tenant_id, citizen_id, kind, subject, revision, request_id, payload, "
    "not_before_us, added_us, state, reason) SELECT 1, citizen_id, 'register', s.subject, 1, "
    "s.subject || s.state, '', 0, 1, s.state, s.reason FROM citizen, (SELECT 'a' AS subject, "
    "'refused' AS "
    "state, '8107' AS reason UNION ALL SELECT 'a', 'held', NULL UNION ALL SELECT 'b', 'refused', "
    "'" RESTORED_HELD_BACK "') s");
  tell (&inbox, NUMBER, 5, 1, NULL);
  inbox_world_work (&inbox);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM dfdg_event WHERE state = 'new'"), ==, 1);
  inbox_world_work (&inbox);
  check_fate (&inbox, thin, "parked no-address");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 2);
  g_assert_cmpint (
    count (&inbox, "SELECT count(*) FROM outbox WHERE state = 'refused' AND subject = 'b'"), ==, 1);
}

static void
test_number_back (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 back, half;

  set_up (&inbox);
  tell (&inbox, NUMBER, 5, 1, NULL);
  inbox_world_work (&inbox);
  inbox.world->now_us += 3600 * (gint64) G_USEC_PER_SEC;
  back = tell (&inbox, NUMBER, 1, 5, NULL);
  half = tell (&inbox, NUMBER, 6, 0, NULL);
  inbox_world_work (&inbox);
  check_fate (&inbox, back, "parked both-known");
  check_fate (&inbox, half, "parked no-number");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/inbox-citizen/group", test_group);
  g_test_add_func ("/inbox-citizen/category-and-fund", test_category_and_fund);
  g_test_add_func ("/inbox-citizen/frist", test_frist);
  g_test_add_func ("/inbox-citizen/number", test_number);
  g_test_add_func ("/inbox-citizen/number-retries", test_number_retries);
  g_test_add_func ("/inbox-citizen/number-back", test_number_back);
  return g_test_run ();
}
