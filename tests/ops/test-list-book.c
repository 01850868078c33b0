/* SPDX-License-Identifier: EUPL-1.2 */
/* Random worlds: a listed time can be booked, an unlisted one is refused, explain agrees, and the fed index equals a new one. */
/* Also tests: explain-busy, catalogue-load, index-feed, resource-facts, slot-context, slot-listing, group-store, admin-explain. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "ops-world.h"
#include "ops/commands/bookings/admin-explain.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/resource-facts.h"
#include "store/availability-store.h"
#include "store/booking-store.h"
#include "store/group-store.h"

#define MINUTE     G_GINT64_CONSTANT (60000000)
#define STEP       (5 * MINUTE)
#define HOUR       (60 * MINUTE)
#define DAY        (24 * HOUR)
#define N_CITIZENS 6

typedef struct
{
  World *world;
  GRand *random;
  gint64 monday_us; /* 00:00 UTC of the first day that is looked at */
  guint n_advisors;
  guint n_offers;
} Play;

static int
pick (Play *play, int first, int last)
{
  return g_rand_int_range (play->random, first, last + 1);
}

static gboolean
chance (Play *play, int percent)
{
  return pick (play, 1, 100) <= percent;
}

/* Time of every class, whole days too: what of it blocks is for the rules to say. */
static const char *
random_class (Play *play)
{
  static const char *const words[] = { "'busy', 0",      "'busy', 0", "'busy', 1",
                                       "'tentative', 0", "'away', 0", "'elsewhere', 0",
                                       "'elsewhere', 0", "'free', 1", "'unknown', 0",
                                       "'tentative', 1", "'away', 1", "'elsewhere', 1" };
  return words[pick (play, 0, G_N_ELEMENTS (words) - 1)];
}

/* Not one that begins while the play runs: the day's own reload is not part of it. */
static void
add_block_setting (Play *play, GString *sql)
{
  static const char *const rules[] = { "tentative", "away", "elsewhere" };
  static const char *const values[] = { "all", "in-person", "none" };
  static const char *const days[] = { "yes", "as-marked", "no" };
  gboolean is_day = chance (play, 30);

  g_string_append_printf (
    sql, "INSERT OR REPLACE INTO setting VALUES (1, %d, 'calendar-blocks:%s', %d, '%s');",
    pick (play, 0, 2), is_day ? "all-day" : rules[pick (play, 0, 2)],
    chance (play, 70) ? 0 : (int) (play->monday_us / DAY) + (chance (play, 70) ? -30 : 60),
    is_day ? days[pick (play, 0, 2)] : values[pick (play, 0, 2)]);
}

static void
add_block_rule (Play *play, GString *sql, int resource_id)
{
  static const char *const rules[][2] = { { "tentative", "none" }, { "tentative", "in-person" },
                                          { "elsewhere", "all" },  { "elsewhere", "none" },
                                          { "away", "in-person" }, { "all-day", "yes" },
                                          { "all-day", "no" },     { "away", "all" } };
  int which = pick (play, 0, G_N_ELEMENTS (rules) - 1);

  g_string_append_printf (
    sql,
    "INSERT OR REPLACE INTO block_rule (resource_id, rule, value, tenant_id) VALUES (%d, '%s', "
    "'%s', 1);",
    resource_id, rules[which][0], rules[which][1]);
}

static void
add_spans (Play *play, GString *sql, const char *table, guint resource_id)
{
  for (int day = 0; day < 5; day++)
    {
      gint64 at = play->monday_us + day * DAY + pick (play, 5 * 60, 9 * 60) * MINUTE;

      for (int i = pick (play, 0, 3); i > 0; i--)
        {
          gint64 end = at + pick (play, 20, 300) * MINUTE;
          if (g_str_equal (table, "work_span"))
            {
              at -= at % STEP;
              end -= end % STEP;
            }
          g_string_append_printf (
            sql, "INSERT INTO %s VALUES (%u, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "%s%s);",
            table, resource_id, at, MAX (end, at + STEP),
            g_str_equal (table, "busy_span") ? ", 1, " : "",
            g_str_equal (table, "busy_span") ? random_class (play) : "");
          at = MAX (end, at + STEP) + pick (play, 1, 90) * MINUTE;
        }
    }
}

static void
add_resources (Play *play, GString *sql)
{
  for (guint i = 1; i <= play->n_advisors + 2; i++)
    {
      gboolean is_room = i > play->n_advisors;
      g_string_append_printf (
        sql,
        "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) "
        "VALUES (%u, 1, '%s', 'R%u', 'r%u@demo.example', 'R %u');"
        "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, %u, 1);",
        i, is_room ? "room" : "advisor", i, i, i, i);
      if (!is_room || chance (play, 50))
        {
          g_string_append_printf (sql, "INSERT INTO availability VALUES (NULL, 1, %u, 'a', '');",
                                  i);
          add_spans (play, sql, "work_span", i);
        }
      if (chance (play, 40))
        g_string_append_printf (sql,
                                "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) "
                                "VALUES (1, %u, 2);",
                                i);
      if (chance (play, 75))
        add_spans (play, sql, "busy_span", i);
      if (chance (play, 30))
        add_block_rule (play, sql, (int) i);
    }
}

static void
add_offer_row (Play *play, GString *sql, guint offer_id, gboolean is_group)
{
  g_string_append_printf (
    sql,
    "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
    "duration_minutes, grid_minutes, grid_anchor, before_minutes, after_minutes, "
    "may_share_buffers, "
    "lead_minutes, horizon_days, release_minute, seats, needs_room, room_before_minutes, "
    "room_after_minutes, rebook_deadline_minutes, cancel_deadline_minutes) VALUES (%u, 1, 1, "
    "'10000000-0000-4000-8000-%012u', %u, '%s', 'T', %d, %d, '%s', %d, %d, %d, %d, %d, %d, %d, %d, "
    "%d, "
    "%d, 0, 0);",
    offer_id, offer_id, offer_id == 2 ? 10 : 6 + offer_id, is_group ? "group" : "individual",
    pick (play, 1, 18) * 5, pick (play, 1, 12) * 5, chance (play, 50) ? "block" : "midnight",
    pick (play, 0, 4) * 5, pick (play, 0, 4) * 5, chance (play, 50), pick (play, 0, 40) * 60,
    pick (play, 3, 9), pick (play, 0, 1439), is_group ? pick (play, 1, 3) : 1, chance (play, 35),
    pick (play, 0, 2) * 5, pick (play, 0, 2) * 5);
}

static void
add_offer (Play *play, GString *sql, guint offer_id)
{
  add_offer_row (play, sql, offer_id, chance (play, 30));
  /* Contact type 8 is by video: some offers have it alone. */
  if (chance (play, 60))
    g_string_append_printf (sql, "INSERT INTO offer_contact_type VALUES (%u, 1);", offer_id);
  g_string_append_printf (sql, "INSERT INTO offer_contact_type VALUES (%u, 8);", offer_id);
  for (guint i = 1; i <= play->n_advisors + 2; i++)
    if (i == 1 || chance (play, 70))
      g_string_append_printf (sql, "INSERT INTO offer_resource VALUES (%u, %u);", offer_id, i);
  if (chance (play, 30))
    g_string_append_printf (sql, "INSERT INTO offer_rule VALUES (%u, 'contact-group', '%d');",
                            offer_id, pick (play, 1, 2));
  if (!chance (play, 30))
    return;
  for (int i = pick (play, 1, 3); i > 0; i--)
    {
      int start = pick (play, 6 * 12, 12 * 12) * 5;
      g_string_append_printf (
        sql, "INSERT INTO offer_window VALUES (NULL, %u, NULL, 0, 1000000, %d, %d, %d, %d);",
        offer_id, pick (play, 1, 127), start, MIN (1440, start + pick (play, 6, 60) * 5),
        pick (play, 0, 2));
    }
}

/* Offer 2 is a cv interview, which ends with a date in the week. */
static void
add_cut_off (Play *play, GString *sql)
{
  g_autoptr (GDateTime) time =
    g_date_time_new_from_unix_utc ((play->monday_us + pick (play, 1, 5) * DAY) / G_USEC_PER_SEC);
  g_autofree char *date = g_date_time_format (time, "%F");

  g_string_append_printf (sql, "INSERT INTO setting VALUES (1, 0, 'cv-closed-from', 0, '%s');",
                          date);
}

/* The week holds an ordinary week, or one of the two in which Danish clocks change. */
static void
start_play (Play *play)
{
  static const char *const mondays[] = { "2026-11-23T00:00:00Z", "2026-10-22T00:00:00Z",
                                         "2027-03-25T00:00:00Z", "2026-12-23T00:00:00Z" };
  g_autoptr (GString) sql =
    g_string_new ("INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
                  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, "
                  "name) VALUES (1, 1, 8, '89000', 'Demo'), (2, 1, 8, '89001', 'Demo');");

  play->monday_us = world_instant (mondays[pick (play, 0, 3)]);
  play->n_advisors = pick (play, 1, 3);
  play->n_offers = pick (play, 1, 3);
  play->world = world_new (play->monday_us - pick (play, 0, 48) * HOUR);
  if (chance (play, 50))
    g_string_append (sql, "INSERT INTO setting VALUES (1, 0, 'one-open-per-type', 0, 'no');");
  add_cut_off (play, sql);
  if (chance (play, 30))
    g_string_append_printf (sql, "INSERT INTO closing_day VALUES (1, 1, %d, 'x');",
                            (int) (play->monday_us / DAY) + pick (play, 0, 3));
  g_string_append (
    sql,
    "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) "
    "VALUES (99, 1, 'equipment', 'E', 'e@demo.example', 'E');"
    "INSERT INTO calendar (calendar_id, tenant_id, resource_id, "
    "calendar_key, origin, expanded_until_us) VALUES (1, 1, 99, 'c', 'import', 9000000000000000);"
    "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text) VALUES (1, 1, "
    "1, 'u', '');");
  for (int i = pick (play, 0, 4); i > 0; i--)
    add_block_setting (play, sql);
  add_resources (play, sql);
  for (guint i = 1; i <= play->n_offers; i++)
    add_offer (play, sql, i);
  world_run_sql (play->world, sql->str);
}

static char *
offer_identifier (guint offer_id)
{
  return g_strdup_printf ("10000000-0000-4000-8000-%012u", offer_id);
}

/* Listed starts as "start/advisor" keys. */
static GHashTable *
list (Play *play, guint citizen, const char *offer, const char *booking)
{
  g_autoptr (GError) error = NULL;
  GHashTable *listed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = booking == NULL ? offer : NULL,
    .booking_identifier = booking,
    .booking_option_interval_start_time = world_time (play->monday_us),
    .booking_option_interval_end_time = world_time (play->monday_us + 5 * DAY)
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    world_call (play->world, "GetSelfbookTimeslots", &request, &error);

  if (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_NOT_ALLOWED_FOR_CITIZEN))
    return listed;
  g_assert_no_error (error);
  g_assert_false (response->timeslot_collection_truncated);
  for (guint i = 0; i < response->timeslot_collection.n_items; i++)
    {
      const ContractTimeslot *slot = &response->timeslot_collection.items[i];
      g_hash_table_add (listed,
                        g_strdup_printf ("%" G_GINT64_FORMAT "/%s", slot->start_time.unix_us,
                                         slot->case_worker_to_book.case_worker_identifier));
    }
  return listed;
}

static void
check_fed_index (Play *play, guint citizen, const char *offer, GHashTable *listed)
{
  g_autoptr (GHashTable) anew = NULL;
  GHashTableIter iterator;
  gpointer key;

  world_run_sql (play->world, "SELECT 1;");
  anew = list (play, citizen, offer, NULL);
  g_assert_cmpuint (g_hash_table_size (anew), ==, g_hash_table_size (listed));
  g_hash_table_iter_init (&iterator, listed);
  while (g_hash_table_iter_next (&iterator, &key, NULL))
    g_assert_true (g_hash_table_contains (anew, key));
}

static gboolean
try_book (Play *play, guint citizen, const char *offer, gint64 start_us, const char *advisor)
{
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = offer,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (start_us),
                                           .case_worker_identifier = advisor,
                                           .interview_contact_type_identifier = 8 };
  gboolean ok = world_call (play->world, "CreateBooking", &request, &error) != NULL;

  if (!ok)
    {
      g_assert_cmpint (error->domain, ==, PLANNER_ERROR);
      g_assert_cmpint (error->code, !=, PLANNER_ERROR_INTERNAL);
      g_test_message ("refused: %s", error->message);
    }
  return ok;
}

static gboolean
try_move (Play *play, guint citizen, const char *booking, gint64 start_us, const char *advisor)
{
  ContractRescheduleBookingRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .booking_identifier = booking,
                                               .has_booking_start_time = TRUE,
                                               .booking_start_time = world_time (start_us),
                                               .case_worker_identifier = advisor };

  g_autoptr (GError) error = NULL;
  gboolean ok = world_call (play->world, "RescheduleBooking", &request, &error) != NULL;

  if (!ok)
    g_test_message ("refused: %s", error->message);
  return ok;
}

/* What plannerctl explain would say of the start. */
static gboolean
explain (Play *play, guint citizen, const char *offer, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (JsonObject) result = json_object_new ();
  g_autofree char *data = testlib_dup_source_path ("data");
  g_autoptr (GDateTime) time =
    g_date_time_new_from_unix_utc (g_ascii_strtoll (key, NULL, 10) / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (time, "%FT%TZ");
  AdminCall call = { .session = play->world->writer,
                     .runner = admin_runner_direct (play->world->writer),
                     .arguments = arguments,
                     .result = result,
                     .now_us = play->world->now_us,
                     .data_dir = data,
                     .actor = "test",
                     .call_id = "test" };

  json_object_set_string_member (arguments, "tenant", "demo");
  json_object_set_string_member (arguments, "offer", offer);
  json_object_set_string_member (arguments, "time", text);
  json_object_set_string_member (arguments, "advisor", strchr (key, '/') + 1);
  json_object_set_string_member (arguments, "cpr", testlib_cpr (citizen));
  if (!admin_explain (&call, &error))
    g_assert_no_error (error);
  return json_object_get_boolean_member (result, "offered");
}

/* A step near the start of something in an advisor's way, so that noes of claims and buffers come up; or NULL. */
static char *
near_something (Play *play)
{
  static const char from[] =
    "FROM (SELECT core_start_us AS at, resource_id AS who FROM claim UNION "
    "SELECT start_us, resource_id FROM busy_span) WHERE who <= 3";
  g_autofree char *count = g_strconcat ("SELECT count(*) ", from, NULL);
  gint64 n_things = world_count (play->world, count);
  int which = n_things == 0 ? 0 : pick (play, 0, (int) n_things - 1);
  g_autofree char *at =
    g_strdup_printf ("SELECT at %s ORDER BY at, who LIMIT 1 OFFSET %d", from, which);
  g_autofree char *who =
    g_strdup_printf ("SELECT who %s ORDER BY at, who LIMIT 1 OFFSET %d", from, which);
  gint64 start_us;

  if (n_things == 0)
    return NULL;
  start_us = world_count (play->world, at);
  return g_strdup_printf ("%" G_GINT64_FORMAT "/R%" G_GINT64_FORMAT,
                          start_us - start_us % STEP + pick (play, -6, 6) * STEP,
                          world_count (play->world, who));
}

/* Half of the tries take a listed time, a quarter one near something, a quarter any step of the week. */
static char *
choose_key (Play *play, GHashTable *listed)
{
  char *near = chance (play, 25) ? near_something (play) : NULL;

  if (near != NULL)
    return near;
  if (g_hash_table_size (listed) > 0 && chance (play, 65))
    {
      g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (listed), (GCompareFunc) strcmp);
      return g_strdup (g_list_nth_data (keys, pick (play, 0, (int) g_list_length (keys) - 1)));
    }
  return g_strdup_printf ("%" G_GINT64_FORMAT "/R%d",
                          play->monday_us + pick (play, 0, 5 * 288 - 1) * STEP,
                          pick (play, 1, (int) play->n_advisors));
}

static void
hold_something (Play *play, guint citizen, const char *offer, GHashTable *listed)
{
  g_autofree char *key = choose_key (play, listed);
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .interview_option_id = offer,
                                               .booking_start_time =
                                                 world_time (g_ascii_strtoll (key, NULL, 10)),
                                               .case_worker_identifier = strchr (key, '/') + 1 };
  gboolean ok = world_call (play->world, "GetBookingDetails", &request, NULL) != NULL;

  g_assert_cmpint (ok, ==, g_hash_table_contains (listed, key));
}

static char *
live_booking (Play *play, guint citizen, guint offer_id)
{
  g_autofree char *sql = g_strdup_printf (
    "SELECT coalesce(max(booking_id), 0) FROM booking b JOIN citizen c USING (citizen_id) "
    "WHERE c.cpr = '%s' AND b.offer_id = %u AND b.state = 'booked' AND b.start_us > "
    "%" G_GINT64_FORMAT,
    testlib_cpr (citizen), offer_id, play->world->now_us);
  gint64 booking_id = world_count (play->world, sql);
  g_autoptr (Booking) booking = NULL;

  if (booking_id == 0)
    return NULL;
  booking = booking_store_load (play->world->writer, booking_id, NULL);
  return g_strdup (booking->identifier);
}

/* DFDG tells the citizen's contact group; from then on it may contradict an offer's rules. */
static void
tell_facts (Play *play, guint citizen)
{
  ContractGetSelfbookInterviewOptionsRequest request = { .person_civil_registration_identifier =
                                                           testlib_cpr (citizen),
                                                         .job_center_code = "89000",
                                                         .contact_group_type_identifier =
                                                           pick (play, 1, 2) };
  g_autoptr (GError) error = NULL;

  if (world_call (play->world, "GetSelfbookInterviewOptions", &request, &error) == NULL)
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NO_OPTIONS);
}

static void
admin (Play *play, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    admin_harness_run_on (play->world->writer, play->world->now_us, command, arguments, &error);

  if (error != NULL)
    {
      g_assert_cmpint (error->domain, ==, PLANNER_ERROR);
      g_assert_cmpint (error->code, !=, PLANNER_ERROR_INTERNAL);
      g_test_message ("%s: %s", command, error->message);
    }
  world_expire (play->world);
}

static char *
any_session (Play *play)
{
  gint64 session_id =
    world_count (play->world, "SELECT coalesce(max(session_id), 0) FROM group_session");
  g_autoptr (GroupSession) group = group_store_load (play->world->writer, session_id, NULL);

  return group == NULL ? NULL : g_strdup (group->identifier);
}

/* An admin plans a group meeting, gives it more or fewer seats, or gives it up. */
static void
plan_something (Play *play, GHashTable *listed)
{
  gint64 offer_id =
    world_count (play->world, "SELECT coalesce(max(offer_id), 1) FROM offer WHERE form = 'group'");
  g_autofree char *offer = offer_identifier ((guint) offer_id);
  g_autofree char *key = choose_key (play, listed);
  g_autoptr (GDateTime) time =
    g_date_time_new_from_unix_utc (g_ascii_strtoll (key, NULL, 10) / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (time, "%FT%TZ");
  g_autofree char *group = any_session (play);
  const char *force = chance (play, 50) ? "true" : "false";
  g_autofree char *add = g_strdup_printf (
    "{\"offer\": \"%s\", \"time\": \"%.16sZ\", \"advisor\": \"%s\", \"force\": %s}", offer, text,
    strchr (key, '/') + 1, force);
  g_autofree char *change =
    g_strdup_printf ("{\"session\": \"%s\", \"seats\": %d}", group, pick (play, 1, 3));
  g_autofree char *cancel = g_strdup_printf ("{\"session\": \"%s\", \"force\": %s}", group, force);

  if (group == NULL || chance (play, 60))
    admin (play, "add-session", add);
  else if (chance (play, 60))
    admin (play, "change-session", change);
  else
    admin (play, "cancel-session", cancel);
}

static void
play_round (Play *play)
{
  guint citizen = pick (play, 1, N_CITIZENS);
  guint offer_id = pick (play, 1, (int) play->n_offers);
  g_autofree char *offer = offer_identifier (offer_id);
  g_autofree char *booking = chance (play, 30) ? live_booking (play, citizen, offer_id) : NULL;
  g_autoptr (GHashTable) listed = list (play, citizen, offer, booking);
  g_autofree char *key = choose_key (play, listed);
  gint64 start_us = g_ascii_strtoll (key, NULL, 10);
  const char *advisor = strchr (key, '/') + 1;
  gboolean ok;

  if (chance (play, 10))
    {
      tell_facts (play, citizen);
      return;
    }
  if (chance (play, 10))
    {
      plan_something (play, listed);
      return;
    }
  if (booking == NULL && chance (play, 25))
    {
      hold_something (play, citizen, offer, listed);
      return;
    }
  if (booking == NULL)
    g_assert_cmpint (explain (play, citizen, offer, key), ==, g_hash_table_contains (listed, key));
  if (booking == NULL && chance (play, 20))
    check_fed_index (play, citizen, offer, listed);
  ok = booking != NULL ? try_move (play, citizen, booking, start_us, advisor)
                       : try_book (play, citizen, offer, start_us, advisor);
  if (play->world->call.is_replay)
    return; /* the very request that made the booking: its stored answer, whatever is listed now */
  if (ok != g_hash_table_contains (listed, key))
    g_test_message ("%s %s at %s of %u listed, world in %s", booking != NULL ? "move" : "book",
                    offer, key, g_hash_table_size (listed), play->world->folder);
  g_assert_cmpint (ok, ==, g_hash_table_contains (listed, key));
  if (chance (play, 20))
    {
      play->world->now_us += pick (play, 1, 600) * MINUTE;
      world_expire (play->world);
    }
}

static void
check_bits (const AvailabilityBits *fed, const AvailabilityBits *anew)
{
  g_assert_cmpmem (fed->words, fed->n_words * sizeof (guint64), anew->words,
                   anew->n_words * sizeof (guint64));
}

static void
check_block (const AvailabilityBlock *fed, const AvailabilityBlock *anew)
{
  g_assert_cmpint (fed == NULL, ==, anew == NULL);
  if (fed == NULL)
    return;
  g_assert_cmpint (fed->first_word, ==, anew->first_word);
  g_assert_cmpint (fed->first_work_step, ==, anew->first_work_step);
  g_assert_cmpmem (&fed->window, sizeof fed->window, &anew->window, sizeof anew->window);
  g_assert_cmpint (fed->trusted_until_us, ==, anew->trusted_until_us);
  g_assert_cmpint (fed->fresh_until_us, ==, anew->fresh_until_us);
  check_bits (fed->work, anew->work);
  check_bits (fed->busy_full, anew->busy_full);
  check_bits (fed->busy_core, anew->busy_core);
}

static void
check_array (const GArray *one, const GArray *other)
{
  g_assert_cmpmem (one->data, one->len * g_array_get_element_size ((GArray *) one), other->data,
                   other->len * g_array_get_element_size ((GArray *) other));
}

/* By member: the structure ends in bytes that nobody sets. */
static void
check_sessions (const GArray *fed, const GArray *anew)
{
  g_assert_cmpuint (fed->len, ==, anew->len);
  for (guint i = 0; i < fed->len; i++)
    {
      const SlotSession *one = &g_array_index (fed, SlotSession, i);
      const SlotSession *other = &g_array_index (anew, SlotSession, i);

      g_assert_cmpint (one->session_id, ==, other->session_id);
      g_assert_cmpint (one->resource_id, ==, other->resource_id);
      g_assert_cmpint (one->core.start_us, ==, other->core.start_us);
      g_assert_cmpint (one->core.end_us, ==, other->core.end_us);
      g_assert_cmpint (one->seats_left, ==, other->seats_left);
    }
}

static void
check_offer_block (const OfferBlock *fed, const OfferBlock *anew)
{
  g_assert_cmpint (fed == NULL, ==, anew == NULL);
  if (fed == NULL)
    return;
  check_sessions (fed->sessions, anew->sessions);
  check_array (fed->starts, anew->starts);
}

/* What changes have made of the index is, bit for bit, what is read in one pass. */
static void
check_whole_index (Play *play)
{
  World *world = play->world;
  g_autoptr (Index) fed = index_ref (world->view.index);

  world_run_sql (world, "SELECT 1;");
  g_assert_cmpuint (index_count_resources (fed), ==, index_count_resources (world->view.index));
  for (gint64 id = 1; id <= 99; id++)
    {
      check_block (index_find_resource (fed, id), index_find_resource (world->view.index, id));
      check_offer_block (index_find_offer (fed, id), index_find_offer (world->view.index, id));
    }
}

/* The rules as they are read without a catalogue are the catalogue's. */
static void
check_rules (Play *play, const CatalogueResource *resource)
{
  g_autoptr (GError) error = NULL;
  CalsyncPolicy policy;

  g_assert_true (block_rules_load (play->world->reader, resource->resource_id, play->world->now_us,
                                   &policy, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (&policy, sizeof policy, &resource->blocks, sizeof resource->blocks);
}

/* One pass over all says of each what is said of it alone, also when some are passed by. */
static void
check_scan (Play *play)
{
  const World *world = play->world;
  const GPtrArray *resources = catalogue_get_resources (world->view.catalogue);
  Period window = index_get_window (world->view.index);
  g_autoptr (GError) error = NULL;
  g_autoptr (ResourceScan) scan = resource_scan_new (world->reader, window, world->now_us, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < resources->len; i++)
    {
      g_autoptr (ResourceFacts) alone =
        resource_facts_load (world->reader, resources->pdata[i], window, world->now_us, &error);
      g_autoptr (ResourceFacts) scanned = NULL;

      if (chance (play, 20))
        continue;
      scanned = resource_scan_next (scan, resources->pdata[i], &error);
      g_assert_no_error (error);
      check_array (scanned->work, alone->work);
      check_array (scanned->busy, alone->busy);
      g_assert_cmpint (scanned->busy_remote == NULL, ==, alone->busy_remote == NULL);
      if (alone->busy_remote != NULL)
        check_array (scanned->busy_remote, alone->busy_remote);
      g_assert_true (scanned->slot.busy_remote == scanned->busy_remote);
      check_rules (play, resources->pdata[i]);
      check_array (scanned->claims, alone->claims);
      g_assert_cmpint (scanned->slot.trusted_until_us, ==, alone->slot.trusted_until_us);
      g_assert_cmpint (scanned->slot.fresh_until_us, ==, alone->slot.fresh_until_us);
      g_assert_true (scanned->slot.work == scanned->work && scanned->slot.busy == scanned->busy &&
                     scanned->slot.claims == scanned->claims);
    }
}

/* Somebody comes, goes or will go, an offer's windows get a capacity, the horizon moves, or nothing does. */
static void
add_catalogue_change (Play *play, GString *sql, int number)
{
  int resource_id = pick (play, 1, (int) play->n_advisors + 2);
  int offer_id = pick (play, 1, (int) play->n_offers);

  switch (pick (play, 0, 6))
    {
    case 0:
      g_string_append_printf (
        sql, "UPDATE resource SET retired_us = %" G_GINT64_FORMAT " WHERE resource_id = %d;",
        play->world->now_us + pick (play, -24, 96) * HOUR, resource_id);
      break;
    case 1:
      g_string_append_printf (sql, "UPDATE resource SET retired_us = NULL WHERE resource_id = %d;",
                              resource_id);
      break;
    case 2:
      g_string_append_printf (
        sql,
        "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
        "(%d, 1, '%s', 'N%d', 'n%d@demo.example', 'N');",
        50 + number, chance (play, 50) ? "advisor" : "room", number, number);
      add_spans (play, sql, "work_span", 50 + number);
      add_spans (play, sql, "busy_span", 50 + number);
      break;
    case 5:
      add_block_setting (play, sql);
      break;
    case 6:
      add_block_rule (play, sql, resource_id);
      break;
    case 3:
      g_string_append_printf (
        sql, "INSERT INTO offer_window VALUES (NULL, %d, NULL, 0, 1000000, 127, 480, 960, %d);",
        offer_id, pick (play, 0, 2));
      break;
    default:
      g_string_append_printf (sql, "UPDATE offer SET horizon_days = %d WHERE offer_id = %d;",
                              pick (play, 3, 9), offer_id);
    }
  g_string_append (sql, "INSERT INTO change (tenant_id, kind, subject_id) "
                        "VALUES (1, 'catalogue', 0);");
}

/* As an import does: statements and their change rows in one transaction. */
static void
change_catalogue (Play *play, int number)
{
  g_autoptr (GString) sql = g_string_new ("BEGIN;");
  g_autoptr (GError) error = NULL;
  AvailabilityRecord hours = { .tenant_id = 1,
                               .resource_id = (gint64) play->n_advisors + pick (play, 1, 2),
                               .uid = (char *) "b",
                               .text = (char *) "" };
  PutOutcome outcome;

  add_catalogue_change (play, sql, number);
  g_assert_true (store_run_script (play->world->writer, sql->str, &error));
  if (chance (play, 30))
    g_assert_true (availability_put (play->world->writer, &hours, &outcome, &error));
  else if (chance (play, 30))
    g_assert_true (availability_remove (play->world->writer, &hours, &error));
  g_assert_no_error (error);
  g_assert_true (store_commit (play->world->writer, &error));
  if (chance (play, 20))
    play->world->now_us += pick (play, 1, 30) * HOUR;
  world_expire (play->world);
}

static void
test_catalogue_changes (void)
{
  Play play = { .random = testlib_random_new () };
  guint64 n_worlds = testlib_budget ("list-book");

  for (guint64 i = 0; i < n_worlds; i++)
    {
      start_play (&play);
      for (int round = 0; round < 5; round++)
        play_round (&play);
      for (int number = 0; number < 8; number++)
        {
          change_catalogue (&play, number);
          check_scan (&play);
          if (chance (&play, 50))
            check_whole_index (&play);
        }
      world_free (play.world);
    }
  g_rand_free (play.random);
}

static void
test_worlds (void)
{
  Play play = { .random = testlib_random_new () };
  guint64 n_worlds = testlib_budget ("list-book");

  for (guint64 i = 0; i < n_worlds; i++)
    {
      start_play (&play);
      for (int round = 0; round < 30; round++)
        play_round (&play);
      world_free (play.world);
    }
  g_rand_free (play.random);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/list-book/worlds", test_worlds);
  g_test_add_func ("/list-book/catalogue-changes", test_catalogue_changes);
  return g_test_run ();
}
