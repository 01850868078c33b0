/* SPDX-License-Identifier: EUPL-1.2 */
/* The port to remote calendars: words of its errors, which of them leave a write open, calls through the table. */
#include "calsync-remote.h"
#include "testlib.h"

static void
test_words (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);

  for (gint code = 0; code < CALSYNC_N_REMOTE_ERRORS; code++)
    {
      const char *word = calsync_remote_error_format (code);

      for (const char *p = word; *p != '\0'; p++)
        g_assert_true (g_ascii_islower (*p) || *p == '-');
      g_assert_true (g_hash_table_add (words, (gpointer) word));
    }
  g_assert_cmpstr (calsync_remote_error_format (CALSYNC_REMOTE_ERROR_DENIED), ==, "denied");
  g_assert_cmpstr (calsync_remote_error_format (CALSYNC_REMOTE_ERROR_CANCELLED), ==, "cancelled");
  g_assert_cmpstr (calsync_remote_error_format (CALSYNC_N_REMOTE_ERRORS), ==, "failed");
  g_assert_cmpstr (calsync_remote_error_format (-1), ==, "failed");
}

/* What a server said no to was not done; whatever ended without its word may have been. */
static void
test_uncertain (void)
{
  static const gboolean expected[CALSYNC_N_REMOTE_ERRORS] = {
    [CALSYNC_REMOTE_ERROR_BUSY] = TRUE,        [CALSYNC_REMOTE_ERROR_FAILED] = TRUE,
    [CALSYNC_REMOTE_ERROR_UNREACHABLE] = TRUE, [CALSYNC_REMOTE_ERROR_NONSENSE] = TRUE,
    [CALSYNC_REMOTE_ERROR_TOO_LARGE] = TRUE,   [CALSYNC_REMOTE_ERROR_CANCELLED] = TRUE,
  };
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "");
  g_autoptr (GError) newer =
    g_error_new_literal (CALSYNC_REMOTE_ERROR, CALSYNC_N_REMOTE_ERRORS, "");

  for (gint code = 0; code < CALSYNC_N_REMOTE_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (CALSYNC_REMOTE_ERROR, code, "");

      g_assert_cmpint (calsync_remote_error_is_uncertain (error), ==, expected[code]);
    }
  g_assert_false (calsync_remote_error_is_uncertain (NULL));
  g_assert_true (calsync_remote_error_is_uncertain (foreign));
  g_assert_true (calsync_remote_error_is_uncertain (newer));
}

typedef struct
{
  CalsyncRemote parent;
  GString *calls;
} Recorder;

/* clang-format off */
static gboolean
on_describe (CalsyncRemote *remote, CalsyncRemoteFacts *out_facts, GCancellable *cancellable, GError **error)
{
  g_string_append (((Recorder *) remote)->calls, "describe ");
  out_facts->identity = g_strdup ("/principals/vejleder-07/");
  out_facts->display_name = g_strdup ("Kalender");
  out_facts->zone_name = g_strdup ("Europe/Copenhagen");
  return TRUE;
}

static gboolean
on_read_changes (CalsyncRemote *remote, const char *cursor, CalsyncListing *out_listing, GCancellable *cancellable, GError **error)
{
  g_string_append_printf (((Recorder *) remote)->calls, "changes:%s ", cursor);
  g_ptr_array_add (out_listing->entries, calsync_entry_new ("/a.ics", NULL, TRUE));
  out_listing->cursor = g_strdup ("2");
  return TRUE;
}

static gboolean
on_read_all (CalsyncRemote *remote, CalsyncListing *out_listing, GCancellable *cancellable, GError **error)
{
  g_string_append (((Recorder *) remote)->calls, "all ");
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FORBIDDEN, "no");
  return FALSE;
}

static gboolean
on_fetch (CalsyncRemote *remote, const char *const *keys, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  const CalsyncItem item = { .key = keys[0], .state = CALSYNC_ITEM_GONE };

  return func (&item, data, error);
}

static gboolean
on_fetch_whole (CalsyncRemote *remote, const char *key, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  const CalsyncItem item = { .key = key, .state = CALSYNC_ITEM_FOUND };

  return func (&item, data, error);
}

static gboolean
on_create (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error)
{
  g_string_append_printf (((Recorder *) remote)->calls, "create:%s ", write->key);
  *out_version = NULL;
  return TRUE;
}

static gboolean
on_update (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error)
{
  g_string_append_printf (((Recorder *) remote)->calls, "update:%s:%s ", write->key, write->version);
  *out_version = g_strdup ("\"2\"");
  return TRUE;
}

static gboolean
on_remove (CalsyncRemote *remote, const char *key, const char *version, GCancellable *cancellable, GError **error)
{
  g_string_append_printf (((Recorder *) remote)->calls, "remove:%s:%s ", key, version);
  return TRUE;
}
/* clang-format on */

static char *
on_make_key (CalsyncRemote *remote, const char *uid)
{
  return g_strdup_printf ("/%s.ics", uid);
}

static gint64
on_get_retry_after_s (CalsyncRemote *remote)
{
  return 7;
}

static void
on_get_cost (CalsyncRemote *remote, CalsyncCost *out_cost)
{
  *out_cost = (CalsyncCost){ 1, 2, 3 };
}

static void
on_free (CalsyncRemote *remote)
{
  g_string_append (((Recorder *) remote)->calls, "free");
}

static const CalsyncRemoteFunctions recorder_functions = {
  .kind = "recorder",
  .describe = on_describe,
  .read_changes = on_read_changes,
  .read_all = on_read_all,
  .fetch = on_fetch,
  .fetch_whole = on_fetch_whole,
  .create = on_create,
  .update = on_update,
  .remove = on_remove,
  .make_key = on_make_key,
  .get_retry_after_s = on_get_retry_after_s,
  .get_cost = on_get_cost,
  .free = on_free,
};

static gboolean
on_item (const CalsyncItem *item, gpointer data, GError **error)
{
  g_string_append_printf (data, "item:%s:%d ", item->key, (int) item->state);
  return TRUE;
}

static void
check_reading (CalsyncRemote *remote, GString *calls)
{
  const char *const keys[] = { "/a.ics", NULL };
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();
  g_autoptr (GError) error = NULL;
  CalsyncRemoteFacts facts = { 0 };
  const CalsyncEntry *entry;

  g_assert_true (calsync_remote_describe (remote, &facts, NULL, &error));
  g_assert_cmpstr (facts.identity, ==, "/principals/vejleder-07/");
  calsync_remote_facts_clear (&facts);
  g_assert_null (facts.identity);
  g_assert_true (calsync_remote_read_changes (remote, "1", listing, NULL, &error));
  entry = g_ptr_array_index (listing->entries, 0);
  g_assert_true (entry->is_gone);
  g_assert_cmpstr (entry->key, ==, "/a.ics");
  g_assert_true (calsync_remote_fetch (remote, keys, on_item, calls, NULL, &error));
  g_assert_true (calsync_remote_fetch_whole (remote, "/b.ics", on_item, calls, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (calsync_remote_read_all (remote, listing, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FORBIDDEN);
}

static void
test_calls (void)
{
  g_autoptr (GString) calls = g_string_new (NULL);
  Recorder recorder = { { &recorder_functions }, calls };
  CalsyncRemote *remote = &recorder.parent;
  const CalsyncWrite write = { .key = "/b.ics", .version = "\"1\"", .text = "" };
  g_autofree char *key = calsync_remote_make_key (remote, "b");
  g_autofree char *created = NULL;
  g_autofree char *updated = NULL;
  CalsyncCost cost;

  check_reading (remote, calls);
  g_assert_cmpstr (key, ==, "/b.ics");
  g_assert_true (calsync_remote_create (remote, &write, &created, NULL, NULL));
  g_assert_null (created);
  g_assert_true (calsync_remote_update (remote, &write, &updated, NULL, NULL));
  g_assert_cmpstr (updated, ==, "\"2\"");
  g_assert_true (calsync_remote_remove (remote, key, updated, NULL, NULL));
  g_assert_cmpint (calsync_remote_get_retry_after_s (remote), ==, 7);
  calsync_remote_get_cost (remote, &cost);
  g_assert_cmpuint (cost.n_requests + cost.n_bytes_sent + cost.n_bytes_received, ==, 6);
  calsync_remote_free (remote);
  calsync_remote_free (NULL);
  g_assert_cmpstr (
    calls->str, ==,
    "describe changes:1 item:/a.ics:1 item:/b.ics:0 all create:/b.ics update:/b.ics:\"1\" "
    "remove:/b.ics:\"2\" free");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote/words", test_words);
  g_test_add_func ("/calsync-remote/uncertain", test_uncertain);
  g_test_add_func ("/calsync-remote/calls", test_calls);
  return g_test_run ();
}
