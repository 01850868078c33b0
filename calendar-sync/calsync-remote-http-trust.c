/* SPDX-License-Identifier: EUPL-1.2 */
/* Whom the HTTP client trusts and how it shows itself: files of authorities, read once, and our certificate. */
#include "calsync-remote-http-private.h"

#include <glib/gstdio.h>

/* A file of authorities costs 20 ms and 4 MB each time that it is read: all clients share one. */
#define MAX_KEPT 8

typedef struct
{
  GTlsDatabase *database;
  gint64 changed_us;
  gint64 n_bytes;
  guint64 inode;
} Kept;

static GMutex mutex;
static GHashTable *kept_by_path; /* under @mutex */

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  g_object_unref (kept->database);
  g_free (kept);
}

static gboolean
read_stamp (const char *path, Kept *out_stamp)
{
  GStatBuf buffer;

  if (g_stat (path, &buffer) != 0)
    return FALSE;
  out_stamp->changed_us =
    (gint64) buffer.st_mtim.tv_sec * G_USEC_PER_SEC + buffer.st_mtim.tv_nsec / 1000;
  out_stamp->n_bytes = (gint64) buffer.st_size;
  out_stamp->inode = (guint64) buffer.st_ino;
  return TRUE;
}

static gboolean
is_same (const Kept *a, const Kept *b)
{
  return a->changed_us == b->changed_us && a->n_bytes == b->n_bytes && a->inode == b->inode;
}

static GTlsDatabase *
find_or_read (const char *path, const Kept *stamp)
{
  Kept *kept;
  GTlsDatabase *database;

  if (kept_by_path == NULL)
    kept_by_path = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_kept);
  kept = g_hash_table_lookup (kept_by_path, path);
  if (kept != NULL && is_same (kept, stamp))
    return g_object_ref (kept->database);
  database = g_tls_file_database_new (path, NULL);
  if (database == NULL)
    return NULL;
  if (g_hash_table_size (kept_by_path) >= MAX_KEPT)
    g_hash_table_remove_all (kept_by_path);
  kept = g_memdup2 (stamp, sizeof *stamp);
  kept->database = g_object_ref (database);
  g_hash_table_replace (kept_by_path, g_strdup (path), kept);
  return database;
}

/* The authorities of a file, shared by all clients until the file changes. Any thread. */
static GTlsDatabase *
get_authorities (const char *ca_file)
{
  g_autofree char *path = g_canonicalize_filename (ca_file, NULL);
  Kept stamp = { NULL };
  GTlsDatabase *database;

  if (!read_stamp (path, &stamp))
    return NULL;
  g_mutex_lock (&mutex);
  database = find_or_read (path, &stamp);
  g_mutex_unlock (&mutex);
  return database;
}

static void
set_unreadable (GError **error, const char *what)
{
  g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED,
               "%s cannot be read: it must be there, be readable for us, and be PEM.", what);
}

/* Gives the session its authorities and the client its certificate. */
gboolean
calsync_http_load_trust (CalsyncHttp *http, const CalsyncHttpSettings *settings, GError **error)
{
  if (settings->ca_file != NULL)
    {
      g_autoptr (GTlsDatabase) database = get_authorities (settings->ca_file);

      if (database == NULL)
        {
          set_unreadable (error, "The file of trusted authorities");
          return FALSE;
        }
      soup_session_set_tls_database (http->session, database);
    }
  if (settings->certificate_file != NULL)
    {
      http->certificate = g_tls_certificate_new_from_files (
        settings->certificate_file,
        settings->key_file != NULL ? settings->key_file : settings->certificate_file, NULL);
      if (http->certificate == NULL)
        {
          set_unreadable (error, "The client certificate or its key");
          return FALSE;
        }
    }
  return TRUE;
}
