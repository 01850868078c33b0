/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG tells of summonses becomes meetings here: made, moved, accepted, called off, twice, late and contradictory. */
/* Also tests: inbox-apply-indkaldelse, truth-weigh, record-door, truth-store. */
#include <string.h>

#include "base/error.h"
#include "inbox-summons.h"
#include "store/booking-store.h"

/* The advisor's time is taken, DFDG is told nothing, and the same again changes nothing. */
static void
test_lands (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  g_autoptr (Booking) again = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  g_assert_true (is_free (&inbox, "08:00", "RID-1"));
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->origin, ==, BOOKING_BY_KSS);
  g_assert_cmpint (booking->advisor_id, ==, 1);
  g_assert_cmpint (booking->unit_id, ==, 1);
  g_assert_false (booking->conflict);
  g_assert_true (booking->compulsory);
  g_assert_cmpstr (booking->start_local, ==, "2026-11-24T09:00:00");
  g_assert_cmpstr (booking->cpr, ==, testlib_cpr (1));
  g_assert_false (is_free (&inbox, "08:00", "RID-1"));
  g_assert_true (is_free (&inbox, "08:00", "RID-2"));
  /* The message happened when the truth was made: it may tell of a change within the same moment. */
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done echo");
  g_assert_cmpuint (inbox.n_asked, ==, 2);
  (void) touch (&inbox, ID);
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done echo");
  again = load (&inbox, ID);
  g_assert_cmpint (again->revision, ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM outbox"), ==, 0);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM journal"), ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM inbox"), ==, 0);
}

static void
test_moves (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  g_autoptr (Booking) other = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  touch (&inbox, ID)->core = (Period){ at ("09:00"), at ("09:00") + 45 * MINUTE };
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->core.end_us, ==, at ("09:45"));
  g_assert_cmpint (booking->placement, ==, 2);
  g_assert_true (is_free (&inbox, "08:00", "RID-1"));
  g_assert_false (is_free (&inbox, "09:00", "RID-1"));
  g_free (touch (&inbox, ID)->advisor_key);
  inbox_world_get_truth (&inbox, ID)->advisor_key = g_strdup ("RID-2");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  g_assert_true (is_free (&inbox, "09:00", "RID-1"));
  g_assert_false (is_free (&inbox, "09:00", "RID-2"));
  /* Nobody named is nobody changed. */
  g_clear_pointer (&touch (&inbox, ID)->advisor_key, g_free);
  inbox_world_get_truth (&inbox, ID)->description = g_strdup ("Medbring CV");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  other = load (&inbox, ID);
  g_assert_cmpint (other->advisor_id, ==, 2);
  g_assert_cmpstr (other->description, ==, "Medbring CV");
  g_assert_cmpint (other->placement, ==, 3);
  g_assert_false (is_free (&inbox, "09:00", "RID-2"));
}

static void
test_moves_unit (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  g_free (touch (&inbox, ID)->unit_code);
  inbox_world_get_truth (&inbox, ID)->unit_code = g_strdup ("89001");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->unit_id, ==, 2);
  g_free (touch (&inbox, ID)->unit_code);
  /* A sub-centre that we do not have is the main centre's. */
  inbox_world_get_truth (&inbox, ID)->unit_code = g_strdup ("89007");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  (void) touch (&inbox, ID);
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done echo");
  g_free (touch (&inbox, ID)->unit_code);
  inbox_world_get_truth (&inbox, ID)->unit_code = g_strdup ("12300");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "parked unit");
}

static void
test_ends (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  g_autoptr (Booking) other = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  make (&inbox, OTHER, 1, "09:00");
  (void) inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  tell_and_work (&inbox, 1, OTHER, DFDG_CHANGE_CREATE, "done registered");
  /* Still shown, as called off. */
  touch (&inbox, ID)->is_cancelled = TRUE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_DELETE, "done cancelled");
  /* Not shown any more: the message itself is the end. */
  inbox_world_set_truth (&inbox, OTHER, NULL);
  tell_and_work (&inbox, 1, OTHER, DFDG_CHANGE_DELETE, "done cancelled");
  booking = load (&inbox, ID);
  other = load (&inbox, OTHER);
  g_assert_cmpint (booking->state, ==, BOOKING_CANCELLED);
  g_assert_cmpint (other->state, ==, BOOKING_CANCELLED);
  g_assert_true (is_free (&inbox, "08:00", "RID-1"));
  g_assert_true (is_free (&inbox, "09:00", "RID-1"));
  inbox.world->now_us += MINUTE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_DELETE, "done known");
  tell_and_work (&inbox, 1, OTHER, DFDG_CHANGE_DELETE, "done known");
  /* A message of before comes late. */
  tell_and_work (&inbox, 1, OTHER, DFDG_CHANGE_UPDATE, "done gone");
  /* Nothing of it was ever here. */
  tell_and_work (&inbox, 1, THIRD, DFDG_CHANGE_DELETE, "done gone");
  tell_and_work (&inbox, 1, THIRD, DFDG_CHANGE_CREATE, "done gone");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM booking"), ==, 2);
}

/* Called off before we heard of it: no meeting is made. */
static void
test_never_was (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 made, gone;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  inbox_world_get_truth (&inbox, ID)->is_cancelled = TRUE;
  made = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  gone = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_DELETE);
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, made, "done gone");
  assert_fate (&inbox, gone, "done gone");
  g_assert_cmpuint (inbox.n_asked, ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM booking"), ==, 0);
}

/* Called off before we heard of it, and DFDG's reading side is behind: no meeting is made of what is shown still. */
static void
test_never_was_behind (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 made, gone;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  made = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  inbox.world->now_us += MINUTE;
  gone = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_DELETE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, made, "new behind");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM booking"), ==, 0);
  g_assert_true (is_free (&inbox, "08:00", "RID-1"));
  inbox_world_set_truth (&inbox, ID, NULL);
  inbox.world->now_us += MINUTE;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, made, "done gone");
  assert_fate (&inbox, gone, "done gone");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM booking"), ==, 0);
}

/* Two changes that DFDG dates alike are two: the second is read, too. A message that is older for certain is not. */
static void
test_same_moment (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  DfdgIndkaldelse *record;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  record = inbox_world_get_truth (&inbox, ID);
  record->version = g_strdup ("v-1");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  record->core = (Period){ at ("09:00"), at ("09:30") };
  g_free (record->version);
  record->version = g_strdup ("v-2");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->core.start_us, ==, at ("09:00"));
  g_assert_cmpuint (inbox.n_asked, ==, 2);
  record->changed_us += MINUTE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done echo");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done known");
  g_assert_cmpuint (inbox.n_asked, ==, 3);
}

static void
refuse (InboxWorld *inbox, const char *operation, gconstpointer request, PlannerError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (world_call (inbox->world, operation, request, &error));
  g_assert_error (error, PLANNER_ERROR, (int) code);
}

/* The citizen accepts it on Jobnet, and may not move it (source 003). */
static void
test_citizen (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  ContractGetBookingDetailsRequest move = { .person_civil_registration_identifier = testlib_cpr (1),
                                            .booking_identifier = ID,
                                            .booking_start_time = world_time (at ("10:00")) };
  ContractCancelBookingRequest cancel = { .person_civil_registration_identifier = testlib_cpr (1),
                                          .booking_identifier = ID };

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  inbox_world_get_truth (&inbox, ID)->should_accept = TRUE;
  inbox_world_get_truth (&inbox, ID)->rebook_possible = TRUE;
  inbox_world_get_truth (&inbox, ID)->rebook_deadline_day = 20780;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  refuse (&inbox, "GetBookingDetails", &move, PLANNER_ERROR_NOT_REBOOKABLE);
  refuse (&inbox, "CancelBooking", &cancel, PLANNER_ERROR_NOT_CANCELLABLE);
  touch (&inbox, ID)->accepted = TRUE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_true (booking->accepted);
  g_assert_cmpint (booking->placement, ==, 1);
  g_assert_cmpint (count (&inbox,
                          "SELECT count(*) FROM journal WHERE kind = 'booking-accepted' AND "
                          "actor = 'dfdg'"),
                   ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM outbox"), ==, 0);
}

static void
set_participant (InboxWorld *inbox, const char *id, const char *name)
{
  GPtrArray *list = inbox_world_get_truth (inbox, ID)->participants;
  IndkaldelseDeltager *one = g_new0 (IndkaldelseDeltager, 1);

  g_ptr_array_set_size (list, 0);
  one->identifier = g_strdup (id);
  one->name = g_strdup (name);
  one->organisation_type = 5;
  g_ptr_array_add (list, one);
}

static void
test_joint (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  inbox_world_get_truth (&inbox, ID)->interview_type = 17;
  inbox_world_get_truth (&inbox, ID)->fund_participation = 1;
  inbox_world_get_truth (&inbox, ID)->maker_type = 5;
  set_participant (&inbox, "p-1", "A-kassen");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->origin, ==, BOOKING_BY_UNEMPLOYMENT_FUND);
  g_assert_cmpint (booking->interview_type, ==, 17);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM participant WHERE name = 'A-kassen'"), ==,
                   1);
  (void) touch (&inbox, ID);
  set_participant (&inbox, "p-2", "Den anden a-kasse");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done participants");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM participant"), ==, 1);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM participant WHERE participant_id = 'p-2'"),
                   ==, 1);
  (void) touch (&inbox, ID);
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done echo");
}

/* Taken all the same, flagged, and told to a person once. */
static void
test_troubles (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) first = NULL;
  g_autoptr (Booking) second = NULL;
  g_autoptr (Booking) stranger = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  make (&inbox, OTHER, 2, "08:00");
  make (&inbox, THIRD, 3, "08:00");
  g_free (inbox_world_get_truth (&inbox, THIRD)->advisor_key);
  inbox_world_get_truth (&inbox, THIRD)->advisor_key = g_strdup ("RID-99");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  tell_and_work (&inbox, 2, OTHER, DFDG_CHANGE_CREATE, "done registered");
  tell_and_work (&inbox, 3, THIRD, DFDG_CHANGE_CREATE, "done registered");
  first = load (&inbox, ID);
  second = load (&inbox, OTHER);
  stranger = load (&inbox, THIRD);
  g_assert_false (first->conflict);
  g_assert_true (second->conflict);
  g_assert_cmpint (stranger->advisor_id, ==, 0);
  g_assert_cmpstr (stranger->foreign_advisor, ==, "RID-99");
  g_assert_false (stranger->conflict);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM inbox WHERE kind = 'dfdg-report'"), ==, 2);
  g_assert_cmpint (
    count (&inbox, "SELECT count(*) FROM inbox WHERE payload LIKE '%unknown-advisor%' AND payload "
                   "LIKE '%" THIRD "%'"),
    ==, 1);
  /* The one that stood in the way goes: the other's time is its own from then on. */
  touch (&inbox, ID)->is_cancelled = TRUE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_DELETE, "done cancelled");
  g_clear_pointer (&second, booking_free);
  second = load (&inbox, OTHER);
  g_assert_false (second->conflict);
  g_assert_false (is_free (&inbox, "08:00", "RID-1"));
}

/* What is known of the citizen's own booking when its echo comes. */
static char *
self_book (InboxWorld *inbox, guint citizen, const char *start)
{
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = OFFER,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (at (start)),
                                           .interview_contact_type_identifier = 1 };
  g_autoptr (GError) error = NULL;
  const ContractCreateBookingResponse *response =
    world_call (inbox->world, "CreateBooking", &request, &error);

  g_assert_no_error (error);
  return g_strdup (response->booking_details.booking_identifier);
}

static DfdgIndkaldelse *
register_ours (InboxWorld *inbox, const char *id)
{
  g_autoptr (Booking) booking = load (inbox, id);
  const CatalogueUnit *unit = catalogue_get_unit (inbox->world->view.catalogue, 1);
  IndkaldelsePlace place = { .unit_key = "89000",
                             .zone = unit->zone,
                             .advisor_key = booking->advisor_id == 1 ? "RID-1" : "RID-2" };
  DfdgIndkaldelse *record = indkaldelse_from_booking (booking, &place);

  record->cpr = g_strdup (booking->cpr);
  record->maker_user_type = 1;
  record->maker_type = 8;
  record->changed_us = inbox->world->now_us;
  inbox_world_set_truth (inbox, id, record);
  return record;
}

/* As the operation does that DFDG has called. */
static void
await_echo (InboxWorld *inbox, const char *id, gint64 revision)
{
  g_autofree char *sql = g_strdup_printf (
    "DELETE FROM echo_watch; INSERT INTO echo_watch (tenant_id, citizen_id, subject, revision, "
    "added_us) VALUES (1, 1, '%s', %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
    id, revision, inbox->world->now_us);

  world_run_sql (inbox->world, sql);
}

/* Moved here as DFDG asked; what it shows is from before: it is waited for, and then it is the echo. */
static void
test_echo_first (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) waiting = NULL;
  DfdgIndkaldelse *record;
  g_autofree char *id = NULL;
  gint64 event;

  open_world (&inbox);
  id = self_book (&inbox, 1, "08:00");
  record = register_ours (&inbox, id);
  tell_and_work (&inbox, 1, id, DFDG_CHANGE_CREATE, "done echo");
  inbox.world->now_us += MINUTE;
  world_run_sql (inbox.world, "UPDATE booking SET title = 'En anden', revision = 2");
  await_echo (&inbox, id, 2);
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, id, DFDG_CHANGE_UPDATE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new echo-first");
  waiting = load (&inbox, id);
  g_assert_cmpstr (waiting->title, ==, "En anden");
  g_free (record->title);
  record->title = g_strdup ("En anden");
  record->changed_us = inbox.world->now_us;
  inbox.world->now_us += MINUTE;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "done echo");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM echo_watch"), ==, 0);
}

/* DFDG never wrote it down, a person was asked, and then somebody changed the meeting there: that counts. */
static void
test_echo_lost (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  g_autofree char *id = NULL;

  open_world (&inbox);
  id = self_book (&inbox, 1, "08:00");
  (void) register_ours (&inbox, id);
  tell_and_work (&inbox, 1, id, DFDG_CHANGE_CREATE, "done echo");
  inbox.world->now_us += MINUTE;
  world_run_sql (inbox.world, "UPDATE booking SET title = 'En anden', revision = 2");
  await_echo (&inbox, id, 2);
  g_free (touch (&inbox, id)->title);
  inbox_world_get_truth (&inbox, id)->title = g_strdup ("En tredje");
  tell_and_work (&inbox, 1, id, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, id);
  g_assert_cmpstr (booking->title, ==, "En tredje");
}

static void
test_echo (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autofree char *id = NULL;
  g_autoptr (Booking) before = NULL;
  g_autoptr (Booking) after = NULL;
  gint64 n_journal;

  open_world (&inbox);
  id = self_book (&inbox, 1, "08:00");
  n_journal = count (&inbox, "SELECT count(*) FROM journal");
  before = load (&inbox, id);
  await_echo (&inbox, id, 1);
  (void) register_ours (&inbox, id);
  tell_and_work (&inbox, 1, id, DFDG_CHANGE_CREATE, "done echo");
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM echo_watch"), ==, 0);
  after = load (&inbox, id);
  g_assert_cmpint (after->revision, ==, before->revision);
  g_assert_cmpint (after->changed_us, ==, before->changed_us);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM journal"), ==, n_journal);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM outbox"), ==, 0);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM dfdg_truth"), ==, 1);
}

/* A change of ours that DFDG has not been told of stands until it has. */
static void
test_ours_first (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) waiting = NULL;
  g_autoptr (Booking) told = NULL;
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  world_run_sql (inbox.world,
                 "INSERT INTO outbox (tenant_id, citizen_id, kind, subject, revision, request_id, "
                 "payload) VALUES (1, 1, 'update', '" ID "', 1, 'r-1', '{}')");
  touch (&inbox, ID)->core = (Period){ at ("09:00"), at ("09:30") };
  inbox.is_own = TRUE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_UPDATE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  assert_fate (&inbox, event, "new ours-first");
  waiting = load (&inbox, ID);
  g_assert_cmpint (waiting->core.start_us, ==, at ("08:00"));
  world_run_sql (inbox.world, "UPDATE outbox SET state = 'sent'");
  inbox.world->now_us += MINUTE;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "done changed");
  told = load (&inbox, ID);
  g_assert_cmpint (told->core.start_us, ==, at ("09:00"));
}

/* What cannot go well is put aside, and neither its citizen nor another waits for it. */
static void
test_poison (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  DfdgLaneReport report;
  gint64 unit, id, none, whole, nobody;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  g_free (inbox_world_get_truth (&inbox, ID)->unit_code);
  inbox_world_get_truth (&inbox, ID)->unit_code = g_strdup ("12345");
  make (&inbox, OTHER, 1, "09:00");
  make (&inbox, THIRD, 2, "10:00");
  g_clear_pointer (&inbox_world_get_truth (&inbox, THIRD)->cpr, g_free);
  unit = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  id = inbox_world_tell (&inbox, 1, "a/../b", DFDG_CHANGE_CREATE);
  none = inbox_world_tell (&inbox, 1, NULL, DFDG_CHANGE_CREATE);
  whole = inbox_world_tell (&inbox, 1, OTHER, DFDG_CHANGE_CREATE);
  nobody = inbox_world_tell (&inbox, 0, THIRD, DFDG_CHANGE_CREATE);
  report = inbox_world_work (&inbox);
  g_assert_cmpuint (report.n_done, ==, 1);
  g_assert_cmpuint (report.n_parked, ==, 4);
  assert_fate (&inbox, unit, "parked unit");
  assert_fate (&inbox, id, "parked strange-id");
  assert_fate (&inbox, none, "parked no-id");
  assert_fate (&inbox, whole, "done registered");
  assert_fate (&inbox, nobody, "parked no-citizen");
}

static gboolean
retry_step (OpCall *call, gpointer data, GError **error)
{
  gint64 n_events;

  return inbox_store_retry (call->session, 1, 0, &n_events, error);
}

static void
test_retry (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 event;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  g_free (inbox_world_get_truth (&inbox, ID)->unit_code);
  inbox_world_get_truth (&inbox, ID)->unit_code = g_strdup ("12345");
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "parked unit");
  g_free (inbox_world_get_truth (&inbox, ID)->unit_code);
  inbox_world_get_truth (&inbox, ID)->unit_code = g_strdup ("89000");
  g_assert_true (world_step (inbox.world, retry_step, NULL, NULL));
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "done registered");
}

/* Told of and not shown: asked again for some minutes, then a person's. */
static void
test_absent (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 event, late;
  guint n_tries = 0;

  open_world (&inbox);
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  while (inbox_world_work (&inbox).is_later)
    {
      assert_fate (&inbox, event, "new absent");
      n_tries++;
      inbox.world->now_us += dfdg_backoff_us (n_tries - 1);
    }
  g_assert_cmpuint (n_tries, ==, 8);
  assert_fate (&inbox, event, "parked absent");
  late = inbox_world_tell (&inbox, 1, OTHER, DFDG_CHANGE_CREATE);
  g_assert_true (inbox_world_work (&inbox).is_later);
  make (&inbox, OTHER, 1, "09:00");
  inbox.world->now_us += MINUTE;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, late, "done registered");
}

/* Told that it ended, and shown as it was: the read is behind, or DFDG contradicts itself. */
static void
test_behind (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;
  gint64 event;
  guint n_tries = 0;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  inbox.world->now_us += MINUTE;
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_DELETE);
  while (inbox_world_work (&inbox).is_later)
    inbox.world->now_us += dfdg_backoff_us (n_tries++);
  g_assert_cmpuint (n_tries, ==, 6);
  assert_fate (&inbox, event, "parked still-there");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->state, ==, BOOKING_BOOKED);
}

static void
test_down (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  DfdgLaneReport report;
  gint64 first, second;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  make (&inbox, OTHER, 1, "09:00");
  inbox.is_down = TRUE;
  first = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  second = inbox_world_tell (&inbox, 1, OTHER, DFDG_CHANGE_CREATE);
  report = inbox_world_work (&inbox);
  g_assert_true (report.is_later && report.is_down);
  assert_fate (&inbox, first, "new unavailable");
  assert_fate (&inbox, second, "new ");
  g_assert_cmpuint (inbox.n_asked, ==, 1);
  /* Not before its time. */
  g_assert_false (inbox_world_work (&inbox).is_later);
  g_assert_cmpuint (inbox.n_asked, ==, 1);
  inbox.is_down = FALSE;
  inbox.is_broken = TRUE;
  inbox.world->now_us += LATER;
  report = inbox_world_work (&inbox);
  g_assert_true (report.is_later && !report.is_down);
  inbox.is_broken = FALSE;
  inbox.world->now_us += LATER;
  report = inbox_world_work (&inbox);
  g_assert_cmpuint (report.n_done, ==, 2);
  g_assert_cmpint (count (&inbox, "SELECT count(*) FROM booking WHERE state = 'booked'"), ==, 2);
}

/* Many messages of one summons are one question. */
static void
test_covers (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 events[6];

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  make (&inbox, OTHER, 1, "09:00");
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      inbox.world->now_us += SECOND;
      events[i] = inbox_world_tell (&inbox, 1, i == 2 ? OTHER : ID, DFDG_CHANGE_UPDATE);
    }
  inbox_world_get_truth (&inbox, ID)->changed_us = inbox.world->now_us;
  g_assert_cmpuint (inbox_world_work (&inbox).n_done, ==, 6);
  g_assert_cmpuint (inbox.n_asked, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    assert_fate (&inbox, events[i], "done registered");
}

/* Called off here and not there, and DFDG has changed it since: it is booked again. */
static void
test_comes_back (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (Booking) booking = NULL;

  open_world (&inbox);
  make (&inbox, ID, 1, "08:00");
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_CREATE, "done registered");
  touch (&inbox, ID)->is_cancelled = TRUE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_DELETE, "done cancelled");
  touch (&inbox, ID)->is_cancelled = FALSE;
  tell_and_work (&inbox, 1, ID, DFDG_CHANGE_UPDATE, "done changed");
  booking = load (&inbox, ID);
  g_assert_cmpint (booking->state, ==, BOOKING_BOOKED);
  g_assert_false (is_free (&inbox, "08:00", "RID-1"));
}

static void
test_unknown_type (void)
{
  g_auto (InboxWorld) inbox = { 0 };
  gint64 event;

  open_world (&inbox);
  g_assert_true (dfdg_event_is_taken (&inbox.entities, 90000));
  g_assert_false (dfdg_event_is_taken (&inbox.entities, 12));
  event = inbox_world_tell (&inbox, 1, ID, DFDG_CHANGE_CREATE);
  inbox.entities.ids[DFDG_ENTITY_INDKALDELSE] = 90009;
  (void) inbox_world_work (&inbox);
  assert_fate (&inbox, event, "parked unknown-type");
}

static void
test_backoff (void)
{
  const gint64 expected_s[] = { 1,   3,    7,    15,   31,   63,    127,  255,
                                511, 1023, 2047, 4095, 8191, 10800, 10800 };

  for (guint i = 0; i < G_N_ELEMENTS (expected_s); i++)
    g_assert_cmpint (dfdg_backoff_us (i), ==, expected_s[i] * SECOND);
  g_assert_cmpint (dfdg_backoff_us (1000), ==, 10800 * SECOND);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/inbox-apply/lands", test_lands);
  g_test_add_func ("/inbox-apply/moves", test_moves);
  g_test_add_func ("/inbox-apply/moves-unit", test_moves_unit);
  g_test_add_func ("/inbox-apply/ends", test_ends);
  g_test_add_func ("/inbox-apply/never-was", test_never_was);
  g_test_add_func ("/inbox-apply/never-was-behind", test_never_was_behind);
  g_test_add_func ("/inbox-apply/same-moment", test_same_moment);
  g_test_add_func ("/inbox-apply/citizen", test_citizen);
  g_test_add_func ("/inbox-apply/joint", test_joint);
  g_test_add_func ("/inbox-apply/troubles", test_troubles);
  g_test_add_func ("/inbox-apply/echo", test_echo);
  g_test_add_func ("/inbox-apply/echo-first", test_echo_first);
  g_test_add_func ("/inbox-apply/echo-lost", test_echo_lost);
  g_test_add_func ("/inbox-apply/ours-first", test_ours_first);
  g_test_add_func ("/inbox-apply/poison", test_poison);
  g_test_add_func ("/inbox-apply/retry", test_retry);
  g_test_add_func ("/inbox-apply/absent", test_absent);
  g_test_add_func ("/inbox-apply/behind", test_behind);
  g_test_add_func ("/inbox-apply/down", test_down);
  g_test_add_func ("/inbox-apply/covers", test_covers);
  g_test_add_func ("/inbox-apply/comes-back", test_comes_back);
  g_test_add_func ("/inbox-apply/unknown-type", test_unknown_type);
  g_test_add_func ("/inbox-apply/backoff", test_backoff);
  return g_test_run ();
}
