/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes a line at a time to stderr, as logfmt or JSON, with everything like a citizen's number masked. */
#include "planner-log.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "calsync-civil.h"

#define CPR_DIGITS 10

/* Room for most lines; one that outgrew the second is not kept. */
#define LINE_BYTES     1024
#define MAX_LINE_BYTES (16 * 1024)

/* What a thread keeps from line to line. */
typedef struct
{
  GString *line; /* NULL while one is written */
  gint64 second; /* that @date shows */
  char date[sizeof "2026-03-29T10:00:00."];
} Desk;

static PlannerLogFormat log_format;
static int log_level = PLANNER_LOG_INFO;

static void
desk_free (gpointer data)
{
  Desk *desk = data;

  if (desk->line != NULL)
    g_string_free (desk->line, TRUE);
  g_free (desk);
}

static GPrivate thread_desk = G_PRIVATE_INIT (desk_free);

static Desk *
get_desk (void)
{
  Desk *desk = g_private_get (&thread_desk);

  if (desk != NULL)
    return desk;
  desk = g_new0 (Desk, 1);
  desk->second = G_MININT64;
  g_private_set (&thread_desk, desk);
  return desk;
}

static const char *const level_names[] = { "debug", "info", "warning", "error" };

/*
 * Ten digits in a row, a hyphen allowed after six, with neither digits nor letters around: never to
 * be shown. Letters stand around such runs in GUIDs, which must stay readable.
 */
static gboolean
starts_number (const char *text, char before, gsize *out_length)
{
  gsize n_digits = 0;
  gsize i = 0;

  for (; g_ascii_isdigit (text[i]) || (text[i] == '-' && n_digits == 6); i++)
    n_digits += text[i] != '-';
  *out_length = i;
  return n_digits == CPR_DIGITS && !g_ascii_isalnum (before) && !g_ascii_isalnum (text[i]);
}

static char *
dup_masked (const char *text)
{
  char *masked = g_utf8_make_valid (text, -1);

  for (char *c = masked; *c != '\0';)
    {
      gsize length = 0;

      if (starts_number (c, c == masked ? ' ' : c[-1], &length))
        memset (c, 'x', length);
      c += MAX (length, 1);
    }
  return masked;
}

static void
append_escaped (GString *line, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (line, "\\%c", *c);
    else if ((guint8) *c < 0x20 || *c == 0x7f)
      g_string_append_printf (line, "\\u%04x", (guint8) *c);
    else
      g_string_append_c (line, *c);
}

static gboolean
is_awkward (char c)
{
  return (guint8) c <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f;
}

static gboolean
needs_quotes (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (is_awkward (*c))
      return TRUE;
  return *text == '\0';
}

/* Nothing in it to quote or to escape, and too few digits together for a citizen's number: it may be
 * written as it stands. Most fields of most lines are so. */
static gboolean
is_plain (const char *text, gsize *out_length)
{
  guint n_digits = 0;
  gsize i = 0;

  for (; text[i] != '\0'; i++)
    {
      n_digits = g_ascii_isdigit (text[i]) || text[i] == '-' ? n_digits + 1 : 0;
      if (n_digits >= CPR_DIGITS || is_awkward (text[i]) || (guint8) text[i] >= 0x80)
        return FALSE;
    }
  *out_length = i;
  return i > 0;
}

/* g_string_append_len() without the call, and without the NUL, which nobody reads. */
static inline void
add (GString *line, const char *text, gsize n_bytes)
{
  if (line->len + n_bytes >= line->allocated_len)
    {
      g_string_append_len (line, text, (gssize) n_bytes);
      return;
    }
  memcpy (line->str + line->len, text, n_bytes);
  line->len += n_bytes;
}

static void
append_name (GString *line, const char *name)
{
  gboolean is_json = log_format == PLANNER_LOG_JSON;

  if (line->len > (is_json ? 1 : 0))
    g_string_append_c (line, is_json ? ',' : ' ');
  if (is_json)
    g_string_append_c (line, '"');
  add (line, name, strlen (name));
  if (is_json)
    g_string_append_c (line, '"');
  g_string_append_c (line, is_json ? ':' : '=');
}

static void
append_text (GString *line, const char *name, const char *text)
{
  g_autofree char *masked = NULL;
  gboolean quotes = log_format == PLANNER_LOG_JSON;
  gsize length = 0;

  if (text == NULL)
    return;
  append_name (line, name);
  if (!is_plain (text, &length))
    {
      masked = dup_masked (text);
      quotes = quotes || needs_quotes (masked);
    }
  if (quotes)
    g_string_append_c (line, '"');
  if (masked != NULL)
    append_escaped (line, masked);
  else
    add (line, text, length);
  if (quotes)
    g_string_append_c (line, '"');
}

static void
append_number (GString *line, const char *name, gint64 number)
{
  append_name (line, name);
  decimal_append (line, number);
}

static void
begin_second (Desk *desk, gint64 second)
{
  CalsyncLocalTime utc;

  calsync_local_from_seconds (second, &utc);
  g_snprintf (desk->date, sizeof desk->date, "%04d-%02d-%02dT%02d:%02d:%02d.", utc.year, utc.month,
              utc.day, utc.hour, utc.minute, utc.second);
  desk->second = second;
}

/* In UTC to the microsecond, so that lines sort; the machine's zone plays no part. */
static void
append_time (GString *line, Desk *desk)
{
  gint64 now_us = clock_now_us ();

  if (now_us / G_USEC_PER_SEC != desk->second)
    begin_second (desk, now_us / G_USEC_PER_SEC);
  append_name (line, "time");
  if (log_format == PLANNER_LOG_JSON)
    g_string_append_c (line, '"');
  add (line, desk->date, strlen (desk->date));
  decimal_append_padded (line, (guint) (now_us % G_USEC_PER_SEC), 6);
  g_string_append_c (line, 'Z');
  if (log_format == PLANNER_LOG_JSON)
    g_string_append_c (line, '"');
}

/* This thread's line, begun; to be ended by send_line(). */
static GString *
new_line (PlannerLogLevel level, const char *event)
{
  Desk *desk = get_desk ();
  GString *line = g_steal_pointer (&desk->line);

  if (line == NULL)
    line = g_string_sized_new (LINE_BYTES);
  if (log_format == PLANNER_LOG_JSON)
    g_string_append_c (line, '{');
  append_time (line, desk);
  append_text (line, "level", level_names[level]);
  append_text (line, "event", event);
  return line;
}

/* A line that was very long must not keep its memory. */
static void
keep_line (GString *line)
{
  Desk *desk = get_desk ();

  if (desk->line != NULL || line->allocated_len > MAX_LINE_BYTES)
    g_string_free (line, TRUE);
  else
    desk->line = g_string_truncate (line, 0);
}

/* One write, so that lines of two threads never mix, and before the answer leaves: who has seen an
 * answer finds its line, whatever happens next. */
static void
send_line (GString *line)
{
  g_string_append (line, log_format == PLANNER_LOG_JSON ? "}\n" : "\n");
  if (write (STDERR_FILENO, line->str, line->len) < 0)
    g_string_truncate (line, 0); /* nobody is left to tell */
  keep_line (line);
}

static gboolean
is_wanted (PlannerLogLevel level)
{
  return (int) level >= g_atomic_int_get (&log_level);
}

/**
 * planner_log_call:
 *
 * Any thread; writes to stderr.
 */
void
planner_log_call (const LogCall *call)
{
  GString *line;

  if (!is_wanted (call->level))
    return;
  line = new_line (call->level, "call");
  append_text (line, "request", call->request_id);
  append_text (line, "caller", call->caller);
  append_text (line, "peer", call->peer);
  append_text (line, "operation", call->operation);
  append_text (line, "unit", call->unit);
  append_text (line, "organisation", call->organisation);
  append_text (line, "user", call->user);
  append_text (line, "place", call->place);
  append_text (line, "outcome", call->outcome);
  if (call->fault_code != 0)
    append_number (line, "fault", call->fault_code);
  append_text (line, "reason", call->reason);
  append_number (line, "status", call->http_status);
  append_number (line, "queue_us", call->queue_us);
  append_number (line, "duration_us", call->duration_us);
  send_line (line);
}

/**
 * planner_log_event:
 * @event: its name, fixed, in kebab-case
 * @...: pairs of field name and text (NULL: left out), ended by NULL
 *
 * Any thread; writes to stderr.
 */
void
planner_log_event (PlannerLogLevel level, const char *event, ...)
{
  GString *line;
  const char *name;
  va_list pairs;

  if (!is_wanted (level))
    return;
  line = new_line (level, event);
  va_start (pairs, event);
  while ((name = va_arg (pairs, const char *)) != NULL)
    append_text (line, name, va_arg (pairs, const char *));
  va_end (pairs);
  send_line (line);
}

static PlannerLogLevel
level_of (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return PLANNER_LOG_ERROR;
  if (flags & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE))
    return PLANNER_LOG_WARNING;
  return flags & G_LOG_LEVEL_INFO ? PLANNER_LOG_INFO : PLANNER_LOG_DEBUG;
}

/**
 * planner_log_write_library:
 *
 * A GLogWriterFunc: what libraries say through GLib becomes events too. Any thread.
 */
GLogWriterOutput
planner_log_write_library (GLogLevelFlags flags,
                           const GLogField *fields,
                           gsize n_fields,
                           gpointer user_data)
{
  const char *message = NULL;
  const char *domain = NULL;

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
    else if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
  planner_log_event (level_of (flags), "message", "domain", domain, "text", message, NULL);
  return G_LOG_WRITER_HANDLED;
}

/**
 * planner_log_start:
 *
 * Before there are threads; once.
 */
void
planner_log_start (PlannerLogFormat format, PlannerLogLevel level)
{
  log_format = format;
  planner_log_set_level (level);
}

/**
 * planner_log_set_level:
 * @level: the least that is written
 *
 * Any thread.
 */
void
planner_log_set_level (PlannerLogLevel level)
{
  g_atomic_int_set (&log_level, (int) level);
}

/**
 * planner_log_parse_level:
 *
 * Returns: FALSE when there is no such level
 */
gboolean
planner_log_parse_level (const char *text, PlannerLogLevel *out_level)
{
  for (guint i = 0; i < G_N_ELEMENTS (level_names); i++)
    if (strcmp (level_names[i], text) == 0)
      {
        *out_level = i;
        return TRUE;
      }
  return FALSE;
}
