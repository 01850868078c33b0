/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks one calendar through the remote port: a line in, answers out, so that a test can drive it from outside. */
#include <gio/gio.h>
#include <stdio.h>

#include "calsync-ical.h"
#include "calsync-remote-caldav.h"

/* usage: remote-tool CALENDAR-URL AUTH USER SECRET-FILE ANSWER-TIMEOUT-S MAX-ANSWER-BYTES
 * A line is a verb and its arguments, separated by tabs. Every answer is lines separated likewise, ended by `done` or by
 * `error WORD UNCERTAIN RETRY-AFTER MESSAGE`. Texts are base64, what is not there is `-`. */

typedef gboolean (*ToolFunc) (CalsyncRemote *remote, char **words, GError **error);

typedef struct
{
  const char *name;
  guint n_words;
  ToolFunc func;
} ToolVerb;

static const char *
or_dash (const char *text)
{
  return text == NULL || *text == '\0' ? "-" : text;
}

static const char *
or_null (const char *word)
{
  return g_str_equal (word, "-") ? NULL : word;
}

static gboolean
describe (CalsyncRemote *remote, char **words, GError **error)
{
  g_auto (CalsyncRemoteFacts) facts = { 0 };

  (void) words;
  if (!calsync_remote_describe (remote, &facts, NULL, error))
    return FALSE;
  printf ("facts\t%d\t%d\t%d\t%d\t%s\t%s\n", facts.tier, facts.can_read, facts.can_write,
          facts.holds_events, or_dash (facts.identity), or_dash (facts.display_name));
  return TRUE;
}

static void
print_listing (const CalsyncListing *listing)
{
  for (guint i = 0; i < listing->entries->len; i++)
    {
      const CalsyncEntry *entry = g_ptr_array_index (listing->entries, i);

      printf ("entry\t%s\t%s\t%d\n", entry->key, or_dash (entry->version), entry->is_gone);
    }
  printf ("listing\t%d\t%d\t%s\n", listing->tier, listing->needs_listing,
          or_dash (listing->cursor));
}

static gboolean
read_changes (CalsyncRemote *remote, char **words, GError **error)
{
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();

  if (!calsync_remote_read_changes (remote, or_null (words[1]), listing, NULL, error))
    return FALSE;
  print_listing (listing);
  return TRUE;
}

static gboolean
read_all (CalsyncRemote *remote, char **words, GError **error)
{
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();

  (void) words;
  if (!calsync_remote_read_all (remote, listing, NULL, error))
    return FALSE;
  print_listing (listing);
  return TRUE;
}

static gboolean
print_item (const CalsyncItem *item, gpointer data, GError **error)
{
  g_autofree char *text =
    item->text == NULL ? NULL : g_base64_encode ((const guchar *) item->text, item->n_text);

  (void) data;
  (void) error;
  printf ("item\t%s\t%d\t%s\t%s\n", item->key, item->state, or_dash (item->version),
          or_dash (text));
  return TRUE;
}

static gboolean
fetch (CalsyncRemote *remote, char **words, GError **error)
{
  return calsync_remote_fetch (remote, (const char *const *) words + 1, print_item, NULL, NULL,
                               error);
}

static gboolean
fetch_whole (CalsyncRemote *remote, char **words, GError **error)
{
  return calsync_remote_fetch_whole (remote, words[1], print_item, NULL, NULL, error);
}

/* What the planner would keep of an item. */
static gboolean
print_reduced (const CalsyncItem *item, gpointer data, GError **error)
{
  const CalsyncImportOptions options = { .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL),
                                         .owner_addresses = data };
  g_autoptr (CalsyncImport) import = NULL;
  g_autoptr (GString) kept = g_string_new (NULL);
  g_autofree char *text = NULL;

  (void) error;
  if (item->state == CALSYNC_ITEM_FOUND)
    import = calsync_ical_import (item->text, item->n_text, &options, NULL);
  for (guint i = 0; import != NULL && i < import->objects->len; i++)
    {
      const CalsyncObject *object = g_ptr_array_index (import->objects, i);

      g_string_append_printf (kept, "%s\n%u %s\n", object->text, object->flags,
                              or_dash (object->reference));
    }
  if (import != NULL)
    g_string_append_printf (kept, "%u refused", import->n_refused);
  text = g_base64_encode ((const guchar *) kept->str, kept->len);
  printf ("item\t%s\t%d\t%s\t%s\n", item->key, item->state, or_dash (item->version),
          or_dash (text));
  return TRUE;
}

static const char *const owner_addresses[] = { "vejleder@kommune.example", NULL };

static gboolean
reduce (CalsyncRemote *remote, char **words, GError **error)
{
  return calsync_remote_fetch (remote, (const char *const *) words + 1, print_reduced,
                               (gpointer) owner_addresses, NULL, error);
}

static gboolean
reduce_whole (CalsyncRemote *remote, char **words, GError **error)
{
  return calsync_remote_fetch_whole (remote, words[1], print_reduced, (gpointer) owner_addresses,
                                     NULL, error);
}

static char *
decode (const char *word)
{
  gsize n_bytes = 0;
  g_autofree guchar *bytes = g_base64_decode (word, &n_bytes);

  return g_strndup ((const char *) bytes, n_bytes);
}

static gboolean
create (CalsyncRemote *remote, char **words, GError **error)
{
  g_autofree char *text = decode (words[2]), *version = NULL;
  const CalsyncWrite write = { words[1], NULL, text };

  if (!calsync_remote_create (remote, &write, &version, NULL, error))
    return FALSE;
  printf ("version\t%s\n", or_dash (version));
  return TRUE;
}

static gboolean
update (CalsyncRemote *remote, char **words, GError **error)
{
  g_autofree char *text = decode (words[3]), *version = NULL;
  const CalsyncWrite write = { words[1], words[2], text };

  if (!calsync_remote_update (remote, &write, &version, NULL, error))
    return FALSE;
  printf ("version\t%s\n", or_dash (version));
  return TRUE;
}

static gboolean
remove_item (CalsyncRemote *remote, char **words, GError **error)
{
  return calsync_remote_remove (remote, words[1], words[2], NULL, error);
}

static gboolean
make_key (CalsyncRemote *remote, char **words, GError **error)
{
  g_autofree char *key = calsync_remote_make_key (remote, words[1]);

  (void) error;
  printf ("key\t%s\n", key);
  return TRUE;
}

static gboolean
print_cost (CalsyncRemote *remote, char **words, GError **error)
{
  CalsyncCost cost = { 0 };

  (void) words;
  (void) error;
  calsync_remote_get_cost (remote, &cost);
  printf ("cost\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\n",
          cost.n_requests, cost.n_bytes_sent, cost.n_bytes_received);
  return TRUE;
}

static const ToolVerb verbs[] = {
  { "describe", 1, describe }, { "changes", 2, read_changes }, { "all", 1, read_all },
  { "fetch", 2, fetch },       { "whole", 2, fetch_whole },    { "create", 3, create },
  { "update", 4, update },     { "remove", 3, remove_item },   { "key", 2, make_key },
  { "cost", 1, print_cost },   { "reduce", 2, reduce },        { "reduce-whole", 2, reduce_whole },
};

static void
answer (CalsyncRemote *remote, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, "\t", -1);
  g_autoptr (GError) error = NULL;
  const ToolVerb *verb = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (verbs) && verb == NULL; i++)
    if (g_strcmp0 (words[0], verbs[i].name) == 0)
      verb = &verbs[i];
  if (verb == NULL || g_strv_length (words) < verb->n_words)
    g_error ("remote-tool: no such line: %s", words[0]);
  if (verb->func (remote, words, &error))
    puts ("done");
  else
    printf ("error\t%s\t%d\t%" G_GINT64_FORMAT "\t%s\n",
            error->domain == CALSYNC_REMOTE_ERROR ? calsync_remote_error_format (error->code)
                                                  : "other",
            calsync_remote_error_is_uncertain (error), calsync_remote_get_retry_after_s (remote),
            error->message);
  fflush (stdout);
}

static gint64
get_monotonic_us (gpointer data)
{
  (void) data;
  return g_get_monotonic_time ();
}

static CalsyncRemote *
open_remote (char **argv, GError **error)
{
  static const CalsyncHttpEnvironment environment = { .get_monotonic_us = get_monotonic_us };
  g_autofree char *secret = NULL;
  CalsyncHttpSettings settings = { .base_uri = argv[1],
                                   .user = or_null (argv[3]),
                                   .environment = &environment };

  if (or_null (argv[4]) != NULL && !g_file_get_contents (argv[4], &secret, NULL, error))
    return NULL;
  settings.secret = secret;
  if (g_str_equal (argv[2], "basic"))
    settings.auth = CALSYNC_AUTH_BASIC;
  else if (g_str_equal (argv[2], "digest"))
    settings.auth = CALSYNC_AUTH_DIGEST;
  else if (g_str_equal (argv[2], "bearer"))
    settings.auth = CALSYNC_AUTH_BEARER;
  settings.answer_timeout_s = (guint) g_ascii_strtoull (argv[5], NULL, 10);
  settings.total_timeout_s = 60;
  settings.max_answer_bytes = g_ascii_strtoull (argv[6], NULL, 10);
  return calsync_remote_caldav_new (&settings, argv[1], CALSYNC_TIER_UNKNOWN, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncRemote) remote = NULL;
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);

  if (argc != 7 || (remote = open_remote (argv, &error)) == NULL)
    {
      fprintf (stderr, "remote-tool: %s\n", error == NULL ? "six arguments" : error->message);
      return 2;
    }
  for (;;)
    {
      g_autofree char *line = NULL;
      gsize end = 0;

      if (g_io_channel_read_line (input, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL)
        return 0;
      line[end] = '\0';
      answer (remote, line);
    }
}
