/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts become remotes: what they lack is said, and connections come back to the pool. */
#include "sync/sync-remote.h"

#include <string.h>

#include "base/error.h"
#include "listener-certificates.h"
#include "testlib.h"

#define LEAST "[database]\npath=none\n[dfdg]\nport=0\n"
#define URL   "https://calendar.example/dav/v1/work/"

typedef struct
{
  char *folder;
  SyncSettings *settings;
  SyncPool *pool;
} World;

static void
world_init (World *world)
{
  g_autofree char *text = NULL;
  g_autofree char *secret = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = NULL;

  world->folder = testlib_make_folder ();
  text = g_strdup_printf (LEAST "[sync]\nsecrets-dir=%s\nparallel=2\nproxy=http://p.example:3128\n",
                          world->folder);
  config = planner_config_parse (text, &error);
  g_assert_no_error (error);
  world->pool = sync_remote_new_pool (config);
  world->settings = sync_settings_new (config, world->pool);
  secret = g_build_filename (world->folder, "v1", NULL);
  g_assert_true (
    g_file_set_contents_full (secret, "hemmelig\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, &error));
}

static void
world_clear (World *world)
{
  sync_settings_unref (world->settings);
  sync_pool_unref (world->pool);
  g_free (world->folder);
}

typedef struct
{
  SyncAccount account;
  const char *complaint;
} BadAccount;

static const BadAccount bad_accounts[] = {
  { { URL, "basic", NULL, "v1", NULL, 0 }, "needs a user name" },
  { { URL, "digest", "v1", NULL, NULL, 0 }, "needs the name of a secret" },
  { { URL, "bearer", NULL, NULL, NULL, 0 }, "needs the name of a secret" },
  { { URL, "certificate", NULL, NULL, NULL, 0 }, "name of a certificate's file" },
  { { URL, "kerberos", NULL, NULL, NULL, 0 }, "must be none, basic, digest" },
  { { URL, "basic", "v1", "v2", NULL, 0 }, "secret v2 cannot be opened" },
  { { URL, "basic", "v1", "v2", NULL, 0 }, "it is not there" },
  { { URL, "certificate", NULL, NULL, "v1.pem", 0 }, "secret v1.pem cannot be opened" },
};

static void
test_bad_accounts (void)
{
  World world;
  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (bad_accounts); i++)
    {
      g_autoptr (GError) error = NULL;
      CalsyncRemote *remote = sync_remote_new (world.settings, &bad_accounts[i].account, &error);

      g_assert_null (remote);
      g_assert_nonnull (error);
      if (strstr (error->message, bad_accounts[i].complaint) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, bad_accounts[i].complaint);
    }
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 0);
  world_clear (&world);
}

static void
test_settings_of_http (void)
{
  const SyncAccount account = { .url = URL, .auth = "digest", .user = "v1", .secret = "v1" };
  const SyncAccount nowhere = { .auth = "none" };
  g_auto (SyncHttp) http = { 0 };
  g_auto (SyncHttp) open = { 0 };
  g_autoptr (GError) error = NULL;
  World world;

  world_init (&world);
  g_assert_true (sync_http_load (world.settings, &account, &http, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (http.http.base_uri, ==, "https://calendar.example/");
  g_assert_cmpstr (http.http.secret, ==, "hemmelig");
  g_assert_cmpint (http.http.auth, ==, CALSYNC_AUTH_DIGEST);
  g_assert_cmpstr (http.http.proxy, ==, "http://p.example:3128");
  g_assert_nonnull (http.http.environment);
  g_assert_cmpuint (http.http.connect_timeout_s, ==, 10);
  sync_http_clear (&http);
  g_assert_null (http.http.secret);
  g_assert_true (sync_http_load (world.settings, &nowhere, &open, &error));
  g_assert_null (open.http.base_uri);
  world_clear (&world);
}

static CalsyncRemote *
new_remote (const World *world, const char *url, const char *user)
{
  const SyncAccount account = { .url = url, .auth = "basic", .user = user, .secret = "v1" };
  g_autoptr (GError) error = NULL;
  CalsyncRemote *remote = sync_remote_new (world->settings, &account, &error);

  g_assert_no_error (error);
  g_assert_nonnull (remote);
  return remote;
}

/* Of one account at one server whatever the calendar; of another name another; few of them rest. */
static void
test_connections_rest (void)
{
  World world;
  CalsyncRemote *first, *second;

  world_init (&world);
  calsync_remote_free (new_remote (&world, URL, "service"));
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 1);
  first = new_remote (&world, "https://calendar.example/dav/v2/home/", "service");
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 0);
  second = new_remote (&world, URL, "service");
  calsync_remote_free (first);
  calsync_remote_free (second);
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 2);
  first = new_remote (&world, URL, "other");
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 2);
  calsync_remote_free (first);
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 2);
  world_clear (&world);
}

static void
put (const World *world, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (world->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (
    g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error));
  g_assert_no_error (error);
}

static void
save_authority (const World *world)
{
  g_autoptr (Certificate) authority =
    certificate_new (&(CertificatePlan){ .common_name = "Authority", .authority = TRUE });

  g_free (certificate_save (authority, world->folder, "ca.pem"));
}

/* A password or a file of authorities that is written anew under its name: no connection of before is used. */
static void
test_rotation (void)
{
  World world;
  g_autofree char *ca_file = NULL;

  world_init (&world);
  calsync_remote_free (new_remote (&world, URL, "service"));
  put (&world, "v1", "en-ny\n");
  calsync_remote_free (new_remote (&world, URL, "service"));
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 2);
  ca_file = g_build_filename (world.folder, "ca.pem", NULL);
  world.settings->ca_file = ca_file;
  save_authority (&world);
  calsync_remote_free (new_remote (&world, URL, "authority"));
  save_authority (&world);
  calsync_remote_free (new_remote (&world, URL, "authority"));
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 2);
  calsync_remote_free (new_remote (&world, URL, "authority"));
  g_assert_cmpuint (sync_pool_count (world.pool), ==, 2);
  world_clear (&world);
}

/* plannerctl has no pool: a client ends with its remote. */
static void
test_without_pool (void)
{
  g_autoptr (SyncSettings) settings = sync_settings_new_default ();
  const SyncAccount account = { .url = URL, .auth = "none" };
  g_autoptr (GError) error = NULL;
  CalsyncRemote *remote = sync_remote_new (settings, &account, &error);

  g_assert_no_error (error);
  calsync_remote_free (remote);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-remote/bad-accounts", test_bad_accounts);
  g_test_add_func ("/sync-remote/settings-of-http", test_settings_of_http);
  g_test_add_func ("/sync-remote/connections-rest", test_connections_rest);
  g_test_add_func ("/sync-remote/rotation", test_rotation);
  g_test_add_func ("/sync-remote/without-pool", test_without_pool);
  return g_test_run ();
}
