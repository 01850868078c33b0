/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes a call as a line of JSON, text by text: a document in memory for each took longer than the call's row. */
#include "log/track-call-line.h"

#include <string.h>

#include "base/decimal.h"

/**
 * track_call_kind:
 *
 * Any thread. Returns: call, probe or shadow
 */
const char *
track_call_kind (const TrackRecord *record)
{
  if (record->is_probe)
    return "probe";
  return record->is_shadow ? "shadow" : "call";
}

static gboolean
is_plain (char c)
{
  return (guchar) c >= ' ' && c != '"' && c != '\\' && c != 0x7f;
}

static void
append_escaped (GString *out, const char *text)
{
  while (*text != '\0')
    {
      gsize n = 0;

      while (is_plain (text[n]))
        n++;
      g_string_append_len (out, text, (gssize) n);
      text += n;
      if (*text == '"' || *text == '\\')
        g_string_append_printf (out, "\\%c", *text++);
      else if (*text != '\0')
        g_string_append_printf (out, "\\u%04x", (guchar) *text++);
    }
}

/* @name stands between its quotes already. */
static void
add_text (GString *out, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append (out, name);
  g_string_append (out, ":\"");
  append_escaped (out, value);
  g_string_append (out, "\",");
}

static void
add_number (GString *out, const char *name, gint64 value)
{
  g_string_append (out, name);
  g_string_append_c (out, ':');
  decimal_append (out, value);
  g_string_append_c (out, ',');
}

static void
add_phase (GString *out, const char *name, gint64 value_us)
{
  if (value_us >= 0)
    add_number (out, name, value_us);
}

static void
add_instant (GString *out, gint64 at_us, TrackSecond *second)
{
  gint64 number = at_us / G_USEC_PER_SEC;

  if (number != second->number || *second->text == '\0')
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (number);
      g_autofree char *text =
        date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%S") : g_strdup ("");

      second->number = number;
      g_strlcpy (second->text, text, sizeof second->text);
    }
  g_string_append (out, "\"at\":\"");
  g_string_append (out, second->text);
  g_string_append_c (out, '.');
  decimal_append_padded (out, (guint) (at_us % G_USEC_PER_SEC), 6);
  g_string_append (out, "Z\",");
}

static void
add_times (GString *out, const TrackTimes *times)
{
  add_phase (out, "\"dns_us\"", times->dns_us);
  add_phase (out, "\"connect_us\"", times->connect_us);
  add_phase (out, "\"tls_us\"", times->tls_us);
  add_phase (out, "\"first_byte_us\"", times->first_byte_us);
  add_phase (out, "\"total_us\"", times->total_us);
  add_number (out, "\"reused\"", times->reused);
}

/**
 * track_call_line_append:
 * @record: what it says is valid UTF-8, and without numbers of citizens
 *
 * One object and a line feed; what is not known is left out. Any thread.
 */
void
track_call_line_append (GString *out, const TrackRecord *record, TrackSecond *second)
{
  g_string_append_c (out, '{');
  add_instant (out, record->at_us, second);
  add_text (out, "\"kind\"", track_call_kind (record));
  add_text (out, "\"request_id\"", record->request_id);
  add_text (out, "\"unit\"", record->unit);
  add_text (out, "\"asked\"", record->asked);
  add_text (out, "\"endpoint\"", record->endpoint);
  add_text (out, "\"url\"", record->url);
  add_text (out, "\"operation\"", record->operation);
  add_text (out, "\"caller\"", record->caller);
  add_text (out, "\"how\"", record->how);
  add_text (out, "\"outcome\"", track_outcome_word (record->outcome));
  if (record->fault_code != 0)
    add_number (out, "\"fault_code\"", record->fault_code);
  add_number (out, "\"http_status\"", record->http_status);
  add_times (out, &record->times);
  add_number (out, "\"own_us\"", record->own_us);
  add_number (out, "\"request_bytes\"", (gint64) record->n_request);
  add_number (out, "\"answer_bytes\"", (gint64) record->n_answer);
  add_text (out, "\"problem\"", record->problem);
  /* In place of the last comma. */
  out->str[out->len - 1] = '}';
  g_string_append_c (out, '\n');
}
