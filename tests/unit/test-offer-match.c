/* SPDX-License-Identifier: EUPL-1.2 */
/* The exact evaluator, one scene per verdict. Also tests: offer-checks. */
#include "rules/offer-match.h"

#include "calsync-timezone.h"
#include "testlib.h"

#define MINUTE PERIOD_US_PER_MINUTE

/* A Monday in November: an advisor working 8-12 and 12:45-16, one offer of half an hour. */
typedef struct
{
  gint32 date;
  Offer *offer;
  GArray *work, *busy, *claims, *closed, *citizen_busy, *starts;
  CitizenFacts facts;
  SlotQuestion question;
  SlotResource advisor, room;
} Scene;

static gint64
at (const Scene *scene, int day, int hour, int minute)
{
  gint64 local_s =
    (gint64) (scene->date + day) * CALSYNC_SECONDS_PER_DAY + hour * 3600 + minute * 60;
  return calsync_zone_seconds_to_instant (scene->offer->zone, local_s, NULL);
}

static void
add_period (Scene *scene, GArray *list, int from_minute, int to_minute)
{
  period_list_add (list, (Period){ at (scene, 0, 0, from_minute), at (scene, 0, 0, to_minute) });
}

static void
add_claim (Scene *scene, int from_minute, int before, int after, gboolean may_share)
{
  gint64 start_us = at (scene, 0, 0, from_minute);
  SlotClaim claim = {
    { start_us, start_us + 30 * MINUTE }, before * MINUTE, after * MINUTE, 7, may_share, TRUE
  };

  g_array_append_val (scene->claims, claim);
}

static void
scene_init (Scene *scene)
{
  Offer *offer = scene->offer = offer_new ();

  scene->date = (gint32) calsync_days_from_civil (2026, 11, 23);
  offer->zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  offer->duration_us = 30 * MINUTE;
  offer->horizon_days = 14;
  offer->n_pool = offer->n_rooms = 1;
  offer->pool = g_memdup2 (&(gint64){ 3 }, sizeof (gint64));
  offer->rooms = g_memdup2 (&(gint64){ 4 }, sizeof (gint64));
  scene->work = period_list_new ();
  scene->busy = period_list_new ();
  scene->closed = period_list_new ();
  scene->citizen_busy = period_list_new ();
  scene->claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
  scene->starts = g_array_new (FALSE, FALSE, sizeof (gint64));
  add_period (scene, scene->work, 480, 720);
  add_period (scene, scene->work, 765, 960);
  scene->facts.unemployment_fund = "29";
  scene->question = (SlotQuestion){ .now_us = at (scene, -1, 12, 0),
                                    .facts = &scene->facts,
                                    .closed = scene->closed,
                                    .citizen_busy = scene->citizen_busy,
                                    .offer_starts = scene->starts };
  scene->advisor =
    (SlotResource){ 3, scene->work, scene->busy, scene->claims, G_MAXINT64, G_MAXINT64 };
  scene->room = (SlotResource){ 4, scene->work, NULL, NULL, G_MAXINT64, G_MAXINT64 };
}

static void
scene_clear (Scene *scene)
{
  offer_free (scene->offer);
  g_array_unref (scene->work);
  g_array_unref (scene->busy);
  g_array_unref (scene->claims);
  g_array_unref (scene->closed);
  g_array_unref (scene->citizen_busy);
  g_array_unref (scene->starts);
}

static SlotFinding
find_at (Scene *scene, int minute)
{
  scene->question.start_us = at (scene, 0, 0, minute);
  return offer_match_start (scene->offer, &scene->question, &scene->advisor, &scene->room, 1);
}

static SlotVerdict
verdict_at (Scene *scene, int minute)
{
  return find_at (scene, minute).verdict;
}

static void
assert_why (const Scene *scene,
            SlotFinding found,
            SlotVerdict verdict,
            int from_minute,
            int to_minute)
{
  g_assert_cmpstr (slot_verdict_get_name (found.verdict), ==, slot_verdict_get_name (verdict));
  g_assert_cmpint (found.why.start_us, ==, at (scene, 0, 0, from_minute));
  g_assert_cmpint (found.why.end_us, ==, at (scene, 0, 0, to_minute));
}

static void
test_hours (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 690), ==, SLOT_FREE);
  assert_why (&scene, find_at (&scene, 695), SLOT_OUTSIDE_HOURS, 480, 720);
  g_assert_cmpint (verdict_at (&scene, 475), ==, SLOT_OUTSIDE_HOURS);
  g_assert_cmpint (verdict_at (&scene, 740), ==, SLOT_OUTSIDE_HOURS);
  g_assert_cmpint (verdict_at (&scene, 960), ==, SLOT_OUTSIDE_HOURS);
  /* Working time need not cover buffers. */
  scene.offer->before_us = scene.offer->after_us = 15 * MINUTE;
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 930), ==, SLOT_FREE);
  g_assert_cmpint (find_at (&scene, 740).resource_id, ==, 3);
  scene_clear (&scene);
}

static void
test_limits (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  scene.offer->lead_us = 20 * PERIOD_US_PER_HOUR; /* from Sunday noon: until Monday 08:00 */
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_FREE);
  scene.question.now_us += 1;
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_PAST_LEAD_TIME);
  scene.question.now_us -= 1;
  scene.offer->horizon_days = 1;
  scene.offer->release_minute = 720;
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_FREE);
  scene.question.now_us -= 1;
  scene.offer->lead_us = 0;
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_BEYOND_HORIZON);
  g_assert_cmpint (find_at (&scene, 480).why.start_us, ==, at (&scene, -1, 12, 0));
  scene.question.now_us += 1;
  scene.offer->valid_until_us = at (&scene, 0, 9, 0);
  g_assert_cmpint (verdict_at (&scene, 535), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_OUTSIDE_VALIDITY);
  scene.offer->valid_from_us = at (&scene, 0, 8, 30);
  g_assert_cmpint (verdict_at (&scene, 505), ==, SLOT_OUTSIDE_VALIDITY);
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_FREE);
  scene_clear (&scene);
}

static void
test_grid (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  scene.offer->grid_us = 30 * MINUTE;
  g_assert_cmpint (verdict_at (&scene, 765), ==, SLOT_FREE); /* 12:45, the block's start */
  assert_why (&scene, find_at (&scene, 780), SLOT_OFF_GRID, 765, 795);
  scene.question.waived = SLOT_VERDICT_MASK (SLOT_OFF_GRID);
  g_assert_cmpint (verdict_at (&scene, 780), ==, SLOT_FREE);
  scene.question.waived = 0;
  scene.offer->grid_anchor = OFFER_GRID_FROM_LOCAL_MIDNIGHT;
  assert_why (&scene, find_at (&scene, 765), SLOT_OFF_GRID, 750, 780);
  g_assert_cmpint (verdict_at (&scene, 780), ==, SLOT_FREE);
  scene.offer->grid_us = 50 * MINUTE; /* 08:20 is minute 500 */
  g_assert_cmpint (verdict_at (&scene, 500), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_OFF_GRID);
  /* A block that begins at 09:02 has its first start at 09:05. */
  scene.offer->grid_us = 20 * MINUTE;
  scene.offer->grid_anchor = OFFER_GRID_FROM_BLOCK_START;
  g_array_index (scene.work, Period, 0).start_us = at (&scene, 0, 9, 2);
  g_assert_cmpint (verdict_at (&scene, 545), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 542), ==, SLOT_OFF_GRID);
  g_assert_cmpint (verdict_at (&scene, 560), ==, SLOT_OFF_GRID);
  g_assert_cmpint (verdict_at (&scene, 565), ==, SLOT_FREE);
  scene_clear (&scene);
}

/* A closing time moves the block's start, and with it the grid. */
static void
test_closed (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  add_period (&scene, scene.closed, 0, 510);
  scene.offer->grid_us = 60 * MINUTE;
  assert_why (&scene, find_at (&scene, 480), SLOT_CLOSED_DAY, 0, 510);
  g_assert_cmpint (find_at (&scene, 480).resource_id, ==, 0);
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_OFF_GRID);
  scene_clear (&scene);
}

static void
test_busy (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  add_period (&scene, scene.busy, 540, 555);
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_FREE);
  assert_why (&scene, find_at (&scene, 515), SLOT_BUSY, 540, 555);
  g_assert_cmpint (verdict_at (&scene, 550), ==, SLOT_BUSY);
  g_assert_cmpint (verdict_at (&scene, 555), ==, SLOT_FREE);
  scene.offer->before_us = 10 * MINUTE;
  scene.offer->after_us = 15 * MINUTE;
  scene.offer->may_share_buffers =
    TRUE; /* shared or not, others' appointments are not ours to share */
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_BUSY);
  g_assert_cmpint (verdict_at (&scene, 495), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 560), ==, SLOT_BUSY);
  g_assert_cmpint (verdict_at (&scene, 565), ==, SLOT_FREE);
  scene_clear (&scene);
}

/* The gap between two meetings: the sum of the buffers, or the longer one when both may share. */
static void
test_buffers (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  add_claim (&scene, 600, 10, 20, TRUE);
  scene.offer->before_us = 15 * MINUTE;
  scene.offer->after_us = 5 * MINUTE;
  assert_why (&scene, find_at (&scene, 600), SLOT_CLAIMED, 600, 630);
  /* In front: our 5 after and its 10 before. */
  g_assert_cmpint (verdict_at (&scene, 555), ==, SLOT_FREE);
  assert_why (&scene, find_at (&scene, 560), SLOT_BUFFER, 600, 630);
  /* Behind: its 20 after and our 15 before. */
  g_assert_cmpint (verdict_at (&scene, 660), ==, SLOT_BUFFER);
  g_assert_cmpint (verdict_at (&scene, 665), ==, SLOT_FREE);
  scene.offer->may_share_buffers = TRUE;
  g_assert_cmpint (verdict_at (&scene, 560), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 565), ==, SLOT_BUFFER);
  g_assert_cmpint (verdict_at (&scene, 645), ==, SLOT_BUFFER);
  g_assert_cmpint (verdict_at (&scene, 650), ==, SLOT_FREE);
  g_array_index (scene.claims, SlotClaim, 0).may_share_buffers = FALSE;
  g_assert_cmpint (verdict_at (&scene, 650), ==, SLOT_BUFFER);
  /* A booking does not stand in its own way. */
  scene.question.owner_id = 7;
  g_assert_cmpint (verdict_at (&scene, 600), ==, SLOT_FREE);
  scene_clear (&scene);
}

static void
test_calendar (void)
{
  Scene scene = { 0 };

  scene_init (&scene);
  scene.offer->after_us = 10 * MINUTE;
  scene.advisor.trusted_until_us = at (&scene, 0, 10, 0);
  g_assert_cmpint (verdict_at (&scene, 560), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 565), ==, SLOT_STALE_CALENDAR);
  scene.advisor.fresh_until_us = scene.question.now_us + 1;
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_FREE);
  scene.advisor.fresh_until_us = scene.question.now_us;
  g_assert_cmpint (verdict_at (&scene, 480), ==, SLOT_STALE_CALENDAR);
  scene_clear (&scene);
}

static void
test_windows (void)
{
  Scene scene = { 0 };
  OfferWindow *window;
  gint64 start_us;

  scene_init (&scene);
  window = scene.offer->windows = g_new0 (OfferWindow, 2);
  scene.offer->n_windows = 1;
  *window = (OfferWindow){ NULL, scene.date, G_MAXINT32, 1u << 0, 540, 660, 1 };
  g_assert_cmpint (verdict_at (&scene, 535), ==, SLOT_OUTSIDE_WINDOW);
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 630), ==, SLOT_FREE);
  g_assert_cmpint (verdict_at (&scene, 635), ==, SLOT_OUTSIDE_WINDOW);
  start_us = at (&scene, 0, 10, 0);
  g_array_append_val (scene.starts, start_us);
  assert_why (&scene, find_at (&scene, 540), SLOT_WINDOW_FULL, 540, 660);
  /* A second frame over the same time has room left. */
  scene.offer->windows[1] = *window;
  scene.offer->windows[1].capacity = 2;
  scene.offer->n_windows = 2;
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_FREE);
  scene.offer->windows[1].unemployment_fund = g_strdup ("31");
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_WINDOW_FULL);
  scene.facts.unemployment_fund = "31";
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_FREE);
  scene.question.facts = NULL;
  window->capacity = 0;
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_FREE);
  scene_clear (&scene);
}

static void
test_citizen (void)
{
  Scene scene = { 0 };
  int groups[] = { 1, 0 };

  scene_init (&scene);
  add_period (&scene, scene.citizen_busy, 540, 570);
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_FREE);
  assert_why (&scene, find_at (&scene, 515), SLOT_CITIZEN_BUSY, 540, 570);
  g_assert_cmpint (verdict_at (&scene, 570), ==, SLOT_FREE);
  scene.question.citizen_has_open = TRUE;
  g_assert_cmpint (verdict_at (&scene, 515), ==, SLOT_CITIZEN_HAS_OPEN);
  scene.question.citizen_has_open = FALSE;
  scene.offer->citizen_rules.contact_groups = g_memdup2 (groups, sizeof groups);
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_FREE); /* not known, so not refused */
  scene.facts.contact_group_known = TRUE;
  scene.facts.contact_group = 2;
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_NOT_FOR_CITIZEN);
  g_assert_cmpint (offer_match_time (scene.offer, &scene.question).verdict, ==,
                   SLOT_NOT_FOR_CITIZEN);
  scene.facts.contact_group = 1;
  g_assert_cmpint (verdict_at (&scene, 510), ==, SLOT_FREE);
  g_assert_cmpint (offer_match_time (scene.offer, &scene.question).verdict, ==, SLOT_FREE);
  scene_clear (&scene);
}

static void
test_pool_and_rooms (void)
{
  Scene scene = { 0 };
  g_autoptr (GArray) room_busy = period_list_new ();

  scene_init (&scene);
  add_period (&scene, room_busy, 540, 570);
  scene.room.busy = room_busy;
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_FREE); /* needs no room */
  scene.offer->needs_room = TRUE;
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_NO_ROOM);
  g_assert_cmpint (verdict_at (&scene, 570), ==, SLOT_FREE);
  scene.offer->room_before_us = 10 * MINUTE;
  g_assert_cmpint (verdict_at (&scene, 570), ==, SLOT_NO_ROOM);
  g_assert_cmpint (offer_match_room (scene.offer, &scene.question, &scene.room).verdict, ==,
                   SLOT_BUSY);
  g_assert_cmpint (verdict_at (&scene, 580), ==, SLOT_FREE);
  g_assert_cmpint (
    offer_match_start (scene.offer, &scene.question, &scene.advisor, NULL, 0).verdict, ==,
    SLOT_NO_ROOM);
  scene.offer->pool[0] = 99;
  g_assert_cmpint (verdict_at (&scene, 580), ==, SLOT_NOT_IN_POOL);
  scene_clear (&scene);
}

static void
test_all_findings (void)
{
  static const SlotVerdict expected[] = {
    SLOT_PAST_LEAD_TIME, SLOT_CITIZEN_BUSY, SLOT_OFF_GRID, SLOT_BUSY,
    SLOT_CLAIMED,        SLOT_NO_ROOM,      SLOT_BUSY
  };
  Scene scene = { 0 };
  g_autoptr (GArray) all = NULL, none = NULL;

  scene_init (&scene);
  add_period (&scene, scene.busy, 540, 555);
  add_period (&scene, scene.citizen_busy, 500, 600);
  add_claim (&scene, 540, 0, 0, FALSE);
  scene.offer->lead_us = 7 * PERIOD_US_PER_DAY;
  scene.offer->grid_us = 45 * MINUTE;
  scene.offer->needs_room = TRUE;
  scene.room.busy = scene.busy;
  scene.question.start_us = at (&scene, 0, 9, 0);
  all = offer_match_list_findings (scene.offer, &scene.question, &scene.advisor, &scene.room, 1);
  g_assert_cmpuint (all->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpint (g_array_index (all, SlotFinding, i).verdict, ==, expected[i]);
  g_assert_cmpint (verdict_at (&scene, 540), ==, SLOT_PAST_LEAD_TIME);
  scene.offer->lead_us = 0;
  scene.question.start_us = at (&scene, 0, 12, 45);
  none = offer_match_list_findings (scene.offer, &scene.question, &scene.advisor, &scene.room, 1);
  g_assert_cmpuint (none->len, ==, 0);
  scene_clear (&scene);
}

/* Work elsewhere keeps an advisor from meetings in person; a room is needed in person, always. */
static void
test_remote (void)
{
  Scene scene = { 0 };
  g_autoptr (GArray) remote = period_list_new ();
  SlotClaim wanted = { .owner_id = 8 };

  scene_init (&scene);
  add_period (&scene, scene.busy, 600, 660);
  wanted.core = (Period){ at (&scene, 0, 10, 0), at (&scene, 0, 10, 30) };
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_REMOTE, &scene.advisor, 0).verdict, ==,
    SLOT_BUSY);
  scene.advisor.busy_remote = remote;
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_REMOTE, &scene.advisor, 0).verdict, ==,
    SLOT_FREE);
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor, 0).verdict, ==,
    SLOT_BUSY);
  scene.question.meeting = CALSYNC_MEETING_REMOTE;
  scene.question.start_us = wanted.core.start_us;
  scene.room.busy = scene.busy;
  scene.room.busy_remote = remote;
  g_assert_cmpint (offer_match_room (scene.offer, &scene.question, &scene.room).verdict, ==,
                   SLOT_BUSY);
  scene_clear (&scene);
}

static void
test_sessions (void)
{
  Scene scene = { 0 };
  SlotSession session = { 1, 3, { 0, 0 }, 1 };

  scene_init (&scene);
  scene.offer->form = OFFER_GROUP;
  scene.offer->seats = 12;
  scene.offer->grid_us = 30 * MINUTE;
  /* Off the grid, outside hours, longer than the offer: it exists, and a seat takes nobody's time. */
  session.core = (Period){ at (&scene, 0, 17, 7), at (&scene, 0, 19, 0) };
  g_assert_cmpint (offer_match_session (scene.offer, &scene.question, &session).verdict, ==,
                   SLOT_FREE);
  g_assert_cmpint (offer_match_session (scene.offer, &scene.question, NULL).verdict, ==,
                   SLOT_UNKNOWN_SESSION);
  add_period (&scene, scene.citizen_busy, 1100, 1110);
  g_assert_cmpint (offer_match_session (scene.offer, &scene.question, &session).verdict, ==,
                   SLOT_CITIZEN_BUSY);
  scene.question.citizen_busy = NULL;
  session.seats_left = 0;
  g_assert_cmpint (offer_match_session (scene.offer, &scene.question, &session).verdict, ==,
                   SLOT_SEATS_FULL);
  session.seats_left = 1;
  scene.question.now_us = session.core.start_us + 1;
  g_assert_cmpint (offer_match_session (scene.offer, &scene.question, &session).verdict, ==,
                   SLOT_PAST_LEAD_TIME);
  scene_clear (&scene);
}

static void
test_interval (void)
{
  Scene scene = { 0 };
  SlotClaim wanted = { .owner_id = 8 };

  scene_init (&scene);
  add_claim (&scene, 600, 0, 10, FALSE);
  add_period (&scene, scene.busy, 800, 830);
  wanted.core = (Period){ at (&scene, 0, 0, 637), at (&scene, 0, 0, 700) };
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor, 0).verdict, ==,
    SLOT_BUFFER);
  g_assert_cmpint (offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor,
                                         SLOT_VERDICT_MASK (SLOT_BUFFER))
                     .verdict,
                   ==, SLOT_FREE);
  wanted.core.start_us = at (&scene, 0, 0, 640);
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor, 0).verdict, ==,
    SLOT_FREE);
  wanted.core.end_us = at (&scene, 0, 0, 801);
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor, 0).verdict, ==,
    SLOT_BUSY);
  wanted.owner_id = 7;
  wanted.core = (Period){ at (&scene, 0, 0, 600), at (&scene, 0, 0, 630) };
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor, 0).verdict, ==,
    SLOT_FREE);
  wanted.owner_id = 0; /* nobody's: every claim counts */
  g_assert_cmpint (
    offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &scene.advisor, 0).verdict, ==,
    SLOT_CLAIMED);
  scene_clear (&scene);
}

/* The gap between two cores decides, whichever comes first: sum of the buffers, or the longer one. */
static gboolean
fits (const SlotClaim *a, const SlotClaim *b)
{
  const SlotClaim *first = a->core.start_us <= b->core.start_us ? a : b;
  const SlotClaim *second = first == a ? b : a;
  gint64 gap_us = second->core.start_us - first->core.end_us;
  gboolean is_shared = a->may_share_buffers && b->may_share_buffers;

  return gap_us >= (is_shared ? MAX (first->after_us, second->before_us)
                              : first->after_us + second->before_us);
}

static SlotClaim
random_claim (GRand *rand, gint64 owner_id)
{
  gint64 start_us = g_rand_int_range (rand, 0, 60);

  return (SlotClaim){ { start_us, start_us + g_rand_int_range (rand, 1, 20) },
                      g_rand_int_range (rand, 0, 12),
                      g_rand_int_range (rand, 0, 12),
                      owner_id,
                      g_rand_boolean (rand),
                      g_rand_boolean (rand) };
}

static void
test_gaps (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("offer-match");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      SlotClaim wanted = random_claim (rand, 1), held = random_claim (rand, 2);
      g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
      SlotResource resource = { 1, NULL, NULL, claims, G_MAXINT64, G_MAXINT64 };
      SlotVerdict verdict;

      g_array_append_val (claims, held);
      verdict = offer_match_interval (&wanted, CALSYNC_MEETING_IN_PERSON, &resource, 0).verdict;
      g_assert_cmpint (verdict == SLOT_FREE, ==, fits (&wanted, &held));
      g_assert_cmpint (verdict == SLOT_CLAIMED, ==, period_overlaps (wanted.core, held.core));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/offer-match/hours", test_hours);
  g_test_add_func ("/offer-match/limits", test_limits);
  g_test_add_func ("/offer-match/grid", test_grid);
  g_test_add_func ("/offer-match/closed", test_closed);
  g_test_add_func ("/offer-match/busy", test_busy);
  g_test_add_func ("/offer-match/buffers", test_buffers);
  g_test_add_func ("/offer-match/calendar", test_calendar);
  g_test_add_func ("/offer-match/windows", test_windows);
  g_test_add_func ("/offer-match/citizen", test_citizen);
  g_test_add_func ("/offer-match/pool-and-rooms", test_pool_and_rooms);
  g_test_add_func ("/offer-match/all-findings", test_all_findings);
  g_test_add_func ("/offer-match/remote", test_remote);
  g_test_add_func ("/offer-match/sessions", test_sessions);
  g_test_add_func ("/offer-match/interval", test_interval);
  g_test_add_func ("/offer-match/gaps", test_gaps);
  return g_test_run ();
}
