/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes a line at a time to stderr, as logfmt or JSON, with everything like a citizen's number masked. */
#include "planner-log.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "calsync-civil.h"

#define CPR_DIGITS 10

static PlannerLogFormat log_format;
static int log_level = PLANNER_LOG_INFO;

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
needs_quotes (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((guint8) *c <= 0x20 || *c == '"' || *c == '=' || *c == '\\' || *c == 0x7f)
      return TRUE;
  return *text == '\0';
}

static void
append_name (GString *line, const char *name)
{
  if (log_format == PLANNER_LOG_JSON)
    g_string_append_printf (line, "%s\"%s\":", line->len == 1 ? "" : ",", name);
  else
    g_string_append_printf (line, "%s%s=", line->len == 0 ? "" : " ", name);
}

static void
append_text (GString *line, const char *name, const char *text)
{
  g_autofree char *masked = NULL;
  gboolean quotes;

  if (text == NULL)
    return;
  masked = dup_masked (text);
  quotes = log_format == PLANNER_LOG_JSON || needs_quotes (masked);
  append_name (line, name);
  if (quotes)
    g_string_append_c (line, '"');
  append_escaped (line, masked);
  if (quotes)
    g_string_append_c (line, '"');
}

static void
append_number (GString *line, const char *name, gint64 number)
{
  append_name (line, name);
  g_string_append_printf (line, "%" G_GINT64_FORMAT, number);
}

/* In UTC to the microsecond, so that lines sort; the machine's zone plays no part. */
static void
append_time (GString *line)
{
  gint64 now_us = clock_now_us ();
  CalsyncLocalTime utc;
  char text[40];

  calsync_local_from_seconds (now_us / G_USEC_PER_SEC, &utc);
  g_snprintf (text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.year, utc.month,
              utc.day, utc.hour, utc.minute, utc.second, (int) (now_us % G_USEC_PER_SEC));
  append_name (line, "time");
  g_string_append_printf (line, log_format == PLANNER_LOG_JSON ? "\"%s\"" : "%s", text);
}

static GString *
new_line (PlannerLogLevel level, const char *event)
{
  GString *line = g_string_sized_new (512);

  if (log_format == PLANNER_LOG_JSON)
    g_string_append_c (line, '{');
  append_time (line);
  append_text (line, "level", level_names[level]);
  append_text (line, "event", event);
  return line;
}

/* One write, so that lines of two threads never mix. */
static void
send_line (GString *line)
{
  g_string_append (line, log_format == PLANNER_LOG_JSON ? "}\n" : "\n");
  if (write (STDERR_FILENO, line->str, line->len) < 0)
    return;
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
  g_autoptr (GString) line = NULL;

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
  g_autoptr (GString) line = NULL;
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
