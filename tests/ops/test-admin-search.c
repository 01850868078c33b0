/* SPDX-License-Identifier: EUPL-1.2 */
/* Searches: every page against a plain query of the same, indexes that lead, and that looking is recorded. */
/* Also tests: admin-journal, booking-search, journal-search. */
#include <string.h>

#include <sqlite3.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"
#include "store/store-sql.h"

#define N_BOOKINGS 1500
#define DAY_US     G_GINT64_CONSTANT (86400000000)

static sqlite3 *
open_database (World *world)
{
  g_autofree char *path = g_build_filename (world->folder, "planner.db", NULL);
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  return database;
}

/* The first column of a plain query, parted by blanks. */
static char *
dup_column (World *world, const char *sql)
{
  sqlite3 *database = open_database (world);
  g_autoptr (GString) text = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (text, "%s%s", text->len == 0 ? "" : " ",
                            (const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Two units, two advisors, a room; many start at the same instants, so that ties are paged. */
static World *
new_world (void)
{
  World *world = admin_world_new ();
  g_autoptr (GString) sql = g_string_new (
    "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) "
    "VALUES (7, 1, 8, '89001', 'Vest');"
    "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES (7, 1, "
    "'advisor', 'RID-7', 'v7@demo.example', 'Vejleder 07');"
    "INSERT INTO owner (owner_id, tenant_id) VALUES (1, 1);");

  for (guint i = 1; i <= 5; i++)
    g_string_append_printf (
      sql, "INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES (%u, 1, '%s');", i,
      testlib_cpr (i));
  g_string_append_printf (
    sql,
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
    "INSERT INTO booking (tenant_id, unit_id, identifier, state, origin, citizen_id, offer_id, "
    "start_us, end_us, start_local, zone, tzdata, advisor_id, room_id, interview_type, form_type, "
    "contact_type, title, self_booked, compulsory, should_accept, rebook_possible, "
    "cancel_possible, conflict, originator_type, originator_code, owner_id, created_us, "
    "changed_us) SELECT 1, CASE i %% 3 WHEN 0 THEN 7 ELSE (SELECT min (unit_id) FROM unit) END, "
    "printf ('%%08x-0000-4000-8000-000000000000', i * 2654435761 %% 4294967296), "
    "CASE WHEN i %% 7 = 0 THEN 'cancelled' ELSE 'booked' END, "
    "CASE WHEN i %% 5 = 0 THEN 'kss' ELSE 'citizen' END, 1 + i %% 5, "
    "CASE WHEN i %% 2 = 0 THEN (SELECT min (offer_id) FROM offer) END, "
    "%" G_GINT64_FORMAT " + i * 7919 %% 200 * 1800000000, %" G_GINT64_FORMAT
    " + i * 7919 %% 200 * 1800000000 + 1800000000, 'x', 'Europe/Copenhagen', 'x', "
    "CASE WHEN i %% 4 = 0 THEN 7 ELSE (SELECT resource_id FROM resource WHERE resource_key = "
    "'RID-1') END, CASE WHEN i %% 6 = 0 THEN (SELECT resource_id FROM resource WHERE kind = "
    "'room') END, 7 + i %% 2, 1, 1, 'T', 1, 1, 0, 1, 1, i %% 11 = 0, 8, 89000, 1, "
    "%" G_GINT64_FORMAT " + i * 60000000, %" G_GINT64_FORMAT " + i * 60000000 + i %% 13 * "
    "3600000000 FROM n;",
    N_BOOKINGS, world->now_us, world->now_us, world->now_us - 10 * DAY_US,
    world->now_us - 10 * DAY_US);
  world_run_sql (world, sql->str);
  return world;
}

/* All pages of a search, as identifiers parted by blanks. */
static char *
dup_pages (World *world, const char *filter, gint limit)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *cursor = g_strdup ("");
  gboolean more = TRUE;

  while (more)
    {
      g_autofree char *arguments = g_strdup_printf (
        "{\"limit\": %d%s%s%s%s%s}", limit, *filter == '\0' ? "" : ", ", filter,
        *cursor == '\0' ? "" : ", \"cursor\": \"", cursor, *cursor == '\0' ? "" : "\"");
      g_autoptr (JsonObject) result = admin_world_ask (world, "search-bookings", arguments);
      g_autofree char *page = admin_harness_dup_words (result, "bookings", "booking");

      g_string_append_printf (all, "%s%s", all->len == 0 || *page == '\0' ? "" : " ", page);
      more = json_object_get_boolean_member (result, "more");
      g_free (g_steal_pointer (&cursor));
      cursor = g_strdup (more ? json_object_get_string_member (result, "cursor") : "");
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

static void
check (World *world, const char *filter, const char *where, const char *order, gint limit)
{
  g_autofree char *sql = g_strdup_printf ("SELECT b.identifier FROM booking b JOIN unit u USING "
                                          "(unit_id) JOIN resource r ON r.resource_id "
                                          "= b.advisor_id WHERE %s ORDER BY %s, b.booking_id",
                                          where, order);
  g_autofree char *expected = dup_column (world, sql);
  g_autofree char *found = dup_pages (world, filter, limit);

  g_assert_cmpstr (found, ==, expected);
}

/* clang-format off */
static const struct
{
  const char *argument;
  const char *where;
  gboolean is_change;
} filters[] = {
  { "\"unit\": \"89001\"", "u.organisation_key = '89001'", FALSE },
  { "\"advisor\": \"RID-7\"", "r.resource_key = 'RID-7'", FALSE },
  { "\"room\": \"rum-1\"", "b.room_id IS NOT NULL", FALSE },
  { "\"offer\": \"" OFFER "\"", "b.offer_id IS NOT NULL", FALSE },
  { "\"interview_type\": 8", "b.interview_type = 8", FALSE },
  { "\"state\": \"cancelled\"", "b.state = 'cancelled'", FALSE },
  { "\"origin\": \"kss\"", "b.origin = 'kss'", FALSE },
  { "\"conflict\": true", "b.conflict = 1 AND b.state = 'booked'", FALSE },
  { "\"booking\": \"9\"", "b.identifier LIKE '9%'", FALSE },
  { "\"booking\": \"9E37\"", "b.identifier LIKE '9e37%'", FALSE },
  { "\"cpr\": \"%s\"", "b.citizen_id = 1", FALSE },
  { "\"from\": \"2026-11-24\"", "b.end_us > 1795474800000000", FALSE },
  { "\"to\": \"2026-11-24\"", "b.start_us < 1795561200000000", FALSE },
  { "\"created_from\": \"2026-11-13T12:00\"", "b.created_us >= 1794567600000000", TRUE },
  { "\"changed_to\": \"2026-11-13\"", "b.changed_us < 1794610800000000", TRUE },
};
/* clang-format on */

static char *
dup_argument (guint i)
{
  const char *mark = strstr (filters[i].argument, "%s");

  if (mark == NULL)
    return g_strdup (filters[i].argument);
  return g_strdup_printf ("%.*s%s%s", (int) (mark - filters[i].argument), filters[i].argument,
                          testlib_cpr (1), mark + 2);
}

static void
test_each (void)
{
  g_autoptr (World) world = new_world ();

  check (world, "", "1", "b.start_us", 500);
  check (world, "", "1", "b.start_us", 97);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *argument = dup_argument (i);
      check (world, argument, filters[i].where,
             filters[i].is_change ? "b.changed_us" : "b.start_us", 61);
    }
}

/* One who looks for a citizen's booking by the first letters of its identifier gets no other citizen's. */
static void
test_citizen_leads (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *cpr = dup_argument (10);
  g_autofree char *both = g_strconcat (cpr, ", ", filters[9].argument, NULL);

  check (world, filters[9].argument, filters[9].where, "b.start_us", 61);
  check (world, both, "b.citizen_id = 1 AND b.identifier LIKE '9e37%'", "b.start_us", 61);
}

/* Advisor, offer, conflict, identifier and citizen lead before changes do, and sort by start. */
static gboolean
is_by_change (const char *argument)
{
  static const guint leading[] = { 1, 3, 7, 9, 10 };

  for (guint i = 0; i < G_N_ELEMENTS (leading); i++)
    {
      g_autofree char *one = dup_argument (leading[i]);
      if (strstr (argument, one) != NULL)
        return FALSE;
    }
  return strstr (argument, "created") != NULL || strstr (argument, "changed") != NULL;
}

static void
add_filter (guint i, GString *argument, GString *where)
{
  g_autofree char *one = dup_argument (i);
  g_autofree char *name = g_strndup (one, strcspn (one, ":"));

  if (strstr (argument->str, name) != NULL)
    return;
  g_string_append_printf (argument, "%s%s", argument->len == 0 ? "" : ", ", one);
  g_string_append_printf (where, " AND %s", filters[i].where);
}

/* Several at once: whatever index leads, the answer is the same. */
static void
test_together (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GRand) random = testlib_random_new ();
  gint64 n = testlib_budget ("admin-search");

  for (gint64 round = 0; round < n; round++)
    {
      g_autoptr (GString) argument = g_string_new (NULL);
      g_autoptr (GString) where = g_string_new ("1");

      for (guint i = 0; i < 3; i++)
        add_filter ((guint) g_rand_int_range (random, 0, G_N_ELEMENTS (filters)), argument, where);
      check (world, argument->str, where->str,
             is_by_change (argument->str) ? "b.changed_us" : "b.start_us",
             g_rand_int_range (random, 1, 60));
    }
}

/* While somebody books, what stays put is told once and never missed. */
static void
test_stable (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) first = admin_world_ask (world, "search-bookings", "{\"limit\": 10}");
  g_autofree char *before = admin_harness_dup_words (first, "bookings", "booking");
  g_autofree char *arguments = g_strdup_printf ("{\"limit\": 500, \"cursor\": \"%s\"}",
                                                json_object_get_string_member (first, "cursor"));
  g_autoptr (JsonObject) second = NULL;
  g_autofree char *after = NULL;
  g_auto (GStrv) told = g_strsplit (before, " ", -1);

  world_run_sql (world, "UPDATE booking SET title = 'changed', changed_us = changed_us + 1;");
  second = admin_world_ask (world, "search-bookings", arguments);
  after = admin_harness_dup_words (second, "bookings", "booking");
  for (guint i = 0; told[i] != NULL; i++)
    g_assert_null (strstr (after, told[i]));
}

static const char *const allowed_scans[] = { "SCAN b USING INDEX booking_by_conflict", NULL };

/* The database says how it would answer: nothing reads all bookings or all of the journal. */
static void
test_plans (void)
{
  g_autoptr (World) world = new_world ();
  sqlite3 *database = open_database (world);
  guint n_statements = 0;

  for (guint i = SQL_SEARCH_OF_CITIZEN; i <= SQL_MISSING_ROWS; i++)
    {
      g_autofree char *sql = g_strconcat ("EXPLAIN QUERY PLAN ", store_sql_text (i), NULL);
      sqlite3_stmt *statement = NULL;

      g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
      while (sqlite3_step (statement) == SQLITE_ROW)
        {
          const char *step = (const char *) sqlite3_column_text (statement, 3);
          gboolean scans = g_str_has_prefix (step, "SCAN b") || g_str_has_prefix (step, "SCAN j") ||
                           g_str_has_prefix (step, "SCAN p") || g_str_has_prefix (step, "SCAN e") ||
                           g_str_has_prefix (step, "SCAN i");

          if (i == SQL_SEARCH_IDENTIFIERS && g_str_has_prefix (step, "SEARCH b"))
            g_assert_nonnull (strstr (step, "identifier>"));
          if (scans && !g_strv_contains (allowed_scans, step))
            g_error ("%s: %s", store_sql_name (i), step);
        }
      sqlite3_finalize (statement);
      n_statements++;
    }
  g_assert_cmpuint (n_statements, ==, 17);
  sqlite3_close (database);
}

static void
assert_rows (World *world, const char *arguments, const char *member, const char *expected)
{
  g_autoptr (JsonObject) result = admin_world_ask (world, "search-journal", arguments);
  g_autofree char *words = admin_harness_dup_words (result, "rows", member);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_journal (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) blocked = NULL;
  g_autofree char *of_citizen = g_strdup_printf ("{\"cpr\": \"%s\"}", testlib_cpr (1));
  g_autofree char *of_nobody = g_strdup_printf ("{\"cpr\": \"%s\"}", testlib_cpr (77));

  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  admin_world_book (world, 2, OFFER, "2026-11-24T10:00:00Z");
  world->now_us += 40 * DAY_US;
  blocked =
    admin_world_ask (world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2027-01-05\"}");
  assert_rows (world, "{}", "kind", "time-blocked");
  assert_rows (world, "{\"from\": \"2026-11-01\"}", "kind",
               "catalogue-imported booking-created booking-created time-blocked");
  assert_rows (world,
               "{\"from\": \"2026-11-01\", \"to\": \"2026-11-23\", \"kind\": \"booking-created\"}",
               "actor", "test test");
  assert_rows (world, "{\"from\": \"2026-11-01\", \"actor\": \"nobody\"}", "kind", "");
  assert_rows (world, "{\"from\": \"2026-11-01\", \"call\": \"test-call\"}", "kind",
               "catalogue-imported time-blocked");
  assert_rows (world, "{\"from\": \"2026-11-01\", \"subject\": \"demo\"}", "kind",
               "catalogue-imported");
  {
    g_autofree char *since =
      g_strdup_printf ("{\"cpr\": \"%s\", \"from\": \"2026-11-01\"}", testlib_cpr (1));
    assert_rows (world, since, "kind", "booking-created citizen-looked-up");
  }
  assert_rows (world, of_nobody, "kind", "");
  assert_rows (world, of_citizen, "kind", "citizen-looked-up citizen-looked-up");
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM journal WHERE kind = 'citizen-looked-up'"), ==, 3);
}

static void
test_journal_pages (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GString) all = g_string_new (NULL);
  gint64 cursor = 0;
  gboolean more = TRUE;

  for (guint citizen = 1; citizen <= 6; citizen++)
    admin_world_book (world, citizen, GROUP,
                      citizen <= 3 ? "2026-11-24T09:00:00Z" : "2026-11-24T10:00:00Z");
  while (more)
    {
      g_autofree char *arguments = g_strdup_printf (
        "{\"limit\": 2, \"kind\": \"booking-created\", \"cursor\": %d}", (int) cursor);
      g_autoptr (JsonObject) result = admin_world_ask (world, "search-journal", arguments);
      g_autofree char *page = admin_harness_dup_words (result, "rows", "kind");

      g_string_append (all, page);
      more = json_object_get_boolean_member (result, "more");
      cursor = more ? json_object_get_int_member (result, "cursor") : 0;
    }
  g_assert_cmpuint (all->len, ==, strlen ("booking-created booking-created") * 3);
}

static char *
dup_text (JsonObject *result)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, result);
  return json_to_string (node, FALSE);
}

static void
test_payload (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) plain = NULL;
  g_autoptr (JsonObject) masked = NULL;
  g_autoptr (JsonObject) full = NULL;
  g_autofree char *plain_text = NULL;
  g_autofree char *masked_text = NULL;
  g_autofree char *full_text = NULL;

  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  plain = admin_world_ask (world, "search-journal", "{\"kind\": \"booking-created\"}");
  masked =
    admin_world_ask (world, "search-journal", "{\"kind\": \"booking-created\", \"payload\": true}");
  full = admin_world_ask (world, "search-journal",
                          "{\"kind\": \"booking-created\", \"unmasked\": true}");
  plain_text = dup_text (plain);
  masked_text = dup_text (masked);
  full_text = dup_text (full);
  g_assert_null (strstr (plain_text, "revision"));
  g_assert_nonnull (strstr (masked_text, "revision"));
  g_assert_null (strstr (masked_text, "Jobsamtale"));
  g_assert_nonnull (strstr (full_text, "Jobsamtale"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = 'journal-read'"),
                   ==, 1);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *command;
    const char *arguments;
    int code;
  } cases[] = {
    { "search-bookings", "{\"unit\": \"7\"}", PLANNER_ERROR_NOT_FOUND },
    { "search-bookings", "{\"advisor\": \"7\"}", PLANNER_ERROR_NOT_FOUND },
    { "search-bookings", "{\"offer\": \"7\"}", PLANNER_ERROR_NOT_FOUND },
    { "search-bookings", "{\"cursor\": \"7\"}", PLANNER_ERROR_NOT_VALID },
    { "search-bookings", "{\"from\": \"2026-11-24\", \"to\": \"2026-11-23\"}",
      PLANNER_ERROR_NOT_VALID },
    { "search-bookings", "{\"cpr\": \"12\"}", PLANNER_ERROR_NOT_VALID },
    { "search-journal", "{\"from\": \"x\"}", PLANNER_ERROR_NOT_VALID },
  };
  g_autoptr (World) world = admin_world_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result =
        admin_world_run (world, cases[i].command, cases[i].arguments, &error);

      g_assert_error (error, PLANNER_ERROR, cases[i].code);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-search/each", test_each);
  g_test_add_func ("/admin-search/citizen-leads", test_citizen_leads);
  g_test_add_func ("/admin-search/together", test_together);
  g_test_add_func ("/admin-search/stable", test_stable);
  g_test_add_func ("/admin-search/plans", test_plans);
  g_test_add_func ("/admin-search/journal", test_journal);
  g_test_add_func ("/admin-search/journal-pages", test_journal_pages);
  g_test_add_func ("/admin-search/payload", test_payload);
  g_test_add_func ("/admin-search/refused", test_refused);
  return g_test_run ();
}
