/* SPDX-License-Identifier: EUPL-1.2 */
/* DFDG does not show what it told of, shows what was before it, or will not be asked: nothing is missed and nothing undone. */
/* Also tests: inbox-apply-indkaldelse, truth-weigh. */
#include "inbox-summons.h"

/* How often a message is looked at before it is done. */
static guint
count_looks (InboxWorld *inbox, gint64 event, const char *fate)
{
  guint n_before = inbox->n_asked;
  guint n_looks = 0;

  while (inbox_world_work (inbox).is_later)
    {
      assert_fate (inbox, event, "new again");
      inbox->world->now_us += dfdg_backoff_us (n_looks++);
    }
  assert_fate (inbox, event, fate);
  g_assert_cmpuint (inbox->n_asked - n_before, ==, n_looks + 1);
  return n_looks;
}

/* An answer that is older than what was applied undoes nothing. */
static void
test_older (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  gint64 first_us;
  gint64 event;

  open_world (&inbox);
  first_us = inbox.world->now_us;
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  touch (&inbox, ID)->core = (Period){ at ("09:00"), at ("09:30") };
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  inbox_world_get_truth (&inbox, ID)->core = (Period){ at ("08:00"), at ("08:30") };
  inbox_world_get_truth (&inbox, ID)->changed_us = first_us;
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  g_assert_cmpuint (count_looks (&inbox, event, "done older"), ==, 5);
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->core.start_us, ==, at ("09:00"));
}

/* DFDG names no version and dates two contents alike: what is read later is its word. */
static void
test_same_moment_unnamed (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  DfdgIndkaldelse *record;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  record = inbox_world_get_truth (&inbox, ID);
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  record->core = (Period){ at ("09:00"), at ("09:30") };
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  /* Named before and not any more: likewise. */
  record->version = g_strdup ("v-1");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done echo");
  g_clear_pointer (&record->version, g_free);
  record->core = (Period){ at ("10:00"), at ("10:30") };
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->core.start_us, ==, at ("10:00"));
}

/* DFDG has taken a change of ours and its reading side is behind: what it shows from before does not undo ours. */
static void
test_ours_is_newer (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) during = NULL;
  DfdgIndkaldelse *record;
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  record = inbox_world_get_truth (&inbox, ID);
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  world_run_sql (inbox.world, "UPDATE booking SET title = 'Vores', revision = 2");
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new behind");
  during = load (&inbox, ID);
  g_assert_cmpstr (during->title, ==, "Vores");
  g_free (record->title);
  record->title = g_strdup ("Vores");
  record->changed_us = inbox.world->now_us;
  inbox.world->now_us += SECOND;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "done echo");
}

/* DFDG told of a change and still shows what was before it: it is looked at again, and the change is not missed. */
static void
test_stale_read (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  DfdgIndkaldelse *record;
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new again");
  record = inbox_world_get_truth (&inbox, ID);
  record->changed_us = inbox.world->now_us;
  record->core = (Period){ at ("09:00"), at ("09:30") };
  inbox.world->now_us += SECOND;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->core.start_us, ==, at ("09:00"));
}

/* What is shown counts at once, though more is told of; and in the end what is shown is what there is. */
static void
test_stale_first (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  (void) inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  g_assert_false (is_free (&inbox, "08:00", "RID-1"));
  inbox.world->now_us += SECOND;
  g_assert_true (inbox_world_work (&inbox).is_later);
  inbox.world->now_us += MINUTE;
  while (inbox_world_work (&inbox).is_later)
    inbox.world->now_us += MINUTE;
  assert_fate (&inbox, event, "done echo");
  g_assert_cmpuint (inbox.n_asked, ==, 6);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM booking"), ==, 1);
}

/* What tells whether the read is behind: the version, else the times, else nothing. */
static void
test_looks (void)
{
  static const struct
  {
    const char *told;  /* version; NULL: none */
    const char *shown; /* likewise */
    gint64 later_us;   /* message behind what is shown; -1: undated */
    guint n_looks;
  } rows[] = {
    { NULL, NULL, 0, 0 },        { NULL, NULL, SECOND, 1 },   { NULL, NULL, MINUTE, 5 },
    { NULL, NULL, -1, 1 },       { "v-1", "v-1", MINUTE, 0 }, { "v-1", "v-1", -1, 0 },
    { "v-2", "v-1", SECOND, 5 }, { "v-2", "v-1", -1, 5 },     { "v-2", "v-1", -2 * SECOND, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (InboxWorld) inbox = { 0 };
      gint64 event;

      g_test_message ("%u", i);
      open_world (&inbox);
      inbox.world->now_us += MINUTE;
      make (&inbox, ID, 1, "08:00");
      inbox_world_get_truth (&inbox, ID)->version = g_strdup (rows[i].shown);
      tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
      inbox.version = rows[i].told;
      inbox.is_undated = rows[i].later_us == -1;
      inbox.world->now_us += rows[i].later_us;
      event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
      g_assert_cmpuint (count_looks (&inbox, event, "done echo"), ==, rows[i].n_looks);
    }
}

/* While nobody is let in, no message is parked for it; when others are, the one that is not is a person's. */
static void
test_forbidden (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  DfdgLaneReport report = { 0 };
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  inbox.is_closed = TRUE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  for (guint i = 0; i < 20; i++)
    {
      report = inbox_world_work (&inbox);
      g_assert_true (report.is_later && report.is_down);
      assert_fate (&inbox, event, "new forbidden");
      inbox.world->now_us += dfdg_backoff_us (i);
    }
  inbox.answered_us = inbox.world->now_us - MINUTE;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "parked forbidden");
  inbox.is_closed = FALSE;
  (void) touch (&inbox, ID);
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "done registered");
}

#define WAITING                                                                      \
  "INSERT INTO outbox (tenant_id, citizen_id, kind, subject, revision, request_id, " \
  "payload) VALUES (1, 1, 'update', '" ID "', 2, 'r-1', '{}')"

/* Another system has changed at DFDG what is changed here and not told yet: DFDG's counts, and a person hears of it. */
static void
test_overtaken (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  world_run_sql (inbox.world, "UPDATE booking SET title = 'Vores', revision = 2;" WAITING);
  touch (&inbox, ID)->core = (Period){ at ("09:00"), at ("09:30") };
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->core.start_us, ==, at ("09:00"));
  g_assert_cmpstr (booking->title, ==, "Jobsamtale");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM outbox WHERE state = 'dropped' AND reason "
                                  "LIKE 'overtaken:%'"),
                   ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM inbox WHERE kind = 'dfdg-report' AND "
                                  "payload LIKE '%overtaken%'"),
                   ==, 1);
}

/* What DFDG shows is our own last change, not what another system's older message tells of: ours goes on. */
static void
test_not_overtaken (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  world_run_sql (inbox.world, "UPDATE booking SET title = 'Vores', revision = 2;" WAITING);
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  g_free (touch (&inbox, ID)->title);
  inbox_world_get_truth (&inbox, ID)->title = g_strdup ("Vores, den forrige");
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new ours-first");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 1);
}

/* An a-kasse called it off, and its queue does not say so: what we have and DFDG shows no more is looked for once more. */
static void
test_fund_cancels (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  gint64 event;

  open_world (&inbox);
  inbox.service = "GetAkasseIndkaldelseVersion1";
  make (&inbox, ID, 1, "08:00");
  inbox_world_get_truth (&inbox, ID)->maker_type = 5;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UNKNOWN, "done registered");
  inbox_world_set_truth (&inbox, ID, NULL);
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UNKNOWN);
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new absent");
  inbox.world->now_us += SECOND;
  g_assert_false (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "done cancelled");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->state, ==, BOOKING_CANCELLED);
  g_assert_true (is_free (&inbox, "08:00", "RID-1"));
  /* What we never had may be to come. */
  event = inbox_world_tell (&inbox, 1, OTHER, DFDG_CHANGE_UNKNOWN);
  (void) inbox_world_work (&inbox);
  inbox.world->now_us += SECOND;
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new absent");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/inbox-behind/older", test_older);
  g_test_add_func ("/inbox-behind/same-moment-unnamed", test_same_moment_unnamed);
  g_test_add_func ("/inbox-behind/ours-is-newer", test_ours_is_newer);
  g_test_add_func ("/inbox-behind/stale-read", test_stale_read);
  g_test_add_func ("/inbox-behind/stale-first", test_stale_first);
  g_test_add_func ("/inbox-behind/looks", test_looks);
  g_test_add_func ("/inbox-behind/forbidden", test_forbidden);
  g_test_add_func ("/inbox-behind/overtaken", test_overtaken);
  g_test_add_func ("/inbox-behind/not-overtaken", test_not_overtaken);
  g_test_add_func ("/inbox-behind/fund-cancels", test_fund_cancels);
  return g_test_run ();
}
