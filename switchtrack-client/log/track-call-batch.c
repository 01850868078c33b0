/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies records, writes them as rows and as lines of JSON, a file a day, and removes the files of old days. */
#include "log/track-call-batch.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "base/ids.h"

#define LINES_PREFIX "calls-"
#define LINES_SUFFIX ".jsonl"
#define MAX_TEXT     500
#define CPR_DIGITS   10

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

static const char *
get_kind (const TrackRecord *record)
{
  if (record->is_probe)
    return "probe";
  return record->is_shadow ? "shadow" : "call";
}

static gboolean
store_one (StoreSession *session, const TrackRecord *one, GError **error)
{
  const TrackTimes *times = &one->times;

  return store_run (session, error, SQL_TRACK_CALL_ADD, "issssssssssiiiiiiiiiiiis", one->at_us,
                    get_kind (one), one->request_id, one->unit, one->asked, one->endpoint, one->url,
                    one->operation, one->caller, one->how, track_outcome_word (one->outcome),
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

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_phase (JsonBuilder *builder, const char *name, gint64 value_us)
{
  if (value_us >= 0)
    add_number (builder, name, value_us);
}

static char *
dup_instant (gint64 at_us)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);
  g_autofree char *text =
    second != NULL ? g_date_time_format (second, "%Y-%m-%dT%H:%M:%S") : g_strdup ("");

  return g_strdup_printf ("%s.%06dZ", text, (int) (at_us % G_USEC_PER_SEC));
}

static void
build_line (JsonBuilder *builder, const TrackRecord *one)
{
  g_autofree char *at = dup_instant (one->at_us);

  json_builder_begin_object (builder);
  add_text (builder, "at", at);
  add_text (builder, "kind", get_kind (one));
  add_text (builder, "request_id", one->request_id);
  add_text (builder, "unit", one->unit);
  add_text (builder, "asked", one->asked);
  add_text (builder, "endpoint", one->endpoint);
  add_text (builder, "url", one->url);
  add_text (builder, "operation", one->operation);
  add_text (builder, "caller", one->caller);
  add_text (builder, "how", one->how);
  add_text (builder, "outcome", track_outcome_word (one->outcome));
  if (one->fault_code != 0)
    add_number (builder, "fault_code", one->fault_code);
  add_number (builder, "http_status", one->http_status);
  add_phase (builder, "dns_us", one->times.dns_us);
  add_phase (builder, "connect_us", one->times.connect_us);
  add_phase (builder, "tls_us", one->times.tls_us);
  add_phase (builder, "first_byte_us", one->times.first_byte_us);
  add_phase (builder, "total_us", one->times.total_us);
  add_number (builder, "reused", one->times.reused);
  add_number (builder, "own_us", one->own_us);
  add_number (builder, "request_bytes", (gint64) one->n_request);
  add_number (builder, "answer_bytes", (gint64) one->n_answer);
  add_text (builder, "problem", one->problem);
  json_builder_end_object (builder);
}

static void
append_line (GString *out, const TrackRecord *one)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  build_line (builder, one);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_to_gstring (generator, out);
  g_string_append_c (out, '\n');
}

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
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = batch->records->len;

  if (g_mkdir_with_parents (folder, 0750) != 0)
    return set_file_error (folder, error);
  for (guint i = 0; i < n; i++)
    {
      const TrackRecord *one = &g_array_index (batch->records, TrackRecord, i);
      gboolean is_last = i + 1 == n || get_day (&g_array_index (batch->records, TrackRecord,
                                                                i + 1)) != get_day (one);

      append_line (text, one);
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
