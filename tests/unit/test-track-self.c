/* SPDX-License-Identifier: EUPL-1.2 */
/* What is wrong with the gateway itself goes up the ladder, once, over restarts too, and its end is told. */
/* Also tests: track-watch-alarm. */
#include "gateway/track-self.h"

#include <string.h>

#include "base/clock.h"
#include "health/track-watch-private.h"
#include "registry/track-registry-json.h"
#include "registry/track-revision-store.h"
#include "route/track-last-good.h"
#include "testlib.h"

#define S      G_GINT64_CONSTANT (1000000)
#define NOW_US (G_GINT64_CONSTANT (1800000000) * S)
#define UNIT   "89000"
#define DOCUMENT                                                                                   \
  "{'format':'switch-track-registry-1','endpoints':[{'name':'own','urls':['https://own.example/'"  \
  "],'contract':'3','owner':'IT','contacts':['vagt@own.example']},{'name':'state','urls':['https:" \
  "//state.example/'],'contract':'3','owner':'STAR'}],'units':[{'code':'89000','endpoint':'state'" \
  ",'canary':{'endpoint':'own','permille':100,'is_disjoint':true}}]}"

typedef struct
{
  char *path;
  char *schema;
  TrackDatabase *database;
  StoreSession *writer;
  TrackKeeper *keeper;
  TrackCanaryGuard *guard;
  TrackWatch *watch;
  TrackSelf self;
  GPtrArray *parcels; /* "channel target key" */
  GPtrArray *bodies;
  gint64 now_us;
} World;

typedef struct
{
  TrackNoticeDone done;
  gpointer data;
} Errand;

static gboolean
on_errand (gpointer data)
{
  Errand *errand = data;

  errand->done (errand->data, NULL);
  g_free (errand);
  return G_SOURCE_REMOVE;
}

static void
carry (gpointer data, const TrackNoticeParcel *parcel, TrackNoticeDone done, gpointer done_data)
{
  World *world = data;
  Errand *errand = g_new0 (Errand, 1);

  *errand = (Errand){ done, done_data };
  g_ptr_array_add (world->parcels,
                   g_strdup_printf ("%s %s %s", parcel->channel, parcel->target, parcel->key));
  g_ptr_array_add (world->bodies, g_strdup (parcel->body));
  g_idle_add (on_errand, errand);
}

static void
open_watch (World *world)
{
  char *webhooks[] = { (char *) "https://hook.example/o", NULL };
  const TrackNoticeCarrier carrier = { carry, world };
  const TrackWatchSettings settings = { .database = world->database,
                                        .steps = "0:webhook,0:mail1,30:mail2",
                                        .operator_webhooks = webhooks,
                                        .confirm_failures = 5,
                                        .cap_per_hour = 20,
                                        .keep_days = 1000,
                                        .carrier = &carrier };
  g_autoptr (GError) error = NULL;

  world->watch = track_watch_new (&settings, &error);
  g_assert_no_error (error);
  world->self = (TrackSelf){ .keeper = world->keeper, .guard = world->guard, .log = NULL };
  track_watch_set_look (world->watch, track_self_look, &world->self);
}

static void
open_world (World *world)
{
  const TrackDatabaseSettings database = { NULL, world->path, world->schema };
  const TrackKeeperSettings keeper = { NULL, NULL, world->path, 0 };
  TrackKeeperSettings with = keeper;
  TrackRegistry *registry;
  g_autoptr (GError) error = NULL;

  world->database = track_database_open (&database, &error);
  g_assert_no_error (error);
  with.database = world->database;
  world->keeper = track_keeper_new (&with, &error);
  g_assert_no_error (error);
  world->guard = track_canary_guard_new (world->database, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  registry = track_routes_get_registry (track_keeper_get_routes (world->keeper));
  track_canary_guard_set_registry (world->guard, registry);
  open_watch (world);
  track_watch_set_registry (world->watch, registry);
}

static void
close_world (World *world)
{
  track_watch_stop (world->watch);
  track_database_stop (world->database);
  g_clear_pointer (&world->watch, track_watch_free);
  g_clear_pointer (&world->guard, track_canary_guard_free);
  g_clear_pointer (&world->keeper, track_keeper_free);
  g_clear_pointer (&world->database, track_database_free);
}

static void
put_revision (World *world, guint64 number, gboolean is_rollback)
{
  g_autofree char *text = g_strdelimit (g_strdup (DOCUMENT), "'", '"');
  g_autofree char *digest = track_document_dup_digest (text);
  TrackRevision revision = { number,
                             world->now_us + (gint64) number,
                             is_rollback,
                             text,
                             digest,
                             (char *) "anna",
                             NULL,
                             0,
                             (char *) "proeve" };
  g_autoptr (StoreSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_rollback)
    {
      revision.approver = (char *) "bo";
      revision.approved_us = world->now_us;
    }
  session = store_open (world->path, STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (store_begin (session, STORE_WRITE, &error));
  g_assert_true (track_revision_add (session, &revision, &error));
  g_assert_no_error (error);
  g_assert_true (store_commit (session, &error));
}

static void
make_world (World *world)
{
  g_autofree char *folder = testlib_make_folder ();
  const TrackDatabaseSettings settings = { NULL, NULL, NULL };
  TrackDatabaseSettings database = settings;

  *world = (World){ .now_us = NOW_US };
  clock_set_for_test (NOW_US);
  world->path = g_build_filename (folder, "registry.db", NULL);
  world->schema = testlib_dup_source_path ("data/schema/track-registry");
  world->parcels = g_ptr_array_new_with_free_func (g_free);
  world->bodies = g_ptr_array_new_with_free_func (g_free);
  database.path = world->path;
  database.schema_dir = world->schema;
  world->database = track_database_open (&database, NULL);
  g_assert_nonnull (world->database);
  put_revision (world, 1, FALSE);
  track_database_stop (world->database);
  g_clear_pointer (&world->database, track_database_free);
  open_world (world);
}

static void
clear_world (World *world)
{
  close_world (world);
  g_ptr_array_unref (world->parcels);
  g_ptr_array_unref (world->bodies);
  g_free (world->path);
  g_free (world->schema);
  clock_set_for_test (0);
}

static void
pass (World *world, gint64 span_us)
{
  clock_set_for_test (world->now_us += span_us);
  track_watch_tick (world->watch);
  track_watch_flush (world->watch);
  while (world->watch->is_written_by_somebody)
    g_main_context_iteration (NULL, TRUE);
}

/* How many messages with @word in their key were given to the carrier, once there are @n or a minute is over. */
static guint
count (World *world, const char *word, guint n)
{
  gint64 late_us = clock_monotonic_us () + 60 * S;
  guint found = 0;

  do
    {
      track_notice_sender_wake (world->watch->sender);
      g_main_context_iteration (NULL, n > 0);
      found = 0;
      for (guint i = 0; i < world->parcels->len; i++)
        found += strstr (world->parcels->pdata[i], word) != NULL ? 1 : 0;
    }
  while (found < n && clock_monotonic_us () < late_us);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return found;
}

static JsonObject *
find_alarm (World *world, const char *name, JsonObject **out_described)
{
  JsonArray *all;

  *out_described = track_watch_describe (world->watch, world->now_us);
  all = json_object_get_array_member (*out_described, "alarms");
  for (guint i = 0; i < json_array_get_length (all); i++)
    if (g_str_equal (json_object_get_string_member (json_array_get_object_element (all, i), "name"),
                     name))
      return json_array_get_object_element (all, i);
  return NULL;
}

static void
trip (World *world)
{
  const TrackRecord record = { .unit = UNIT, .endpoint = "own", .outcome = TRACK_OUTCOME_RESET };

  for (guint i = 0; i < 20; i++)
    track_canary_guard_note (world->guard, &record, world->now_us);
}

/* The operator and who answers for the candidate are told; not again after a restart; then of its end. */
static void
test_canary (void)
{
  World world;
  g_autoptr (JsonObject) described = NULL;
  g_autoptr (JsonArray) canaries = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *one;

  make_world (&world);
  pass (&world, S);
  g_assert_cmpuint (count (&world, "canary", 0), ==, 0);
  trip (&world);
  pass (&world, S);
  g_assert_cmpuint (count (&world, "alarm/canary-89000/", 2), ==, 2);
  g_assert_nonnull (strstr (world.bodies->pdata[world.bodies->len - 1], "20 of 20 calls"));
  one = find_alarm (&world, "canary-89000", &described);
  g_assert_nonnull (strstr (json_object_get_string_member (one, "text_da"), "Ingen er flyttet"));
  g_assert_nonnull (strstr (json_object_get_string_member (one, "text_en"), "Nobody was moved"));
  canaries = track_self_list_canaries (world.guard, world.now_us);
  one = json_array_get_object_element (canaries, 0);
  g_assert_cmpstr (json_object_get_string_member (one, "state"), ==, "tripped");
  g_assert_cmpint (json_object_get_int_member (one, "permille"), ==, 100);
  close_world (&world);
  clock_set_for_test (world.now_us += 10 * S);
  open_world (&world);
  pass (&world, S);
  pass (&world, S);
  g_assert_cmpuint (count (&world, "alarm/canary-89000/", 0), ==, 2);
  g_assert_true (
    track_canary_guard_set (world.guard, UNIT, TRACK_CANARY_RUNNING, "anna", "mended", &error));
  pass (&world, S);
  g_assert_cmpuint (count (&world, "/over", 0), ==, 0);
  pass (&world, 61 * S);
  pass (&world, S);
  g_assert_cmpuint (count (&world, "/over", 2), ==, 2);
  clear_world (&world);
}

/* One person rolled back: told until another confirms. */
static void
test_rollback (void)
{
  World world;
  g_autoptr (JsonObject) described = NULL;

  make_world (&world);
  put_revision (&world, 2, TRUE);
  track_keeper_refresh (world.keeper);
  g_assert_cmpuint (track_keeper_get_state (world.keeper)->unconfirmed, ==, 2);
  pass (&world, S);
  g_assert_cmpuint (count (&world, "alarm/rollback/2/", 1), ==, 1);
  g_assert_nonnull (find_alarm (&world, "rollback", &described));
  clear_world (&world);
}

/* The database is not what is served. */
static void
test_registry (void)
{
  World world;
  const TrackKeeperSettings settings = { NULL, NULL, NULL, 0 };
  TrackKeeperSettings broken = settings;
  g_autoptr (JsonObject) described = NULL;
  g_autoptr (GError) error = NULL;
  TrackKeeper *copy;
  JsonObject *one;

  make_world (&world);
  pass (&world, S);
  g_assert_cmpuint (count (&world, "alarm/registry/", 0), ==, 0);
  broken.registry_path = world.path;
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*last good copy*");
  copy = track_keeper_new (&broken, &error);
  g_assert_no_error (error);
  world.self.keeper = copy;
  pass (&world, S);
  g_assert_cmpuint (count (&world, "alarm/registry/", 1), ==, 1);
  one = find_alarm (&world, "registry", &described);
  g_assert_nonnull (strstr (json_object_get_string_member (one, "text_en"), "last good copy"));
  /* What comes and goes within a minute is the same alarm. */
  world.self.keeper = world.keeper;
  pass (&world, 30 * S);
  world.self.keeper = copy;
  pass (&world, 2 * S);
  g_assert_cmpuint (count (&world, "alarm/registry/", 0), ==, 1);
  track_watch_set_look (world.watch, NULL, NULL);
  track_keeper_free (copy);
  clear_world (&world);
}

/* The key of what was learned is gone: told once, and its end when it is there again. */
static void
test_learned_key (void)
{
  World world;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;

  make_world (&world);
  pass (&world, S);
  g_assert_null (find_alarm (&world, "learned-key", &before));
  world.self.has_new_key = TRUE;
  pass (&world, S);
  pass (&world, S);
  g_assert_nonnull (find_alarm (&world, "learned-key", &after));
  g_assert_cmpuint (count (&world, "alarm/learned-key/", 1), ==, 1);
  world.self.has_new_key = FALSE;
  pass (&world, S);
  pass (&world, 61 * S);
  g_assert_cmpuint (count (&world, "/over", 1), ==, 1);
  clear_world (&world);
}

/* What was read again was not taken: told with what helps, until it is. */
static void
test_reload (void)
{
  World world;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) plain = NULL;
  g_autoptr (JsonObject) handed = NULL;
  JsonObject *one;

  make_world (&world);
  pass (&world, S);
  g_assert_null (find_alarm (&world, "reload", &before));
  world.self.reload_problem = (char *) "/tmp/x.key: Permission denied";
  pass (&world, S);
  g_assert_cmpuint (count (&world, "alarm/reload/", 1), ==, 1);
  one = find_alarm (&world, "reload", &plain);
  g_assert_nonnull (strstr (json_object_get_string_member (one, "text_en"), "/tmp/x.key"));
  g_assert_null (strstr (json_object_get_string_member (one, "text_en"), "restart"));
  world.self.reload_problem =
    (char *) "cannot use certificate and key a.pem, /run/credentials/s/a.key: no match";
  pass (&world, S);
  one = find_alarm (&world, "reload", &handed);
  g_assert_nonnull (strstr (json_object_get_string_member (one, "text_en"), "systemctl restart"));
  g_assert_nonnull (strstr (json_object_get_string_member (one, "text_da"), "systemctl restart"));
  world.self.reload_problem = NULL;
  pass (&world, S);
  pass (&world, 61 * S);
  g_assert_cmpuint (count (&world, "/over", 1), ==, 1);
  clear_world (&world);
}

/* Our own certificate has expired: told while it is so. */
static void
test_certificate (void)
{
  World world;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;

  make_world (&world);
  track_watch_see_certificate (world.watch, TRACK_HOLDER_CLIENT, world.now_us + 10 * S);
  pass (&world, S);
  g_assert_null (find_alarm (&world, "certificate-client", &before));
  pass (&world, 10 * S);
  g_assert_nonnull (find_alarm (&world, "certificate-client", &after));
  g_assert_cmpuint (count (&world, "alarm/certificate-client/", 1), ==, 1);
  clear_world (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-self/canary", test_canary);
  g_test_add_func ("/track-self/rollback", test_rollback);
  g_test_add_func ("/track-self/registry", test_registry);
  g_test_add_func ("/track-self/learned-key", test_learned_key);
  g_test_add_func ("/track-self/reload", test_reload);
  g_test_add_func ("/track-self/certificate", test_certificate);
  return g_test_run ();
}
