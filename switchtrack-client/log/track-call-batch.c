/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies records, writes them as rows and as lines of JSON, a file a day, and removes the files of old days. */
#include "log/track-call-batch.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ids.h"
#include "log/track-call-line.h"

#define LINES_PREFIX "calls-"
#define LINES_SUFFIX ".jsonl"
#define MAX_TEXT     500
#define CPR_DIGITS   10
/* What is written at once, and room for the line that makes it full. */
#define TEXT_BYTES (64 * 1024)
#define LINE_BYTES (8 * 1024)

/**
 * track_call_batch_new:
 *
 * Empty. Goes from thread to thread; one at a time.
 */
TrackCallBatch *
track_call_batch_new (void)
{
  TrackCallBatch *batch = g_new0 (TrackCallBatch, 1);

  batch->records = g_array_new (FALSE, FALSE, sizeof (TrackRecord));
  batch->texts = g_string_chunk_new (4096);
  return batch;
}

/**
 * track_call_batch_free:
 *
 * NULL is ignored.
 */
void
track_call_batch_free (TrackCallBatch *batch)
{
  if (batch == NULL)
    return;
  g_array_unref (batch->records);
  g_string_chunk_free (batch->texts);
  g_free (batch);
}

/* Ten digits in a row, or six and four with something but a digit or letter between. */
static gsize
find_number (const char *text)
{
  for (gsize i = 0; text[i] != '\0'; i++)
    {
      gsize at = i;
      guint n_digits = 0;

      if (!g_ascii_isdigit (text[i]))
        continue;
      while (n_digits < CPR_DIGITS && g_ascii_isdigit (text[at]))
        {
          at++;
          n_digits++;
          if (n_digits == 6 && text[at] != '\0' && strchr ("- .", text[at]) != NULL)
            at++;
        }
      if (n_digits == CPR_DIGITS)
        return i;
    }
  return G_MAXSIZE;
}

/**
 * track_call_dup_masked:
 * @text: from outside, or words of a library
 *
 * No number that could be a citizen's stays in it, nor more than 500 bytes. Whoever fills in a record sees to that
 * already; this is the net.
 */
char *
track_call_dup_masked (const char *text)
{
  char *safe = g_utf8_make_valid (text, (gssize) strnlen (text, MAX_TEXT));
  gsize at;

  while ((at = find_number (safe)) != G_MAXSIZE)
    for (guint n_digits = 0; n_digits < CPR_DIGITS; at++)
      if (g_ascii_isdigit (safe[at]))
        {
          safe[at] = '*';
          n_digits++;
        }
  return safe;
}

static const char *
keep_masked (TrackCallBatch *batch, const char *text)
{
  g_autofree char *safe = text != NULL ? track_call_dup_masked (text) : NULL;

  return safe != NULL ? g_string_chunk_insert (batch->texts, safe) : NULL;
}

static const char *
keep (TrackCallBatch *batch, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (batch->texts, text) : NULL;
}

/* A GUID may well have ten digits in a row, and must be found again. */
static const char *
keep_request_id (TrackCallBatch *batch, const char *text)
{
  return text != NULL && ids_is_guid (text) ? g_string_chunk_insert (batch->texts, text)
                                            : keep_masked (batch, text);
}

/**
 * track_call_batch_add:
 * @record: copied
 */
void
track_call_batch_add (TrackCallBatch *batch, const TrackRecord *record)
{
  TrackRecord copy = *record;

  copy.request_id = keep_request_id (batch, record->request_id);
  copy.problem = keep_masked (batch, record->problem);
  copy.unit = keep (batch, record->unit);
  copy.asked = keep (batch, record->asked);
  copy.endpoint = keep (batch, record->endpoint);
  copy.url = keep (batch, record->url);
  copy.operation = keep (batch, record->operation);
  copy.caller = keep (batch, record->caller);
  copy.how = keep (batch, record->how);
  g_array_append_val (batch->records, copy);
}

static gboolean
store_one (StoreSession *session, const TrackRecord *one, GError **error)
{
  const TrackTimes *times = &one->times;

  return store_run (session, error, SQL_TRACK_CALL_ADD, "issssssssssiiiiiiiiiiiis", one->at_us,
                    track_call_kind (one), one->request_id, one->unit, one->asked, one->endpoint,
                    one->url, one->operation, one->caller, one->how,
                    track_outcome_word (one->outcome),
                    (gint64) track_outcome_is_failure (one->outcome), one->fault_code,
                    (gint64) one->http_status, times->dns_us, times->connect_us, times->tls_us,
                    times->first_byte_us, times->total_us, (gint64) times->reused, one->own_us,
                    (gint64) one->n_request, (gint64) one->n_answer, one->problem);
}

/**
 * track_call_batch_store:
 * @session: of a database of data/schema/track-log, in a write transaction
 */
gboolean
track_call_batch_store (const TrackCallBatch *batch, StoreSession *session, GError **error)
{
  for (guint i = 0; i < batch->records->len; i++)
    if (!store_one (session, &g_array_index (batch->records, TrackRecord, i), error))
      return FALSE;
  return TRUE;
}

/* Lines ------------------------------------------------------------------------------------------- */

static gboolean
set_file_error (const char *path, GError **error)
{
  int saved = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

static gboolean
write_all (int file, const GString *text)
{
  gsize n_written = 0;

  while (n_written < text->len)
    {
      gssize n = write (file, text->str + n_written, text->len - n_written);

      if (n < 0 && errno != EINTR)
        return FALSE;
      n_written += n > 0 ? (gsize) n : 0;
    }
  return TRUE;
}

static char *
dup_lines_path (const char *folder, gint64 day)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (day * 86400);
  g_autofree char *name = date != NULL
                            ? g_date_time_format (date, LINES_PREFIX "%Y-%m-%d" LINES_SUFFIX)
                            : g_strdup (LINES_PREFIX "0000-00-00" LINES_SUFFIX);

  return g_build_filename (folder, name, NULL);
}

/* A write that fails in the middle leaves a broken line: its own end keeps it from spoiling the next one. */
static gboolean
append_to_day (const char *folder, gint64 day, const GString *text, GError **error)
{
  g_autofree char *path = dup_lines_path (folder, day);
  int file = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  gboolean ok = file >= 0 && write_all (file, text);

  if (!ok)
    set_file_error (path, error);
  if (!ok && file >= 0 && write (file, "\n", 1) != 1)
    g_debug ("%s: a broken line has no end", path);
  if (file >= 0 && !g_close (file, ok ? error : NULL))
    return FALSE;
  return ok;
}

static gint64
get_day (const TrackRecord *record)
{
  return record->at_us / G_USEC_PER_SEC / 86400;
}

/**
 * track_call_batch_append_lines:
 * @folder: made with mode 0750 when it is not there
 *
 * Each call to the file of its day (UTC), mode 0640. Errors: G_FILE_ERROR; some lines may have been written. Blocks.
 */
gboolean
track_call_batch_append_lines (const TrackCallBatch *batch, const char *folder, GError **error)
{
  g_autoptr (GString) text = g_string_sized_new (TEXT_BYTES + LINE_BYTES);
  guint n = batch->records->len;
  TrackSecond second = { 0 };

  if (g_mkdir_with_parents (folder, 0750) != 0)
    return set_file_error (folder, error);
  for (guint i = 0; i < n; i++)
    {
      const TrackRecord *one = &g_array_index (batch->records, TrackRecord, i);
      gboolean is_last =
        i + 1 == n || text->len >= TEXT_BYTES ||
        get_day (&g_array_index (batch->records, TrackRecord, i + 1)) != get_day (one);

      track_call_line_append (text, one, &second);
      if (is_last && !append_to_day (folder, get_day (one), text, error))
        return FALSE;
      if (is_last)
        g_string_truncate (text, 0);
    }
  return TRUE;
}

/**
 * track_call_lines_remove_before:
 * @before_us: Unix time; files of days that ended before are removed, other files stay
 *
 * Errors: G_FILE_ERROR. Blocks.
 */
gboolean
track_call_lines_remove_before (const char *folder, gint64 before_us, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *first_path = dup_lines_path ("", before_us / G_USEC_PER_SEC / 86400);
  g_autofree char *first = g_path_get_basename (first_path);
  const char *name;
  gboolean ok = TRUE;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_prefix (name, LINES_PREFIX) && g_str_has_suffix (name, LINES_SUFFIX) &&
          strlen (name) == strlen (first) && strcmp (name, first) < 0 && g_unlink (path) != 0 && ok)
        ok = set_file_error (path, error);
    }
  return ok;
}
