/* SPDX-License-Identifier: EUPL-1.2 */
/* Random worlds: what the bitset search lists is what the exact evaluator allows, start by start. */
/* Also tests: free-starts, start-mask. */
#include "index/slot-search.h"

#include "calsync-timezone.h"
#include "rules/offer-match.h"
#include "testlib.h"

#define MAX_RESOURCES 4
#define MINUTE        PERIOD_US_PER_MINUTE
#define N_DAYS_MAX    6

/* A resource with all that it owns; @facts points into it. */
typedef struct
{
  GArray *work, *busy, *busy_remote, *claims;
  SlotResource facts;
  AvailabilityBlock *block;
} Resource;

typedef struct
{
  GRand *rand;
  Offer *offer;
  Period window; /* what the index knows of */
  gint32 first_date;
  int n_days;
  Resource resources[2 * MAX_RESOURCES]; /* advisors, then rooms */
  guint n_advisors, n_rooms;
  GArray *closed, *citizen_busy, *sessions, *starts;
  CitizenFacts facts;
  SlotQuestion question;
  SlotSearch search;
  const AvailabilityBlock *advisors[MAX_RESOURCES], *rooms[MAX_RESOURCES];
  OfferBlock *offer_block;
} World;

static gboolean
chance (World *world, int percent)
{
  return g_rand_int_range (world->rand, 0, 100) < percent;
}

static int
pick (World *world, const int *values, guint n_values)
{
  return values[g_rand_int_range (world->rand, 0, (gint32) n_values)];
}

#define PICK(world, ...) \
  pick (world, (const int[]){ __VA_ARGS__ }, sizeof ((const int[]){ __VA_ARGS__ }) / sizeof (int))

/* A random instant of the window: mostly on whole steps, sometimes not, sometimes on a microsecond. */
static gint64
random_instant (World *world)
{
  gint64 n_minutes = (world->window.end_us - world->window.start_us) / MINUTE;
  gint64 minute = g_rand_int_range (world->rand, -200, (gint32) n_minutes + 200);
  gint64 instant_us = world->window.start_us + minute * MINUTE;

  if (chance (world, 70))
    return period_floor_to (instant_us, PERIOD_STEP_US);
  return chance (world, 80) ? instant_us : instant_us + g_rand_int_range (world->rand, 0, 60000000);
}

static gint64
wall_us (World *world, gint32 date, int minute)
{
  gint64 local_s = (gint64) date * CALSYNC_SECONDS_PER_DAY + minute * 60;
  return calsync_zone_seconds_to_instant (world->offer->zone, local_s, NULL);
}

static GArray *
random_periods (World *world, int n_max, int minutes_max)
{
  GArray *list = period_list_new ();
  int n = g_rand_int_range (world->rand, 0, n_max + 1);

  for (int i = 0; i < n; i++)
    {
      gint64 start_us = random_instant (world);
      int minutes = g_rand_int_range (world->rand, 1, minutes_max);

      period_list_add (list, (Period){ start_us, start_us + minutes * MINUTE });
    }
  period_list_normalise (list);
  return list;
}

/* Working weeks as people have them, and some as nobody has: over midnight, off the raster. */
static GArray *
random_work (World *world)
{
  GArray *list = period_list_new ();
  int odd = chance (world, 20) ? g_rand_int_range (world->rand, 1, 5) : 0;

  if (chance (world, 5))
    period_list_add (
      list, (Period){ world->window.start_us - 77 * MINUTE, world->window.end_us + 60 * MINUTE });
  for (int day = -1; day <= world->n_days; day++)
    for (int i = g_rand_int_range (world->rand, 0, 4); i > 0; i--)
      {
        gint32 date = world->first_date + day;
        int start = PICK (world, 0, 60, 110, 120, 150, 180, 480, 495, 510, 765, 1320) + odd;
        int end = start + PICK (world, 25, 60, 90, 180, 240, 255, 480, 700);

        period_list_add (list,
                         (Period){ wall_us (world, date, start), wall_us (world, date, end) });
      }
  period_list_normalise (list);
  return list;
}

static GArray *
random_claims (World *world)
{
  GArray *claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
  int n = g_rand_int_range (world->rand, 0, 7);

  for (int i = 0; i < n; i++)
    {
      gint64 start_us = random_instant (world);
      SlotClaim claim = {
        .core = { start_us, start_us + PICK (world, 15, 30, 45, 60, 63, 180) * MINUTE },
        .before_us = PICK (world, 0, 0, 5, 10, 15, 45) * MINUTE,
        .after_us = PICK (world, 0, 0, 5, 10, 15, 45) * MINUTE,
        .owner_id = g_rand_int_range (world->rand, 1, 6),
        .may_share_buffers = chance (world, 50),
        .exclusive = chance (world, 80),
      };

      g_array_append_val (claims, claim);
    }
  return claims;
}

/* Some resources have time that blocks meetings in person only: the rest of it blocks remote ones too. */
static void
make_busy (World *world, Resource *resource)
{
  resource->busy = random_periods (world, 6, 200);
  resource->busy_remote = NULL;
  if (chance (world, 60))
    return;
  resource->busy_remote = resource->busy;
  resource->busy = random_periods (world, 4, 300);
  g_array_append_vals (resource->busy, resource->busy_remote->data, resource->busy_remote->len);
  period_list_normalise (resource->busy);
}

static void
make_resource (World *world, Resource *resource, gint64 resource_id)
{
  gint64 known_until_us = chance (world, 20) ? random_instant (world) : G_MAXINT64;

  resource->work = random_work (world);
  make_busy (world, resource);
  resource->claims = random_claims (world);
  resource->facts = (SlotResource){
    .resource_id = resource_id,
    .work = resource->work,
    .busy = resource->busy,
    .busy_remote = resource->busy_remote,
    .claims = resource->claims,
    .trusted_until_us = MIN (known_until_us, world->window.end_us),
    .fresh_until_us = chance (world, 5) ? world->question.now_us : world->question.now_us + 1,
  };
}

/* The block as the writer makes it: from another state, its busy time made anew, one owner left out. */
static void
make_block (World *world, Resource *resource)
{
  g_autoptr (GArray) old_busy = random_periods (world, 5, 300);
  g_autoptr (GArray) old_remote = random_periods (world, 5, 300);
  g_autoptr (GArray) old_claims = random_claims (world);
  SlotResource old = resource->facts;
  AvailabilityBlock *before;

  old.busy = old_busy;
  old.busy_remote = chance (world, 60) ? NULL : old_remote;
  old.claims = old_claims;
  old.trusted_until_us = random_instant (world);
  before = availability_block_new (world->window, &old, NULL);
  resource->block = availability_block_with_busy (before, world->window, &resource->facts,
                                                  world->question.owner_id);
  availability_block_unref (before);
}

static void
make_windows (World *world)
{
  Offer *offer = world->offer;

  offer->n_windows = (guint) PICK (world, 0, 0, 0, 0, 0, 1, 2, 3);
  offer->windows = g_new0 (OfferWindow, offer->n_windows + 1);
  for (guint i = 0; i < offer->n_windows; i++)
    {
      int start = PICK (world, 0, 60, 120, 130, 480, 495);

      offer->windows[i] = (OfferWindow){
        .unemployment_fund =
          chance (world, 50) ? NULL : g_strdup (chance (world, 50) ? "29" : "31"),
        .first_date = world->first_date + g_rand_int_range (world->rand, -2, 3),
        .end_date = chance (world, 50) ? G_MAXINT32 : world->first_date + 4,
        .weekdays = (guint) g_rand_int_range (world->rand, 1, 128),
        .start_minute = start,
        .end_minute = start + PICK (world, 30, 240, 600, 840),
        .capacity = PICK (world, 0, 1, 2, 3),
      };
    }
}

static void
make_offer (World *world)
{
  Offer *offer = world->offer;

  offer->form = chance (world, 30) ? OFFER_GROUP : OFFER_INDIVIDUAL;
  offer->seats = offer->form == OFFER_GROUP ? 12 : 1;
  offer->duration_us = PICK (world, 5, 15, 20, 30, 30, 45, 60, 90, 240, 320, 330, 420) * MINUTE;
  offer->grid_us = PICK (world, 5, 5, 5, 10, 15, 15, 20, 30, 30, 45, 50, 60, 300, 420) * MINUTE;
  offer->grid_anchor =
    chance (world, 50) ? OFFER_GRID_FROM_BLOCK_START : OFFER_GRID_FROM_LOCAL_MIDNIGHT;
  offer->before_us = PICK (world, 0, 0, 0, 5, 10, 30, 320) * MINUTE;
  offer->after_us = PICK (world, 0, 0, 0, 5, 15, 30, 325) * MINUTE;
  offer->may_share_buffers = chance (world, 50);
  offer->lead_us = chance (world, 60) ? 0 : PICK (world, 1, 30, 120, 1440) * MINUTE + 7;
  offer->horizon_days = PICK (world, 0, 1, 2, 30, 30, 30, 30, 30);
  offer->release_minute = chance (world, 50) ? 0 : PICK (world, 120, 150, 480, 1439);
  offer->valid_from_us = chance (world, 90) ? G_MININT64 : random_instant (world);
  offer->valid_until_us = chance (world, 90) ? G_MAXINT64 : random_instant (world);
  if (offer->valid_until_us <= offer->valid_from_us)
    offer->valid_until_us = G_MAXINT64;
  offer->needs_room = chance (world, 30);
  offer->room_before_us = PICK (world, 0, 0, 15, 60) * MINUTE;
  offer->room_after_us = PICK (world, 0, 0, 20, 60) * MINUTE;
  make_windows (world);
}

static void
make_sessions (World *world)
{
  world->sessions = g_array_new (FALSE, FALSE, sizeof (SlotSession));
  world->starts = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (int i = g_rand_int_range (world->rand, 0, 5); i > 0; i--)
    {
      gint64 start_us = random_instant (world);
      SlotSession session = { i,
                              g_rand_int_range (world->rand, 0, 4),
                              { start_us, start_us + 60 * MINUTE },
                              PICK (world, 0, 1, 5) };

      g_array_append_val (world->sessions, session);
    }
  for (int i = g_rand_int_range (world->rand, 0, 8); i > 0; i--)
    {
      gint64 start_us = random_instant (world);
      g_array_append_val (world->starts, start_us);
    }
  world->offer_block =
    offer_block_new (1, g_array_ref (world->sessions), g_array_ref (world->starts));
}

/* Mostly days around a night on which Danish clocks change. */
static void
make_days (World *world, const CalsyncZone *zone)
{
  gint64 change_us =
    calsync_days_from_civil (g_rand_int_range (world->rand, 2024, 2031), 1, 2) * PERIOD_US_PER_DAY;
  int n_changes = g_rand_int_range (world->rand, 1, 3);

  for (int i = 0; i < n_changes; i++)
    (void) calsync_zone_next_change (zone, change_us, &change_us);
  if (chance (world, 30))
    change_us += g_rand_int_range (world->rand, 0, 150) * PERIOD_US_PER_DAY;
  world->first_date =
    (gint32) calsync_zone_local_day (zone, change_us) - g_rand_int_range (world->rand, 0, 3);
  world->n_days = g_rand_int_range (world->rand, 1, N_DAYS_MAX);
  world->window = (Period){ calsync_zone_midnight (zone, world->first_date - 1),
                            calsync_zone_midnight (zone, world->first_date + world->n_days) };
}

static void
make_question (World *world)
{
  world->facts.unemployment_fund = chance (world, 50) ? NULL : "29";
  world->closed = random_periods (world, chance (world, 30) ? 2 : 0, 1441);
  world->citizen_busy = random_periods (world, chance (world, 30) ? 4 : 0, 90);
  world->question = (SlotQuestion){
    .now_us = wall_us (world, world->first_date, 0) +
              (gint64) world->n_days * g_rand_int_range (world->rand, -1440, 600) * MINUTE +
              (chance (world, 50) ? 0 : g_rand_int_range (world->rand, 0, 60000000)),
    .meeting = chance (world, 50) ? CALSYNC_MEETING_IN_PERSON : CALSYNC_MEETING_REMOTE,
    .owner_id = chance (world, 40) ? g_rand_int_range (world->rand, 1, 6) : 0,
    .facts = &world->facts,
    .citizen_busy = chance (world, 50) ? world->citizen_busy : NULL,
    .closed = chance (world, 50) ? world->closed : NULL,
  };
}

static void
make_search (World *world)
{
  gint64 a_us = random_instant (world), b_us = random_instant (world);
  gboolean is_whole = chance (world, 80);

  /* Buffers reach back a day at most, which is what the index keeps ahead of the first start. */
  a_us = MAX (a_us, world->window.start_us + PERIOD_US_PER_DAY);
  b_us = MAX (b_us, world->window.start_us + PERIOD_US_PER_DAY);
  for (guint i = 0; i < world->n_advisors; i++)
    world->advisors[i] = world->resources[i].block;
  for (guint i = 0; i < world->n_rooms; i++)
    world->rooms[i] = world->resources[world->n_advisors + i].block;
  world->search = (SlotSearch){
    .offer = world->offer,
    .now_us = world->question.now_us,
    .interval = is_whole ? (Period){ world->window.start_us + PERIOD_US_PER_DAY,
                                     world->window.end_us + PERIOD_US_PER_DAY }
                         : (Period){ MIN (a_us, b_us), MAX (a_us, b_us) },
    .advisors = world->advisors,
    .n_advisors = world->n_advisors,
    .rooms = world->rooms,
    .n_rooms = world->n_rooms,
    .offer_block = world->offer_block,
    .session_resource_id = chance (world, 20) ? 1 : 0,
    .unemployment_fund = world->facts.unemployment_fund,
    .meeting = world->question.meeting,
    .closed = world->question.closed,
    .citizen_busy = world->question.citizen_busy,
    .max_starts = chance (world, 50) ? 0 : (guint) g_rand_int_range (world->rand, 1, 200),
  };
}

static World *
world_new (GRand *rand)
{
  World *world = g_new0 (World, 1);

  world->rand = rand;
  world->offer = offer_new ();
  world->offer->zone =
    calsync_zone_lookup (chance (world, 90) ? "Europe/Copenhagen" : "America/Nuuk", NULL);
  make_days (world, world->offer->zone);
  make_offer (world);
  make_question (world);
  world->n_advisors = (guint) g_rand_int_range (rand, 1, MAX_RESOURCES);
  world->n_rooms = world->offer->needs_room ? (guint) g_rand_int_range (rand, 0, 3) : 0;
  world->offer->n_pool = world->n_advisors;
  world->offer->pool = g_new (gint64, world->n_advisors);
  for (guint i = 0; i < world->n_advisors; i++)
    world->offer->pool[i] = i + 1;
  g_assert_cmpstr (offer_find_fault (world->offer), ==, NULL);
  make_sessions (world);
  world->question.offer_starts = world->offer_block->starts;
  for (guint i = 0; i < world->n_advisors + world->n_rooms; i++)
    {
      make_resource (world, &world->resources[i], i + 1);
      make_block (world, &world->resources[i]);
    }
  make_search (world);
  return world;
}

static void
world_free (World *world)
{
  for (guint i = 0; i < world->n_advisors + world->n_rooms; i++)
    {
      g_array_unref (world->resources[i].work);
      g_array_unref (world->resources[i].busy);
      g_clear_pointer (&world->resources[i].busy_remote, g_array_unref);
      g_array_unref (world->resources[i].claims);
      availability_block_unref (world->resources[i].block);
    }
  g_array_unref (world->closed);
  g_array_unref (world->citizen_busy);
  g_array_unref (world->sessions);
  g_array_unref (world->starts);
  offer_block_unref (world->offer_block);
  offer_free (world->offer);
  g_free (world);
}

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  const SlotStart *left = a, *right = b;

  if (left->start_us != right->start_us)
    return left->start_us < right->start_us ? -1 : 1;
  if (left->resource_id != right->resource_id)
    return left->resource_id < right->resource_id ? -1 : 1;
  return (left->session_id > right->session_id) - (left->session_id < right->session_id);
}

static SlotFinding
judge (const World *world, guint advisor, gint64 start_us)
{
  SlotResource rooms[MAX_RESOURCES];
  SlotQuestion question = world->question;

  for (guint i = 0; i < world->n_rooms; i++)
    rooms[i] = world->resources[world->n_advisors + i].facts;
  question.start_us = start_us;
  return offer_match_start (world->offer, &question, &world->resources[advisor].facts, rooms,
                            world->n_rooms);
}

/* Explaining walks the same checks: no finding means free, and the first one is the verdict. */
static void
check_explanation (const World *world, guint advisor, gint64 start_us, SlotVerdict verdict)
{
  SlotResource rooms[MAX_RESOURCES];
  SlotQuestion question = world->question;
  g_autoptr (GArray) all = NULL;

  for (guint i = 0; i < world->n_rooms; i++)
    rooms[i] = world->resources[world->n_advisors + i].facts;
  question.start_us = start_us;
  all = offer_match_list_findings (world->offer, &question, &world->resources[advisor].facts, rooms,
                                   world->n_rooms);
  g_assert_cmpint (all->len == 0, ==, verdict == SLOT_FREE);
  for (guint i = 0; i < all->len; i++)
    {
      SlotFinding found = g_array_index (all, SlotFinding, i);

      g_assert_cmpint (found.verdict, !=, SLOT_FREE);
      if (i == 0)
        g_assert_cmpint (found.verdict, ==, verdict);
    }
}

/* Every 5-minute start of the interval with every advisor, asked one by one. */
static GArray *
list_by_asking (const World *world, guint *n_verdicts)
{
  GArray *starts = g_array_new (FALSE, FALSE, sizeof (SlotStart));
  const SlotSearch *search = &world->search;
  Period asked = search->interval;

  for (gint64 start_us = period_ceil_to (asked.start_us, PERIOD_STEP_US); start_us < asked.end_us;
       start_us += PERIOD_STEP_US)
    for (guint i = 0; i < world->n_advisors; i++)
      {
        SlotVerdict verdict = judge (world, i, start_us).verdict;
        SlotStart start = { start_us, i + 1, 0 };

        n_verdicts[verdict]++;
        if (start_us / PERIOD_STEP_US % 47 == 0)
          check_explanation (world, i, start_us, verdict);
        if (verdict == SLOT_FREE)
          g_array_append_val (starts, start);
      }
  for (guint i = 0; world->offer->form == OFFER_GROUP && i < world->sessions->len; i++)
    {
      const SlotSession *session = &g_array_index (world->sessions, SlotSession, i);
      SlotStart start = { session->core.start_us, session->resource_id, session->session_id };

      if (start.start_us >= asked.start_us && start.start_us < asked.end_us &&
          (search->session_resource_id == 0 || search->session_resource_id == start.resource_id) &&
          offer_match_session (world->offer, &world->question, session).verdict == SLOT_FREE)
        g_array_append_val (starts, start);
    }
  g_array_sort (starts, compare_starts);
  return starts;
}

static void
report_start (const World *world, const char *text, const SlotStart *start)
{
  const Offer *offer = world->offer;
  SlotFinding found = start->session_id != 0
                        ? (SlotFinding){ 0 }
                        : judge (world, (guint) start->resource_id - 1, start->start_us);

  g_test_message ("%s: start %" G_GINT64_FORMAT " advisor %" G_GINT64_FORMAT
                  " session %" G_GINT64_FORMAT
                  " verdict %s; duration %d before %d after %d grid %d anchor %d share %d",
                  text, start->start_us, start->resource_id, start->session_id,
                  slot_verdict_get_name (found.verdict), (int) (offer->duration_us / MINUTE),
                  (int) (offer->before_us / MINUTE), (int) (offer->after_us / MINUTE),
                  (int) (offer->grid_us / MINUTE), offer->grid_anchor, offer->may_share_buffers);
}

static void
assert_same_starts (const World *world, const GArray *listed, const GArray *asked, gboolean is_cut)
{
  guint max_starts = world->search.max_starts;
  guint n_expected = max_starts > 0 ? MIN (asked->len, max_starts) : asked->len;

  for (guint i = 0; i < MIN (listed->len, n_expected); i++)
    {
      const SlotStart *got = &g_array_index (listed, SlotStart, i);
      const SlotStart *expected = &g_array_index (asked, SlotStart, i);

      if (compare_starts (got, expected) == 0)
        continue;
      report_start (world, "listed", got);
      report_start (world, "expected", expected);
      g_assert_not_reached ();
    }
  g_assert_cmpuint (listed->len, ==, n_expected);
  g_assert_cmpint (is_cut, ==, asked->len > n_expected);
}

static void
test_worlds (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_worlds = testlib_budget ("slot-search");
  guint n_verdicts[N_SLOT_VERDICTS] = { 0 };

  for (guint64 i = 0; i < n_worlds; i++)
    {
      World *world = world_new (rand);
      gboolean is_cut = FALSE;
      g_autoptr (GArray) asked = list_by_asking (world, n_verdicts);
      g_autoptr (GArray) listed = slot_search_run (&world->search, &is_cut);

      assert_same_starts (world, listed, asked, is_cut);
      world_free (world);
    }
  /* A world generator that never reaches a rule would prove nothing about it. */
  for (guint verdict = SLOT_FREE; n_worlds >= 300 && verdict <= SLOT_NO_ROOM; verdict++)
    {
      g_test_message ("%s: %u", slot_verdict_get_name (verdict), n_verdicts[verdict]);
      if (verdict != SLOT_NOT_FOR_CITIZEN && verdict != SLOT_CITIZEN_HAS_OPEN &&
          verdict != SLOT_NOT_IN_POOL)
        g_assert_cmpuint (n_verdicts[verdict], >, 0);
    }
}

/* The count without a list agrees with the list. */
static void
test_count (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_worlds = MAX (1, testlib_budget ("slot-search") / 4);

  for (guint64 i = 0; i < n_worlds; i++)
    {
      World *world = world_new (rand);
      g_autoptr (GArray) listed = NULL;

      world->search.max_starts = 0;
      world->search.offer_block = NULL;
      if (world->offer->n_windows == 0)
        {
          listed = slot_search_run (&world->search, NULL);
          g_assert_cmpuint (slot_search_count (&world->search), ==, listed->len);
        }
      world_free (world);
    }
}

/* Nobody has a block, no interval, nobody asked: empty answers, not cut. */
static void
test_nothing (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  World *world = world_new (rand);
  const AvailabilityBlock *nobody[] = { NULL, NULL };
  SlotSearch search = world->search;
  gboolean is_cut = TRUE;
  g_autoptr (GArray) none = NULL, empty = NULL, unlimited = NULL;

  search.offer_block = NULL;
  search.max_starts = 1;
  search.advisors = nobody;
  search.n_advisors = 2;
  none = slot_search_run (&search, &is_cut);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_false (is_cut);
  search = world->search;
  search.interval = (Period){ search.now_us, search.now_us };
  empty = slot_search_run (&search, NULL);
  g_assert_cmpuint (empty->len, ==, 0);
  search.interval = (Period){ G_MININT64, G_MAXINT64 };
  unlimited = slot_search_run (&search, NULL);
  g_assert_nonnull (unlimited);
  world_free (world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/slot-search/worlds", test_worlds);
  g_test_add_func ("/slot-search/count", test_count);
  g_test_add_func ("/slot-search/nothing", test_nothing);
  return g_test_run ();
}
