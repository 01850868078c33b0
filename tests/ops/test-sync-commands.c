/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections in a table, how they are doing, a person's word about them, and conflicts decided by the doors of an admin. */
/* Also tests: binding-check, import-bindings, export-bindings, sync-task, sync-commands-state, sync-commands-status. */
/* Also tests: sync-commands-conflict, sync-door, sync-guard-word, sync-resume, sync-shared. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"
#include "sync/sync-commands-status.h"
#include "sync/sync-commands.h"
#include "sync/sync-limits.h"

#define HEAD      "resource,url,direction,auth,user,secret,certificate,limit_minutes,paused\\n"
#define ONE       "RID-1,https://cal.kommune.example/dav/v1/arbejde/,both,basic,v1,v1-kodeord,,45,\\n"
#define TWO       "RID-1,https://cal.kommune.example/dav/v1/privat/,in,bearer,,v1-token,,,\\n"
#define ROOM      "rum-1,https://cal.kommune.example/dav/rum/,in,none,,,,,ombygning\\n"
#define REFERENCE "kp-demo:booking:"

static JsonObject *
import_bindings (World *world, const char *rows, GError **error)
{
  g_autofree char *arguments =
    g_strdup_printf ("{\"files\": {\"sync-bindings.csv\": \"%s%s\"}}", HEAD, rows);

  return admin_world_run (world, "import", arguments, error);
}

static void
add_bindings (World *world, const char *rows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = import_bindings (world, rows, &error);

  if (error != NULL)
    {
      g_autofree char *problems = admin_harness_dup_problems (result);
      g_test_message ("%s", problems);
    }
  g_assert_no_error (error);
}

static char *
dup_exported (World *world)
{
  g_autoptr (JsonObject) result = admin_world_ask (world, "export", "{\"folder\": \"/nowhere\"}");
  JsonObject *files = json_object_get_object_member (result, "files");

  return g_strdup (json_object_get_string_member_with_default (files, "sync-bindings.csv", ""));
}

/* Once in, it changes nothing; what is exported makes the same in an empty database. */
static void
test_table (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (World) other = admin_world_new ();
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *arguments = NULL;

  add_bindings (world, TWO ONE ROOM);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_binding"), ==, 3);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar WHERE origin = 'sync'"), ==,
                   3);
  again = import_bindings (world, ROOM ONE TWO, &error);
  g_assert_no_error (error);
  before = dup_exported (world);
  g_assert_nonnull (strstr (before, "v1-kodeord"));
  lines = g_strsplit (before, "\n", -1);
  escaped = g_strjoinv ("\\n", lines);
  arguments = g_strdup_printf ("{\"files\": {\"sync-bindings.csv\": \"%s\"}}", escaped);
  json_object_unref (admin_world_ask (other, "import", arguments));
  after = dup_exported (other);
  g_assert_cmpstr (before, ==, after);
  json_object_unref (admin_world_ask (other, "import", arguments));
  g_assert_cmpint (world_count (other, "SELECT count(*) FROM sync_binding WHERE state = 'paused'"),
                   ==, 1);
}

static void
test_table_changes (void)
{
  g_autoptr (World) world = admin_world_new ();

  add_bindings (world, ONE);
  world_run_sql (world, "UPDATE sync_binding SET cursor = 'c', identity = 'i'");
  add_bindings (world,
                "RID-1,https://cal.kommune.example/dav/v1/arbejde/,both,digest,v9,other,,,\\n");
  g_assert_cmpint (world_count (world,
                                "SELECT count(*) FROM sync_binding WHERE user_name = 'v9' AND"
                                " auth = 'digest' AND limit_minutes IS NULL AND cursor = 'c'"),
                   ==, 1);
}

#define URL "https://cal.kommune.example/x/"

/* What no longer flows leaves something behind: a table does not end a direction. */
static void
test_table_keeps_direction (void)
{
  static const struct
  {
    const char *before;
    const char *after;
    const char *problem;
  } rows[] = {
    { "both", "in", "disconnect it with --remove-events" },
    { "out", "in", "disconnect it with --remove-events" },
    { "both", "out", "connect it for bookings only" },
    { "in", "out", "connect it for bookings only" },
    { "in", "both", NULL },
    { "out", "both", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (World) world = admin_world_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = NULL;
      g_autofree char *before = g_strdup_printf ("RID-1," URL ",%s,none,,,,,\\n", rows[i].before);
      g_autofree char *after = g_strdup_printf ("RID-1," URL ",%s,none,,,,,\\n", rows[i].after);
      g_autofree char *problems = NULL;

      add_bindings (world, before);
      result = import_bindings (world, after, &error);
      if (rows[i].problem == NULL)
        {
          g_assert_no_error (error);
          continue;
        }
      problems = admin_harness_dup_problems (result);
      g_test_message ("%s to %s: %s", rows[i].before, rows[i].after, problems);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      g_assert_nonnull (strstr (problems, "sync-bindings.csv:2"));
      g_assert_nonnull (strstr (problems, rows[i].problem));
    }
}

static const struct
{
  const char *rows;
  const char *problem;
} refusals[] = {
  { "RID-9," URL ",in,none,,,,,\\n", "sync-bindings.csv:2: resource: there is no resource RID-9" },
  { "RID-1,,in,none,,,,,\\n", "sync-bindings.csv:2: url is missing" },
  { "RID-1,ftp://cal.kommune.example/,in,none,,,,,\\n",
    "sync-bindings.csv:2: url must be an address" },
  { "RID-1,cal.kommune.example,in,none,,,,,\\n", "sync-bindings.csv:2: url must be an address" },
  { "RID-1,https://v1:kode@cal.kommune.example/,in,none,,,,,\\n",
    "sync-bindings.csv:2: url must not hold a name or a password" },
  { "RID-1,https://cal.kommune.example/?token=1,in,none,,,,,\\n",
    "sync-bindings.csv:2: url must end before ?" },
  { "RID-1," URL ",sideways,none,,,,,\\n", "sync-bindings.csv:2: direction must be one of" },
  { "RID-1," URL ",in,ntlm,,,,,\\n", "sync-bindings.csv:2: auth must be one of" },
  { "RID-1," URL ",in,basic,,s,,,\\n", "sync-bindings.csv:2: user is missing" },
  { "RID-1," URL ",in,basic,v1,,,,\\n", "sync-bindings.csv:2: secret is missing" },
  { "RID-1," URL ",in,bearer,,,,,\\n", "sync-bindings.csv:2: secret is missing" },
  { "RID-1," URL ",in,certificate,,,,,\\n", "sync-bindings.csv:2: certificate is missing" },
  { "RID-1," URL ",in,basic,v1,../passwd,,,\\n",
    "sync-bindings.csv:2: secret must be the name of a file" },
  { "RID-1," URL ",in,none,,,,4,\\n", "sync-bindings.csv:2: limit_minutes" },
  { "RID-1," URL ",in,none,,,,,\\nRID-1," URL ",in,none,,,,,\\n",
    "sync-bindings.csv:3: the connection RID-1 " URL " stands in sync-bindings.csv:2 already" },
  { "RID-1," URL ",both,none,,,,,\\nRID-1," URL "2/,out,none,,,,,\\n",
    "sync-bindings.csv:3: bookings go into one calendar" },
};

/* Wrong lines are told by file and line, and nothing is kept. */
static void
test_table_refuses (void)
{
  g_autoptr (World) world = admin_world_new ();

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = import_bindings (world, refusals[i].rows, &error);
      g_autofree char *problems = admin_harness_dup_problems (result);

      g_test_message ("%s", problems);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      g_assert_nonnull (strstr (problems, refusals[i].problem));
      g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_binding"), ==, 0);
    }
}

static JsonObject *
line_of (JsonObject *status, guint i)
{
  return json_array_get_object_element (json_object_get_array_member (status, "calendars"), i);
}

static const char *
text_of (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, "");
}

#define OTHER "rum-1,https://CAL.kommune.example/dav/v1/%61rbejde,in,none,,,,,\\n"
#define THIRD "rum-1,https://cal2.kommune.example/dav/v1/arbejde/,in,none,,,,,\\n"

/* Two owners of one calendar, however its address is spelt: allowed, and told. */
static void
test_shared (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) alone = NULL;
  g_autoptr (JsonObject) both = NULL;
  g_autoptr (JsonObject) connected = NULL;

  add_bindings (world, ONE THIRD);
  alone = admin_world_ask (world, "sync-status", "{}");
  g_assert_false (json_object_has_member (line_of (alone, 0), "warning"));
  add_bindings (world, OTHER);
  both = admin_world_ask (world, "sync-status", "{\"resource\": \"RID-1\"}");
  g_assert_cmpstr (text_of (line_of (both, 0), "shared_with"), ==, "rum-1");
  g_assert_nonnull (strstr (text_of (line_of (both, 0), "warning"), "takes the time of all"));
  connected = admin_world_ask (
    world, "sync-connect",
    "{\"resource\": \"RID-1\", \"auth\": \"none\", \"without_test\": true, "
    "\"direction\": \"in\", \"url\": \"https://cal2.kommune.example/dav/v1/arbejde\"}");
  g_assert_nonnull (strstr (text_of (connected, "warning"), "connected to rum-1, too"));
}

static const struct
{
  const char *sql;
  const char *state;
  const char *offered;
} states[] = {
  { "", "new", "no, never read" },
  { "UPDATE sync_binding SET pulled_us = 1;"
    "UPDATE calendar SET fresh_until_us = 9000000000000000 WHERE origin = 'sync'",
    "ok", "yes" },
  { "INSERT INTO sync_item (tenant_id, binding_id, key_hash, is_own, is_unreadable) VALUES (1, 1, "
    "'h1', 0, 1)",
    "unreadable", "yes" },
  { "UPDATE calendar SET fresh_until_us = 1 WHERE origin = 'sync'", "old", "no, too old" },
  { "UPDATE sync_binding SET n_failures = 2, health = 'denied', health_text = 'no'", "denied",
    "no, too old" },
  { "UPDATE sync_binding SET state = 'guarded'", "guarded", "no, too old" },
  { "UPDATE sync_binding SET state = 'paused', why = 'x'", "paused", "no, too old" },
  { "UPDATE sync_binding SET direction = 2", "paused", "yes" },
};

/* Each word comes from what is stored, and says what to do unless all is well. */
static void
test_status (void)
{
  g_autoptr (World) world = admin_world_new ();

  add_bindings (world, ONE);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (JsonObject) status = NULL;

      if (*states[i].sql != '\0')
        world_run_sql (world, states[i].sql);
      status = admin_world_ask (world, "sync-status", "{\"resource\": \"RID-1\"}");
      g_test_message ("%s", states[i].sql);
      g_assert_cmpstr (text_of (line_of (status, 0), "state"), ==, states[i].state);
      g_assert_cmpstr (text_of (line_of (status, 0), "offered"), ==, states[i].offered);
      g_assert_cmpint (g_str_equal (states[i].state, "ok"), ==,
                       !json_object_has_member (line_of (status, 0), "to_do"));
      g_assert_cmpint (json_object_get_int_member (status, "times_withheld"), ==,
                       g_str_equal (states[i].offered, "yes") ? 0 : 1);
    }
}

static void
test_status_worst_first (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) status = NULL;
  g_autoptr (JsonObject) of_unit = NULL;
  g_autoptr (JsonObject) worst = NULL;
  g_autoptr (JsonObject) nobody = NULL;
  g_autoptr (GError) error = NULL;

  add_bindings (world, ONE ROOM);
  world_run_sql (world, "UPDATE sync_binding SET pulled_us = 1;"
                        "UPDATE sync_binding SET state = 'guarded' WHERE auth = 'none'");
  status = admin_world_ask (world, "sync-status", "{}");
  g_assert_cmpstr (text_of (line_of (status, 0), "resource"), ==, "RID-1");
  worst = admin_world_ask (world, "sync-status", "{\"worst_first\": true}");
  g_assert_cmpstr (text_of (line_of (worst, 0), "resource"), ==, "rum-1");
  of_unit = admin_world_ask (world, "sync-status", "{\"unit\": \"89000\"}");
  g_assert_cmpint (json_object_get_int_member (of_unit, "calendars_counted"), ==, 2);
  nobody = admin_world_run (world, "sync-status", "{\"resource\": \"RID-9\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

/* What an admin reads in a column stands in docs/sync.md, with what to do. */
static void
test_words_documented (void)
{
  g_autofree char *path = testlib_dup_source_path ("docs/sync.md");
  g_autofree char *text = NULL;
  guint n_words = 0;
  const SyncStatusWord *words = sync_status_list (&n_words);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (guint i = 0; i < n_words; i++)
    {
      g_autofree char *row = g_strdup_printf ("| `%s` |", words[i].word);

      g_test_message ("%s", row);
      g_assert_nonnull (strstr (text, row));
    }
}

static void
assert_refused (World *world,
                const char *command,
                const char *arguments,
                PlannerError code,
                const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = admin_world_run (world, command, arguments, &error);

  g_test_message ("%s %s: %s", command, arguments, error == NULL ? "" : error->message);
  g_assert_error (error, PLANNER_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_pause (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) dry = NULL;
  g_autoptr (JsonObject) paused = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (JsonObject) resumed = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  assert_refused (world, "sync-pause", "{\"resource\": \"RID-1\"}", PLANNER_ERROR_NOT_FOUND,
                  "sync connect");
  add_bindings (world, ONE TWO);
  world_run_sql (world, "UPDATE sync_binding SET full_due_us = 9000000000000000, n_failures = 3");
  dry = admin_world_ask (world, "sync-pause", "{\"resource\": \"RID-1\", \"dry_run\": true}");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_binding WHERE state = 'paused'"),
                   ==, 0);
  paused = admin_world_ask (world, "sync-pause",
                            "{\"resource\": \"RID-1\", \"binding\": 1, \"why\": \"ferie\"}");
  first = admin_harness_dup_words (paused, "connections", "outcome");
  g_assert_cmpstr (first, ==, "paused");
  again = admin_world_ask (world, "sync-pause", "{\"resource\": \"RID-1\", \"why\": \"ferie\"}");
  second = admin_harness_dup_words (again, "connections", "outcome");
  g_assert_cmpstr (second, ==, "same paused");
  resumed = admin_world_ask (world, "sync-resume", "{\"resource\": \"v1@demo.example\"}");
  g_assert_cmpint (world_count (world,
                                "SELECT count(*) FROM sync_binding WHERE state = 'active' AND"
                                " why IS NULL AND full_due_us = 0 AND n_failures = 0"),
                   ==, 2);
  g_assert_cmpint (
    world_count (world,
                 "SELECT count(*) FROM journal WHERE kind IN ('sync-paused', 'sync-resumed')"),
    ==, 4);
  assert_refused (world, "sync-pause", "{\"resource\": \"RID-1\", \"binding\": 7}",
                  PLANNER_ERROR_NOT_FOUND, "no connection 7");
  assert_refused (world, "sync-pause", "{\"resource\": \"RID-1\", \"why\": \"borger 111111-1111\"}",
                  PLANNER_ERROR_NOT_VALID, "number");
}

/* A bad address is refused before anybody is asked: nothing of what it holds goes anywhere. */
static void
test_connect_refuses (void)
{
  static const char *const addresses[] = {
    "https://v1:hemmelig@cal.kommune.example/v1/",
    "v1:hemmelig@cal.kommune.example",
    "https://cal.kommune.example/v1/?token=x",
    "cal.kommune.example/v1?token=x",
    "ftp://cal.kommune.example/",
    "cal kommune",
  };
  g_autoptr (World) world = admin_world_new ();

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *arguments = g_strdup_printf (
        "{\"resource\": \"RID-1\", \"url\": \"%s\", \"user\": \"v1\", \"secret\": \"v1\"}",
        addresses[i]);

      assert_refused (world, "sync-connect", arguments, PLANNER_ERROR_NOT_VALID, "url must");
    }
  assert_refused (world, "sync-connect",
                  "{\"resource\": \"RID-1\", \"url\": \"v1@kommune.example\", \"user\": \"v1\", "
                  "\"secret\": \"v1\"}",
                  PLANNER_ERROR_UNAVAILABLE, "secret");
}

/* An account was refused: one word lets all of it go on, and nobody whom a person has paused. */
static void
test_resume_account (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) resumed = NULL;
  g_autoptr (JsonObject) changed = NULL;
  g_autofree char *words = NULL;

  add_bindings (world,
                ONE "RID-1,https://cal.kommune.example/dav/v1/to/,in,basic,v1,v1-kodeord,,,\\n"
                    "RID-1,https://cal.kommune.example/dav/v1/tre/,in,basic,v1,andet,,,\\n"
                    "RID-1,https://cal.kommune.example/dav/v1/fire/,in,basic,v1,v1-kodeord,,,\\n"
                    "rum-1,https://cal.kommune.example/dav/rum/,in,basic,v1,v1-kodeord,,,\\n"
                    "RID-1,https://andet.kommune.example/v1/,in,basic,v1,v1-kodeord,,,\\n");
  world_run_sql (world, "UPDATE sync_binding SET state = 'paused', n_failures = 2, "
                        "why = CASE binding_id WHEN 4 THEN 'ferie' ELSE '" SYNC_WHY_DENIED "' END");
  resumed = admin_world_ask (world, "sync-resume", "{\"resource\": \"RID-1\", \"binding\": 1}");
  words = admin_harness_dup_words (resumed, "connections", "outcome");
  g_assert_cmpstr (words, ==, "resumed resumed resumed");
  g_assert_cmpint (
    world_count (world, "SELECT sum (1 << binding_id) FROM sync_binding WHERE state = 'active' "
                        "AND n_failures = 0"),
    ==, 1 << 1 | 1 << 2 | 1 << 5);
  changed = admin_world_ask (world, "sync-change",
                             "{\"resource\": \"RID-1\", \"binding\": 3, \"secret\": "
                             "\"v1-kodeord\", \"without_test\": true}");
  g_assert_cmpint (json_object_get_int_member (changed, "resumed"), ==, 1);
  g_assert_cmpint (
    world_count (world, "SELECT sum (1 << binding_id) FROM sync_binding WHERE state = 'active'"),
    ==, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5);
}

static void
test_retired (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) result = NULL;

  add_bindings (world, ROOM);
  result = admin_world_ask (world, "retire-room", "{\"resource\": \"rum-1\"}");
  g_assert_cmpint (json_object_get_int_member (result, "connected_calendars"), ==, 1);
  g_assert_nonnull (strstr (text_of (result, "to_do"), "sync disconnect"));
}

/* Two appointments and one meeting of ours were gone at once. */
static void
hold_back (World *world)
{
  world_run_sql (
    world,
    "UPDATE sync_binding SET state = 'guarded', pulled_us = 1, full_due_us = 9000000000000000;"
    "INSERT INTO sync_item (item_id, tenant_id, binding_id, key_hash, is_own) VALUES"
    " (1, 1, 1, 'h1', 0), (2, 1, 1, 'h2', 0);"
    "INSERT INTO sync_item (item_id, tenant_id, binding_id, key_hash, key, reference, is_own) "
    "VALUES"
    " (3, 1, 1, 'h3', '/x.ics', 'kp-demo:booking:b', 1);"
    "INSERT INTO sync_link (tenant_id, binding_id, reference, state, base_start_us, base_end_us)"
    " VALUES (1, 1, 'kp-demo:booking:b', 1, 1795510800000000, 1795512600000000);"
    "INSERT INTO sync_guard (binding_id, tenant_id, reason, at_us, n_own, n_foreign, n_known_own,"
    " n_known_foreign) VALUES (1, 1, 'foreign', 1795417200000000, 1, 2, 4, 12);"
    "INSERT INTO sync_staged VALUES (1, 'h1'), (1, 'h2'), (1, 'h3')");
}

static void
test_agree (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) agreed = NULL;
  g_autoptr (JsonObject) status = NULL;
  g_autofree char *references = NULL;
  g_autofree char *arguments = NULL;

  add_bindings (world, ONE);
  assert_refused (world, "sync-agree", "{\"resource\": \"RID-1\"}", PLANNER_ERROR_NOT_FOUND,
                  "nothing is held back");
  hold_back (world);
  shown = admin_world_ask (world, "sync-agree", "{\"resource\": \"RID-1\"}");
  g_assert_true (json_object_get_boolean_member (shown, "dry_run"));
  g_assert_cmpstr (text_of (shown, "reason"), ==, "foreign");
  g_assert_cmpint (json_object_get_int_member (shown, "appointments_gone"), ==, 2);
  references = admin_harness_dup_words (shown, "our_meetings", "reference");
  g_assert_cmpstr (references, ==, "kp-demo:booking:b");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_guard WHERE agreed_until_us > 0"),
                   ==, 0);
  assert_refused (world, "sync-agree", "{\"resource\": \"RID-1\", \"yes\": true}",
                  PLANNER_ERROR_NOT_VALID, "digest");
  assert_refused (world, "sync-agree",
                  "{\"resource\": \"RID-1\", \"yes\": true, \"digest\": \"00000000\"}",
                  PLANNER_ERROR_STATE_CHANGED, "look at it again");
  status = admin_world_ask (world, "sync-status", "{\"resource\": \"RID-1\"}");
  g_assert_cmpstr (text_of (line_of (status, 0), "digest"), ==, text_of (shown, "digest"));
  arguments = g_strdup_printf ("{\"resource\": \"RID-1\", \"yes\": true, \"digest\": \"%s\"}",
                               text_of (shown, "digest"));
  /* One more has gone since it was shown. */
  world_run_sql (world, "INSERT INTO sync_staged VALUES (1, 'h4')");
  assert_refused (world, "sync-agree", arguments, PLANNER_ERROR_STATE_CHANGED, "look at it again");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_guard WHERE agreed_until_us > 0"),
                   ==, 0);
  world_run_sql (world, "DELETE FROM sync_staged WHERE key_hash = 'h4'");
  agreed = admin_world_ask (world, "sync-agree", arguments);
  g_assert_cmpint (world_count (world,
                                "SELECT count(*) FROM sync_guard WHERE agreed_by = 'test' AND"
                                " agreed_until_us = 1795507200000000"),
                   ==, 1);
  g_assert_cmpint (world_count (world,
                                "SELECT count(*) FROM sync_binding WHERE state = 'active' AND"
                                " full_due_us = 0"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = 'sync-agreed'"),
                   ==, 1);
}

/* A pause in between does not free what was held back. */
static void
test_resume_stays_guarded (void)
{
  g_autoptr (World) world = admin_world_new ();

  add_bindings (world, ONE);
  hold_back (world);
  json_object_unref (admin_world_ask (world, "sync-pause", "{\"resource\": \"RID-1\"}"));
  json_object_unref (admin_world_ask (world, "sync-resume", "{\"resource\": \"RID-1\"}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_binding WHERE state = 'guarded'"),
                   ==, 1);
}

/* A booking at 09:00 UTC on Tuesday, its event, and an open conflict about it. */
static World *
make_conflict (const char *kind, const char *their_start)
{
  World *world = admin_world_new ();
  g_autofree char *sql = NULL;
  gint64 start_us = their_start == NULL ? 0 : world_instant (their_start);
  gint64 end_us = start_us == 0 ? 0 : start_us + 30 * 60 * G_USEC_PER_SEC;

  add_bindings (world, ONE);
  world_run_sql (world, "UPDATE calendar SET fresh_until_us = 9000000000000000");
  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  sql = g_strdup_printf (
    "INSERT INTO sync_link (tenant_id, binding_id, booking_id, reference, state, create_sequence, "
    "uid,"
    " key, version, base_start_us, base_end_us, seen_start_us, seen_end_us) SELECT 1, 1, "
    "booking_id,"
    " '" REFERENCE "' || identifier, 2, 1, 'u', '/x.ics', '\"1\"', start_us, end_us,"
    " %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " FROM booking;"
    "INSERT INTO sync_conflict (tenant_id, binding_id, booking_id, reference, kind, decision,"
    " our_start_us, our_end_us, our_class, our_flags, their_start_us, their_end_us, their_class,"
    " their_flags, state, found_us, seen_us) SELECT 1, 1, booking_id, '" REFERENCE
    "' || identifier,"
    " '%s', 'waits', start_us, end_us, 0, 0, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
    ", 0, 0, 'open', 1795417200000000, 1795417200000000 FROM booking",
    start_us, end_us, kind, start_us, end_us);
  world_run_sql (world, sql);
  return world;
}

static void
test_conflict_shown (void)
{
  g_autoptr (World) world = make_conflict ("moved", "2026-11-24T10:00:00Z");
  g_autoptr (JsonObject) listed = admin_world_ask (world, "sync-conflicts", "{}");
  g_autoptr (JsonObject) shown = admin_world_ask (world, "sync-show-conflict", "{\"conflict\": 1}");
  JsonObject *row;

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (listed, "conflicts")), ==,
                    1);
  row = json_array_get_object_element (json_object_get_array_member (shown, "sides"), 0);
  g_assert_cmpstr (text_of (row, "what"), ==, "start");
  g_assert_cmpstr (text_of (row, "planner"), ==, "2026-11-24T10:00:00+01:00");
  g_assert_cmpstr (text_of (row, "calendar"), ==, "2026-11-24T11:00:00+01:00");
  g_assert_cmpstr (text_of (json_object_get_object_member (shown, "conflict"), "to_take"), ==,
                   "planner or calendar");
  assert_refused (world, "sync-show-conflict", "{\"conflict\": 2}", PLANNER_ERROR_NOT_FOUND,
                  "no conflict 2");
}

/* The link waits no longer; what both sides said stays as it is, so that the next run puts the event back. */
static void
test_take_planner (void)
{
  g_autoptr (World) world = make_conflict ("moved", "2026-11-24T10:00:00Z");
  g_autoptr (JsonObject) result =
    admin_world_ask (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"planner\"}");

  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_link l JOIN sync_conflict c"
                                       " USING (reference) WHERE l.state = 1 AND l.base_start_us ="
                                       " c.our_start_us AND l.key = '/x.ics'"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_conflict WHERE state = 'resolved'"
                                       " AND resolution = 'planner' AND resolved_by = 'test'"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking b JOIN sync_conflict c"
                                       " USING (booking_id) WHERE b.start_us = c.our_start_us"),
                   ==, 1);
  assert_refused (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_STATE_CHANGED, "waits for nobody");
}

/* The booking moves by the rules of move booking, and DFDG is told. */
static void
test_take_calendar (void)
{
  g_autoptr (World) world = make_conflict ("moved", "2026-11-24T10:00:00Z");
  g_autoptr (JsonObject) dry = admin_world_ask (
    world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\", \"dry_run\": true}");
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (JsonObject) verified = NULL;

  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_conflict WHERE state = 'open'"),
                   ==, 1);
  result = admin_world_ask (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}");
  g_assert_true (json_object_has_member (result, "booking"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking b JOIN sync_conflict c"
                                       " USING (booking_id) WHERE b.start_us = c.their_start_us"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE kind = 'update'"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_link WHERE state = 1"), ==, 1);
  verified = admin_world_ask (world, "verify", "{}");
  g_assert_true (json_object_get_boolean_member (verified, "sound"));
}

/* A time that no booking could be made at stays refused, and nothing of it is kept. */
static void
test_take_calendar_refused (void)
{
  g_autoptr (World) world = make_conflict ("both-moved", "2026-11-24T19:00:00Z");

  assert_refused (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_SLOT_NOT_OFFERED, "");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_conflict WHERE state = 'open'"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_link WHERE state = 2"), ==, 1);
  json_object_unref (admin_world_ask (
    world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\", \"force\": true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE kind = 'update'"), ==, 1);
}

/* An old answer undoes no later word: neither a booking that was moved since, nor an event that was. */
static void
test_take_calendar_too_late (void)
{
  g_autoptr (World) booked = make_conflict ("moved", "2026-11-24T10:00:00Z");
  g_autoptr (World) seen = make_conflict ("moved", "2026-11-24T10:00:00Z");
  g_autoptr (World) gone = make_conflict ("deleted", NULL);

  world_run_sql (booked, "UPDATE sync_conflict SET our_start_us = our_start_us - 3600000000,"
                         " our_end_us = our_end_us - 3600000000");
  assert_refused (booked, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_STATE_CHANGED, "moved or cancelled since");
  world_run_sql (seen, "UPDATE sync_link SET seen_start_us = seen_start_us + 3600000000,"
                       " seen_end_us = seen_end_us + 3600000000");
  assert_refused (seen, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_STATE_CHANGED, "newer conflict");
  world_run_sql (gone, "UPDATE sync_link SET seen_start_us = base_start_us, seen_end_us ="
                       " base_end_us");
  assert_refused (gone, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_STATE_CHANGED, "newer conflict");
  g_assert_cmpint (world_count (gone, "SELECT count(*) FROM booking WHERE state = 'booked'"), ==,
                   1);
  g_assert_cmpint (world_count (booked, "SELECT count(*) FROM outbox WHERE kind = 'update'"), ==,
                   0);
  json_object_unref (
    admin_world_ask (seen, "sync-resolve", "{\"conflict\": 1, \"take\": \"planner\"}"));
}

/* A booking that followed the calendar, and that somebody has moved again since, is left where it is. */
static void
test_undo_too_late (void)
{
  g_autoptr (World) world = make_conflict ("moved", "2026-11-24T10:00:00Z");
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *left = NULL;
  gint64 start_us = world_count (world, "SELECT start_us FROM booking");

  world_run_sql (
    world, "INSERT INTO sync_run (run_id, tenant_id, binding_id, started_us, mode, actor, call_id)"
           " VALUES (1, 1, 1, 1795417200000000, 'run', 'sync', 'x');"
           "UPDATE sync_conflict SET run_id = 1, state = 'resolved', decision = 'proposed',"
           " our_start_us = our_start_us - 3600000000, our_end_us = our_end_us - 3600000000");
  result = admin_world_ask (world, "sync-undo", "{\"run\": 1, \"yes\": true}");
  left = admin_harness_dup_words (result, "events", "left");
  g_assert_cmpstr (left, ==, "the booking was moved or cancelled since: that stands");
  g_assert_cmpint (world_count (world, "SELECT start_us FROM booking"), ==, start_us);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE kind = 'update'"), ==, 0);
}

static void
test_deleted (void)
{
  g_autoptr (World) put_back = make_conflict ("deleted", NULL);
  g_autoptr (World) cancelled = make_conflict ("deleted", NULL);

  json_object_unref (
    admin_world_ask (put_back, "sync-resolve", "{\"conflict\": 1, \"take\": \"planner\"}"));
  g_assert_cmpint (
    world_count (put_back,
                 "SELECT count(*) FROM sync_link WHERE state = 1 AND create_sequence = 1"),
    ==, 1);
  json_object_unref (
    admin_world_ask (cancelled, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}"));
  g_assert_cmpint (world_count (cancelled, "SELECT count(*) FROM booking WHERE state = 'booked'"),
                   ==, 0);
  g_assert_cmpint (world_count (cancelled, "SELECT count(*) FROM sync_link"), ==, 0);
  g_assert_cmpint (
    world_count (cancelled, "SELECT count(*) FROM sync_tombstone WHERE create_sequence = 1"), ==,
    1);
}

static void
test_not_to_decide (void)
{
  g_autoptr (World) world = make_conflict ("series", "2026-11-24T10:00:00Z");

  assert_refused (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_NOT_VALID, "planner");
  world_run_sql (world, "UPDATE sync_conflict SET kind = 'copy'");
  assert_refused (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"planner\"}",
                  PLANNER_ERROR_NOT_VALID, "nothing");
  world_run_sql (world, "UPDATE sync_conflict SET kind = 'moved', booking_id = NULL, reference ="
                        " 'kp-demo:session:s'");
  assert_refused (world, "sync-resolve", "{\"conflict\": 1, \"take\": \"calendar\"}",
                  PLANNER_ERROR_NOT_VALID, "group meeting");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  sync_commands_register ();
  g_test_add_func ("/sync-commands/table", test_table);
  g_test_add_func ("/sync-commands/table-changes", test_table_changes);
  g_test_add_func ("/sync-commands/table-refuses", test_table_refuses);
  g_test_add_func ("/sync-commands/table-keeps-direction", test_table_keeps_direction);
  g_test_add_func ("/sync-commands/shared", test_shared);
  g_test_add_func ("/sync-commands/status", test_status);
  g_test_add_func ("/sync-commands/status-worst-first", test_status_worst_first);
  g_test_add_func ("/sync-commands/words-documented", test_words_documented);
  g_test_add_func ("/sync-commands/pause", test_pause);
  g_test_add_func ("/sync-commands/resume-account", test_resume_account);
  g_test_add_func ("/sync-commands/connect-refuses", test_connect_refuses);
  g_test_add_func ("/sync-commands/retired", test_retired);
  g_test_add_func ("/sync-commands/agree", test_agree);
  g_test_add_func ("/sync-commands/resume-stays-guarded", test_resume_stays_guarded);
  g_test_add_func ("/sync-commands/conflict-shown", test_conflict_shown);
  g_test_add_func ("/sync-commands/take-planner", test_take_planner);
  g_test_add_func ("/sync-commands/take-calendar", test_take_calendar);
  g_test_add_func ("/sync-commands/take-calendar-refused", test_take_calendar_refused);
  g_test_add_func ("/sync-commands/take-calendar-too-late", test_take_calendar_too_late);
  g_test_add_func ("/sync-commands/undo-too-late", test_undo_too_late);
  g_test_add_func ("/sync-commands/deleted", test_deleted);
  g_test_add_func ("/sync-commands/not-to-decide", test_not_to_decide);
  return g_test_run ();
}
