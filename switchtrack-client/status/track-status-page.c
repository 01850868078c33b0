/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables with headings, scopes and captions; every word from the table of words; every value escaped. */
#include "status/track-status-page.h"

#include <string.h>

#include "base/track-civil.h"
#include "health/track-evidence.h"
#include "health/track-watch.h"

#include "status/track-status-words.h"
#include "status/track-status.h"

/* What is being written. */
typedef struct
{
  GString *out;
  TrackStatusLanguage language;
} Page;

typedef struct
{
  const char *member;
  Word title;
  void (*write) (Page *page, JsonObject *row);
} Column;

static const char *
say (const Page *page, Word word)
{
  return track_status_words[word][page->language];
}

static void
text (Page *page, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value == NULL ? "" : value, -1);
  g_string_append (page->out, escaped);
}

/* A time as a person reads it, and as a program does. */
static void
instant (Page *page, const char *value)
{
  g_autoptr (GDateTime) at = value == NULL ? NULL : g_date_time_new_from_iso8601 (value, NULL);
  g_autofree char *readable =
    at == NULL
      ? NULL
      : track_civil_dup (g_date_time_to_unix (at) * G_USEC_PER_SEC,
                         page->language == TRACK_STATUS_DA ? TRACK_CIVIL_DA : TRACK_CIVIL_EN,
                         FALSE);

  if (readable == NULL)
    return;
  g_string_append (page->out, "<time datetime=\"");
  text (page, value);
  g_string_append (page->out, "\">");
  text (page, readable);
  g_string_append (page->out, "</time>");
}

static void
number (Page *page, double value, const char *format, const char *unit)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, format, value);
  if (page->language == TRACK_STATUS_DA)
    g_strdelimit (digits, ".", ',');
  g_string_append_printf (page->out, "%s %s", digits, unit);
}

static double
figure (JsonObject *row, const char *member)
{
  return json_object_has_member (row, member) ? json_object_get_double_member (row, member) : -1;
}

static void integer (Page *page, JsonObject *row, const char *member, const char *unit);

/* --- cells ------------------------------------------------------------------------------------- */

static void
cell_name (Page *page, JsonObject *row)
{
  const char *alias = track_status_get_text (row, "alias_of");
  const char *canary = track_status_get_text (row, "canary");

  text (page, track_status_get_text (row, "name"));
  if (alias != NULL)
    g_string_append_printf (page->out, " (%s ", say (page, WORD_ALIAS_OF));
  if (alias != NULL)
    text (page, alias);
  g_string_append (page->out, alias != NULL ? ")" : "");
  if (canary != NULL)
    g_string_append_printf (page->out, " (%s ", say (page, WORD_CANARY));
  if (canary != NULL)
    text (page, canary);
  g_string_append (page->out, canary != NULL ? ")" : "");
}

static void
cell_state (Page *page, JsonObject *row)
{
  const char *state = track_status_get_text (row, "state");

  g_string_append (page->out, "<span class=\"");
  text (page, state);
  g_string_append (page->out, "\">");
  text (page, track_status_state_words (state, page->language));
  g_string_append (page->out, "</span>");
}

/* What failed last is told while it is not well: a Planner that is gone, or a certificate of ours. */
static void
cell_planner_state (Page *page, JsonObject *row)
{
  const char *word = track_status_get_text (row, "outcome");
  TrackOutcome outcome;

  cell_state (page, row);
  if (word == NULL || g_strcmp0 (track_status_get_text (row, "state"), "up") == 0 ||
      !track_outcome_parse (word, &outcome))
    return;
  g_string_append (page->out, ": ");
  text (page, track_evidence_outcome_words (outcome, page->language == TRACK_STATUS_DA
                                                       ? TRACK_LANGUAGE_DA
                                                       : TRACK_LANGUAGE_EN));
}

static void
cell_canary_state (Page *page, JsonObject *row)
{
  const char *state = track_status_get_text (row, "state");

  g_string_append (page->out, "<span class=\"");
  text (page, state);
  g_string_append (page->out, "\">");
  text (page, track_status_canary_words (state, page->language));
  g_string_append (page->out, "</span>");
}

static void
cell_share (Page *page, JsonObject *row)
{
  number (page, (double) json_object_get_int_member_with_default (row, "permille", 0) / 10, "%.1f",
          "%");
}

static void
cell_since (Page *page, JsonObject *row)
{
  instant (page, track_status_get_text (row, "since"));
}

/* Nobody is named where the guard did it. */
static void
cell_who (Page *page, JsonObject *row)
{
  gboolean is_guard = g_strcmp0 (track_status_get_text (row, "state"), "tripped") == 0;

  text (page, is_guard ? say (page, WORD_GUARD) : track_status_get_text (row, "who"));
}

/* The guard's own reason is in both languages, Danish first; a person's is as it was written. */
static void
cell_reason (Page *page, JsonObject *row)
{
  const char *reason = track_status_get_text (row, "reason");
  gboolean is_guard = g_strcmp0 (track_status_get_text (row, "state"), "tripped") == 0;
  g_auto (GStrv) parts = is_guard && reason != NULL ? g_strsplit (reason, " / ", 2) : NULL;
  gboolean is_both = parts != NULL && g_strv_length (parts) == 2;

  text (page, is_both ? parts[page->language == TRACK_STATUS_DA ? 0 : 1] : reason);
}

static void
cell_holder (Page *page, JsonObject *row)
{
  gboolean is_client = g_strcmp0 (track_status_get_text (row, "holder"), TRACK_HOLDER_CLIENT) == 0;

  text (page, say (page, is_client ? WORD_HOLDER_CLIENT : WORD_HOLDER_SERVER));
}

static void
cell_days_left (Page *page, JsonObject *row)
{
  gboolean is_over = json_object_get_int_member_with_default (row, "days", 0) < 0;

  g_string_append (page->out, is_over ? "<strong class=\"down\">" : "<span>");
  integer (page, row, "days", "");
  g_string_append (page->out, is_over ? "</strong>" : "</span>");
}

static void
cell_success (Page *page, JsonObject *row)
{
  double share = figure (row, "success_percent");

  if (share < 0)
    text (page, say (page, WORD_NO_FIGURE));
  else
    number (page, share, "%.1f", "%");
}

static void
milliseconds (Page *page, JsonObject *row, const char *member)
{
  double value = figure (row, member);

  if (value < 0)
    text (page, say (page, WORD_NO_FIGURE));
  else
    number (page, value, "%.1f", "ms");
}

static void
cell_p50 (Page *page, JsonObject *row)
{
  milliseconds (page, row, "p50_ms");
}

static void
cell_p99 (Page *page, JsonObject *row)
{
  milliseconds (page, row, "p99_ms");
}

static void
integer (Page *page, JsonObject *row, const char *member, const char *unit)
{
  if (!json_object_has_member (row, member))
    text (page, say (page, WORD_NO_FIGURE));
  else
    g_string_append_printf (page->out, "%" G_GINT64_FORMAT "%s%s",
                            json_object_get_int_member (row, member), *unit == '\0' ? "" : " ",
                            unit);
}

static void
cell_calls (Page *page, JsonObject *row)
{
  integer (page, row, "calls", "");
}

static void
cell_failed (Page *page, JsonObject *row)
{
  integer (page, row, "calls_failed", "");
}

static void
cell_certificate (Page *page, JsonObject *row)
{
  integer (page, row, "certificate_days", say (page, WORD_DAYS));
}

static void
cell_from (Page *page, JsonObject *row)
{
  instant (page, track_status_get_text (row, "from"));
}

static void
cell_until (Page *page, JsonObject *row)
{
  instant (page, track_status_get_text (row, "until"));
}

static void
cell_last_failure (Page *page, JsonObject *row)
{
  instant (page, track_status_get_text (row, "last_failure"));
}

static void
flag (Page *page, JsonObject *row, const char *member)
{
  gboolean is_so =
    json_object_has_member (row, member) && json_object_get_boolean_member (row, member);
  text (page, say (page, is_so ? WORD_YES : WORD_NO));
}

static void
cell_planned (Page *page, JsonObject *row)
{
  flag (page, row, "planned");
}

static void
cell_closed (Page *page, JsonObject *row)
{
  flag (page, row, "closed");
}

static void
cell_text (Page *page, JsonObject *row)
{
  text (page,
        track_status_get_text (row, page->language == TRACK_STATUS_DA ? "text_da" : "text_en"));
}

/* clang-format off */
static const Column unit_columns[] = {
  { "code",     WORD_CODE },
  { NULL,       WORD_NAME,    cell_name },
  { "endpoint", WORD_PLANNER },
  { NULL,       WORD_STATE,   cell_state },
  { NULL,       WORD_SUCCESS, cell_success },
  { NULL,       WORD_CALLS,   cell_calls },
  { NULL,       WORD_P50,     cell_p50 },
  { NULL,       WORD_P99,     cell_p99 },
  { NULL, N_WORDS },
};
static const Column planner_columns[] = {
  { "name",     WORD_PLANNER },
  { "owner",    WORD_OWNER },
  { NULL,       WORD_STATE,       cell_planner_state },
  { NULL,       WORD_SUCCESS,     cell_success },
  { NULL,       WORD_CALLS,       cell_calls },
  { NULL,       WORD_P50,         cell_p50 },
  { NULL,       WORD_P99,         cell_p99 },
  { NULL,       WORD_CERTIFICATE, cell_certificate },
  { NULL, N_WORDS },
};
static const Column disturbance_columns[] = {
  { "endpoint", WORD_PLANNER },
  { NULL,       WORD_FROM,         cell_from },
  { NULL,       WORD_LAST_FAILURE, cell_last_failure },
  { NULL,       WORD_FAILED,       cell_failed },
  { NULL,       WORD_PLANNED,      cell_planned },
  { NULL, N_WORDS },
};
static const Column window_columns[] = {
  { "endpoint", WORD_PLANNER },
  { NULL,       WORD_FROM,   cell_from },
  { NULL,       WORD_UNTIL,  cell_until },
  { NULL,       WORD_CLOSED, cell_closed },
  { NULL,       WORD_TEXT,   cell_text },
  { NULL, N_WORDS },
};
static const Column canary_columns[] = {
  { "unit",     WORD_UNIT },
  { "endpoint", WORD_CANDIDATE },
  { NULL,       WORD_SHARE,  cell_share },
  { NULL,       WORD_STATE,  cell_canary_state },
  { NULL,       WORD_SINCE,  cell_since },
  { NULL,       WORD_WHO,    cell_who },
  { NULL,       WORD_REASON, cell_reason },
  { NULL, N_WORDS },
};
static const Column certificate_columns[] = {
  { NULL,       WORD_HOLDER,    cell_holder },
  { NULL,       WORD_UNTIL,     cell_until },
  { NULL,       WORD_DAYS_LEFT, cell_days_left },
  { NULL, N_WORDS },
};
/* clang-format on */

/* --- tables ------------------------------------------------------------------------------------- */

static void
write_cell (Page *page, const Column *column, JsonObject *row, gboolean is_heading)
{
  if (is_heading)
    g_string_append (page->out, "<th scope=\"row\" role=\"rowheader\">");
  else
    g_string_append_printf (page->out, "<td role=\"cell\" data-label=\"%s\">",
                            say (page, column->title));
  if (column->write != NULL)
    column->write (page, row);
  else
    text (page, track_status_get_text (row, column->member));
  g_string_append (page->out, is_heading ? "</th>" : "</td>");
}

/* The roles are said again because a style that lays a table out as blocks takes them away. */
static void
write_table (Page *page, Word title, const Column *columns, GPtrArray *rows)
{
  g_string_append_printf (page->out,
                          "<table role=\"table\"><caption>%s</caption><thead role=\"rowgroup\">"
                          "<tr role=\"row\">",
                          say (page, title));
  for (const Column *column = columns; column->title != N_WORDS; column++)
    g_string_append_printf (page->out, "<th scope=\"col\" role=\"columnheader\">%s</th>",
                            say (page, column->title));
  g_string_append (page->out, "</tr></thead><tbody role=\"rowgroup\">\n");
  for (guint i = 0; i < rows->len; i++)
    {
      g_string_append (page->out, "<tr role=\"row\">");
      for (const Column *column = columns; column->title != N_WORDS; column++)
        write_cell (page, column, rows->pdata[i], column == columns);
      g_string_append (page->out, "</tr>\n");
    }
  g_string_append (page->out, "</tbody></table>\n");
}

static void
write_section (Page *page,
               const char *id,
               Word title,
               Word none,
               const Column *columns,
               GPtrArray *rows)
{
  g_string_append_printf (page->out, "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n", id,
                          id, say (page, title));
  if (rows->len == 0)
    g_string_append_printf (page->out, "<p>%s</p>\n", say (page, none));
  else
    write_table (page, title, columns, rows);
  g_string_append (page->out, "</section>\n");
}

static GPtrArray *
list_rows (JsonObject *status, const char *member)
{
  GPtrArray *rows = g_ptr_array_new ();
  JsonArray *all = track_status_get_list (status, member);

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    g_ptr_array_add (rows, json_array_get_object_element (all, i));
  return rows;
}

static gboolean
holds (JsonObject *row, const char *member, const char *folded)
{
  const char *value = track_status_get_text (row, member);
  g_autofree char *other = value == NULL ? NULL : g_utf8_casefold (value, -1);

  return other != NULL && strstr (other, folded) != NULL;
}

static gboolean
is_troubled (JsonObject *row)
{
  const char *state = track_status_get_text (row, "state");
  gint64 n_failed =
    json_object_has_member (row, "failed") ? json_object_get_int_member (row, "failed") : 0;

  return n_failed > 0 || (g_strcmp0 (state, "up") != 0 && g_strcmp0 (state, "unknown") != 0);
}

static GPtrArray *
list_units (JsonObject *status, const TrackStatusView *view)
{
  GPtrArray *rows = list_rows (status, "units");
  g_autofree char *valid = g_utf8_make_valid (view->search == NULL ? "" : view->search, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);

  for (guint i = rows->len; i > 0; i--)
    {
      JsonObject *row = rows->pdata[i - 1];
      gboolean fits = holds (row, "code", folded) || holds (row, "name", folded) ||
                      holds (row, "endpoint", folded);

      if (!fits || (view->only_troubled && !is_troubled (row)))
        g_ptr_array_remove_index (rows, i - 1);
    }
  return rows;
}

/* --- the page ---------------------------------------------------------------------------------- */

static void
write_head (Page *page)
{
  static const char *const codes[] = { "da", "en" }, *const names[] = { "Dansk", "English" };

  g_string_append_printf (
    page->out,
    "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title>"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<style>%s</style></head>\n<body><header><a class=\"skip\" href=\"#content\">%s</a>"
    "<nav aria-label=\"%s\"><ul>",
    codes[page->language], say (page, WORD_TITLE), track_status_style, say (page, WORD_SKIP),
    say (page, WORD_LANGUAGES));
  for (guint i = 0; i < TRACK_STATUS_N_LANGUAGES; i++)
    g_string_append_printf (
      page->out, "<li><a href=\"/status?lang=%s\" lang=\"%s\" hreflang=\"%s\"%s>%s</a></li>",
      codes[i], codes[i], codes[i], i == page->language ? " aria-current=\"true\"" : "", names[i]);
  g_string_append_printf (
    page->out, "</ul></nav></header>\n<main id=\"content\" tabindex=\"-1\"><h1>%s</h1>\n",
    say (page, WORD_TITLE));
}

static void
write_alarm (Page *page, const char *value, const char *since)
{
  g_string_append_printf (page->out, "<p><strong class=\"down\">%s:</strong> ",
                          say (page, WORD_ALARM));
  text (page, value);
  if (since != NULL)
    g_string_append_printf (page->out, " (%s ", say (page, WORD_SINCE));
  instant (page, since);
  g_string_append (page->out, since != NULL ? ")</p>" : "</p>");
}

static void
write_alarms (Page *page, JsonObject *status)
{
  g_autoptr (GPtrArray) alarms = list_rows (status, "alarms");
  const char *language = page->language == TRACK_STATUS_DA ? "text_da" : "text_en";
  const char *other = track_status_get_text (status, "alarm");

  for (guint i = 0; i < alarms->len; i++)
    write_alarm (page, track_status_get_text (alarms->pdata[i], language),
                 track_status_get_text (alarms->pdata[i], "since"));
  /* In the first second, or when there is no watch. */
  if (alarms->len == 0 && other != NULL)
    write_alarm (page, other, NULL);
}

static void
write_summary (Page *page, JsonObject *status)
{
  g_autoptr (GPtrArray) disturbances = list_rows (status, "disturbances");
  g_autoptr (GPtrArray) planners = list_rows (status, "endpoints");
  gboolean is_well = disturbances->len == 0;

  for (guint i = 0; i < planners->len; i++)
    {
      const char *state = track_status_get_text (planners->pdata[i], "state");
      is_well = is_well && g_strcmp0 (state, "down") != 0 && g_strcmp0 (state, "ill") != 0;
    }
  g_string_append_printf (
    page->out, "<div class=\"summary\"><p><strong class=\"%s\">%s</strong></p>",
    is_well ? "up" : "down", say (page, is_well ? WORD_ALL_WELL : WORD_TROUBLE));
  write_alarms (page, status);
  g_string_append_printf (page->out, "<p>%s ", say (page, WORD_AS_OF));
  instant (page, track_status_get_text (status, "at"));
  g_string_append_printf (page->out, "; %s %" G_GINT64_FORMAT ". %s</p></div>\n",
                          say (page, WORD_REVISION),
                          json_object_get_int_member (status, "revision"), say (page, WORD_HOUR));
}

static void
write_form (Page *page, const TrackStatusView *view)
{
  g_string_append_printf (
    page->out,
    "<form method=\"get\" action=\"/status#units\"><fieldset><legend>%s</legend>"
    "<input type=\"hidden\" name=\"lang\" value=\"%s\">"
    "<p><label for=\"q\">%s</label><input type=\"search\" id=\"q\" name=\"q\" value=\"",
    say (page, WORD_FILTER), page->language == TRACK_STATUS_DA ? "da" : "en",
    say (page, WORD_SEARCH));
  text (page, view->search);
  g_string_append_printf (
    page->out,
    "\"></p><p><label for=\"t\"><input type=\"checkbox\" id=\"t\" name=\"troubled\" "
    "value=\"1\"%s> %s</label></p><p><button type=\"submit\">%s</button></p>"
    "</fieldset></form>\n",
    view->only_troubled ? " checked" : "", say (page, WORD_ONLY_TROUBLED), say (page, WORD_SHOW));
}

/**
 * track_status_page_dup:
 * @status: track_status_dup()
 *
 * Returns: (transfer full): the document
 */
char *
track_status_page_dup (JsonObject *status, const TrackStatusView *view)
{
  g_autoptr (GString) out = g_string_sized_new (16384);
  Page page = { out, view->language };
  g_autoptr (GPtrArray) disturbances = list_rows (status, "disturbances");
  g_autoptr (GPtrArray) planners = list_rows (status, "endpoints");
  g_autoptr (GPtrArray) windows = list_rows (status, "windows");
  g_autoptr (GPtrArray) canaries = list_rows (status, "canaries");
  g_autoptr (GPtrArray) certificates = list_rows (status, "own_certificates");
  g_autoptr (GPtrArray) units = list_units (status, view);

  write_head (&page);
  write_summary (&page, status);
  write_section (&page, "disturbances", WORD_DISTURBANCES, WORD_NO_DISTURBANCES,
                 disturbance_columns, disturbances);
  write_section (&page, "planners", WORD_PLANNERS, WORD_NO_FIGURE, planner_columns, planners);
  write_form (&page, view);
  write_section (&page, "units", WORD_UNITS, WORD_NO_UNITS, unit_columns, units);
  write_section (&page, "windows", WORD_WINDOWS, WORD_NO_WINDOWS, window_columns, windows);
  write_section (&page, "canaries", WORD_CANARIES, WORD_NO_CANARIES, canary_columns, canaries);
  write_section (&page, "certificates", WORD_OWN_CERTIFICATES, WORD_NO_CERTIFICATES,
                 certificate_columns, certificates);
  g_string_append (out, "</main></body></html>\n");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The weight that an Accept-Language field gives to a language, in thousandths; -1: none. */
static int
weight_of (const char *accepted, const char *language)
{
  g_auto (GStrv) parts = g_strsplit (accepted, ",", 20);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]), *q = strstr (part, "q=");

      if (g_ascii_strncasecmp (part, language, 2) == 0 &&
          (part[2] == '\0' || strchr ("-; ", part[2])))
        return q == NULL ? 1000 : (int) (CLAMP (g_ascii_strtod (q + 2, NULL), 0, 1) * 1000);
    }
  return -1;
}

/**
 * track_status_choose_language:
 * @wanted: (nullable): what the address says
 * @accepted: (nullable): the field Accept-Language
 *
 * Returns: Danish, unless English is asked for or preferred
 */
TrackStatusLanguage
track_status_choose_language (const char *wanted, const char *accepted)
{
  if (g_strcmp0 (wanted, "da") == 0)
    return TRACK_STATUS_DA;
  if (g_strcmp0 (wanted, "en") == 0)
    return TRACK_STATUS_EN;
  return accepted != NULL && weight_of (accepted, "en") > MAX (weight_of (accepted, "da"), 0)
           ? TRACK_STATUS_EN
           : TRACK_STATUS_DA;
}

/**
 * track_status_page_dup_policy:
 *
 * Returns: (transfer full): the page's Content-Security-Policy: no script, no style but its own
 */
char *
track_status_page_dup_policy (void)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize n_digest = sizeof digest;

  g_checksum_update (checksum, (const guchar *) track_status_style, -1);
  g_checksum_get_digest (checksum, digest, &n_digest);
  g_autofree char *encoded = g_base64_encode (digest, n_digest);
  return g_strdup_printf ("default-src 'none'; style-src 'sha256-%s'; form-action 'self'; "
                          "base-uri 'none'; frame-ancestors 'none'",
                          encoded);
}
