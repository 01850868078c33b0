/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings of synchronisation, its secrets and the connections that rest between runs. */
/* Also tests: sync-secret, sync-pool. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "sync/sync-secret.h"
#include "testlib.h"

#define LEAST "[database]\npath=none\n[dfdg]\nport=0\n"

static SyncSettings *
new_settings (const char *folder)
{
  g_autofree char *text = g_strdup_printf (LEAST "[sync]\nsecrets-dir=%s\n", folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);

  g_assert_no_error (error);
  return sync_settings_new (config, NULL);
}

static void
test_settings (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (
    LEAST "[sync]\nenabled=false\nproxy=http://proxy.example:3128\nparallel=3\nfresh-min=90\n",
    &error);
  g_autoptr (SyncSettings) settings = sync_settings_new (config, NULL);
  g_autoptr (SyncSettings) fallback = sync_settings_new_default ();
  g_autoptr (SyncSettings) nobodys = sync_settings_dup_current ();
  g_autoptr (SyncSettings) ours = NULL;

  g_assert_no_error (error);
  g_assert_false (settings->is_enabled);
  g_assert_cmpstr (settings->proxy, ==, "http://proxy.example:3128");
  g_assert_null (settings->ca_file);
  g_assert_cmpuint (settings->n_parallel, ==, 3);
  g_assert_cmpuint (settings->fresh_s, ==, 5400);
  g_assert_true (fallback->is_enabled);
  g_assert_cmpuint (fallback->interval_s, ==, 300);
  g_assert_cmpuint (nobodys->n_parallel, ==, 16);
  sync_settings_set_current (settings);
  ours = sync_settings_dup_current ();
  sync_settings_set_current (NULL);
  g_assert_true (ours == settings);
}

static void
put (const char *folder, const char *name, const char *content, int mode)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (
    g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_NONE, mode, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
test_secret (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (SyncSettings) settings = new_settings (folder);
  g_auto (SyncSecret) secret = { 0 };
  g_autoptr (GError) error = NULL;

  put (folder, "advisor-1", "s\xc3\xb8ndag 7 \nnot this\n", 0600);
  g_assert_true (sync_secret_load (settings, "advisor-1", &secret, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (secret.text, ==, "s\xc3\xb8ndag 7 ");
  sync_secret_clear (&secret);
  g_assert_null (secret.text);
  sync_secret_clear (&secret);
  put (folder, "read-only", "x", 0400);
  g_assert_true (sync_secret_load (settings, "read-only", &secret, &error));
  g_assert_cmpstr (secret.text, ==, "x");
}

typedef struct
{
  const char *name;
  const char *content; /* NULL: no file */
  int mode;
  const char *complaint;
} BadSecret;

static const BadSecret bad_secrets[] = {
  { "missing", NULL, 0, "it is not there" },
  { "marked", "\xef\xbb\xbfhemmelig\n", 0600, "byte order mark" },
  { "stray", "hemmelig\x1b[A\n", 0600, "control character" },
  { "writable", "hemmelig", 0602, "chmod 600" },
  { "cut", "hemmelig\xc3", 0600, "is not text in UTF-8" },
  { "open", "hemmelig", 0640, "secret open can be read or changed by others: chmod 600" },
  { "open-to-all", "hemmelig", 0604, "chmod 600" },
  { "empty", "", 0600, "is empty in its first line" },
  { "blank", "\nhemmelig\n", 0600, "is empty in its first line" },
  { "latin", "hemmelig\xe6", 0600, "is not text in UTF-8" },
  { "../x", NULL, 0, "by its file's name alone" },
  { "a/b", NULL, 0, "by its file's name alone" },
  { ".hidden", NULL, 0, "by its file's name alone" },
  { "", NULL, 0, "by its file's name alone" },
};

static void
test_bad_secrets (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (SyncSettings) settings = new_settings (folder);

  for (guint i = 0; i < G_N_ELEMENTS (bad_secrets); i++)
    {
      const BadSecret *bad = &bad_secrets[i];
      g_auto (SyncSecret) secret = { 0 };
      g_autoptr (GError) error = NULL;

      if (bad->content != NULL)
        put (folder, bad->name, bad->content, bad->mode);
      g_assert_false (sync_secret_load (settings, bad->name, &secret, &error));
      g_assert_nonnull (error);
      if (strstr (error->message, bad->complaint) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, bad->complaint);
      g_assert_null (strstr (error->message, "hemmelig"));
      g_assert_null (secret.text);
    }
}

/* A link may point anywhere, a folder is no secret, and more than any token is the wrong file. */
static void
test_wrong_kinds_of_file (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *inner = g_build_filename (folder, "inner", NULL);
  g_autofree char *fat = g_strnfill (64 * 1024 + 1, 'x');
  g_autofree char *right = g_strnfill (64 * 1024, 'x');
  g_autoptr (SyncSettings) settings = new_settings (folder);
  const char *const names[] = { "link", "inner", "fat" };
  g_auto (SyncSecret) secret = { 0 };

  put (folder, "target", "x", 0600);
  g_assert_cmpint (symlink ("target", link), ==, 0);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  put (folder, "fat", fat, 0600);
  put (folder, "right", right, 0600);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sync_secret_load (settings, names[i], &secret, &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
    }
  g_assert_true (sync_secret_load (settings, "right", &secret, NULL));
  g_assert_cmpuint (strlen (secret.text), ==, 64 * 1024);
}

/* Without a folder of its own: what the service manager loaded, which shows a right of the group. */
static void
test_credentials (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (SyncSettings) settings = sync_settings_new_default ();
  g_auto (SyncSecret) secret = { 0 };
  g_autoptr (GError) error = NULL;

  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_assert_false (sync_secret_load (settings, "token", &secret, &error));
  g_assert_nonnull (strstr (error->message, "secrets-dir"));
  g_clear_error (&error);
  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  put (folder, "token", "abc\n", 0440);
  g_assert_true (sync_secret_load (settings, "token", &secret, &error));
  g_assert_cmpstr (secret.text, ==, "abc");
  sync_secret_clear (&secret);
  put (folder, "all", "abc\n", 0444);
  g_assert_false (sync_secret_load (settings, "all", &secret, &error));
  g_unsetenv ("CREDENTIALS_DIRECTORY");
}

static guint n_freed;

static void
free_client (gpointer client)
{
  n_freed += GPOINTER_TO_UINT (client);
}

static void
test_pool (void)
{
  g_autoptr (SyncPool) pool = sync_pool_new (2, 60 * G_USEC_PER_SEC, free_client);
  g_autoptr (SyncPool) short_lived = sync_pool_new (2, 0, free_client);

  n_freed = 0;
  g_assert_null (sync_pool_take (pool, "a"));
  sync_pool_give (pool, "a", GUINT_TO_POINTER (1));
  sync_pool_give (pool, "a", GUINT_TO_POINTER (10));
  g_assert_null (sync_pool_take (pool, "b"));
  g_assert_cmpuint (GPOINTER_TO_UINT (sync_pool_take (pool, "a")), ==, 10);
  sync_pool_give (pool, "b", GUINT_TO_POINTER (100));
  g_assert_cmpuint (n_freed, ==, 0);
  sync_pool_give (pool, "c", GUINT_TO_POINTER (1000));
  g_assert_cmpuint (n_freed, ==, 1);
  g_assert_cmpuint (sync_pool_count (pool), ==, 2);
  g_assert_null (sync_pool_take (pool, "a"));
  sync_pool_close_idle (pool);
  g_assert_cmpuint (sync_pool_count (pool), ==, 2);
  g_clear_pointer (&pool, sync_pool_unref);
  g_assert_cmpuint (n_freed, ==, 1101);
  sync_pool_give (short_lived, "d", GUINT_TO_POINTER (10000));
  g_assert_cmpuint (n_freed, ==, 11101);
  g_assert_cmpuint (sync_pool_count (short_lived), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-settings/settings", test_settings);
  g_test_add_func ("/sync-settings/secret", test_secret);
  g_test_add_func ("/sync-settings/bad-secrets", test_bad_secrets);
  g_test_add_func ("/sync-settings/wrong-kinds-of-file", test_wrong_kinds_of_file);
  g_test_add_func ("/sync-settings/credentials", test_credentials);
  g_test_add_func ("/sync-settings/pool", test_pool);
  return g_test_run ();
}
