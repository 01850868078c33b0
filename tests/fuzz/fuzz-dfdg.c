/* SPDX-License-Identifier: EUPL-1.2 */
/* DFDG's answers, each object of them given to every reader: what is taken is whole, bounded, and read equal when written. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "base/json-text.h"
#include "dfdg/readings/code-refresh.h"
#include "dfdg/services/besked-json.h"
#include "dfdg/services/frist-client.h"
#include "dfdg/services/indkaldelse-json.h"
#include "dfdg/services/visitering-client.h"
#include "fuzz.h"
#include "rules/code-merge.h"

/* Of year 1 to 9999, and what stands for none. */
#define FIRST_DAY G_GINT64_CONSTANT (-719162)
#define LAST_DAY  G_GINT64_CONSTANT (2932896)

static const CalsyncZone *zone;

static void
check_text (const char *text, gsize max_bytes)
{
  g_assert_true (text == NULL || (strlen (text) <= max_bytes && g_utf8_validate (text, -1, NULL)));
}

static void
check_day (gint64 day)
{
  g_assert_cmpint (day, >=, FIRST_DAY);
  g_assert_cmpint (day, <=, LAST_DAY + 1);
}

/* What we would send of it is read back as the same; that it is over goes with another call. */
static void
look_at_summons (JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DfdgIndkaldelse) record = indkaldelse_from_json (object, zone, &error);
  g_autoptr (DfdgIndkaldelse) again = NULL;
  g_autoptr (JsonObject) written = NULL;
  g_autofree char *names = NULL;

  if (record == NULL)
    {
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      return;
    }
  g_assert_no_error (error);
  g_assert_nonnull (record->identifier);
  check_text (record->identifier, 64);
  check_text (record->version, 64);
  g_assert_cmpint (record->core.start_us, <, record->core.end_us);
  record->is_cancelled = FALSE;
  written = indkaldelse_to_json (record, zone);
  again = indkaldelse_from_json (written, zone, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->identifier, ==, record->identifier);
  g_assert_cmpint (again->core.start_us, ==, record->core.start_us);
  g_assert_cmpint (again->core.end_us, ==, record->core.end_us);
  names = indkaldelse_dup_differences (record, again);
  g_assert_cmpstr (names, ==, "");
}

static void
look_at_span (JsonObject *object)
{
  static const char *const members[3] = { "kontaktgruppeType", "startdato", "slutdato" };
  CitizenSpan span = { 0 };

  if (!visitering_read_span (object, members, zone, &span))
    return;
  g_assert_cmpint (span.code, >, 0);
  g_assert_cmpint (span.code, <=, G_MAXINT32);
  check_day (span.from_date);
  if (span.until_date != READING_OPEN)
    check_day (span.until_date);
}

static void
look_at_deadline (JsonObject *object)
{
  static const FristMembers members = { "fristIdentifier", "samtaleType",
                                        "fristDato",       "sidsteAfholdelsesdato",
                                        "friststatusType", "straksbookingPaakraevet",
                                        "tidspunkt" };
  Deadline *deadline = frist_read (object, &members, zone);

  if (deadline == NULL)
    return;
  g_assert_nonnull (deadline->identifier);
  check_text (deadline->identifier, 64);
  check_day (deadline->deadline_date);
  check_day (deadline->last_date);
  g_assert_true (deadline->is_immediate == TRUE || deadline->is_immediate == FALSE);
  deadline_free (deadline);
}

static void
check_shown (const char *text)
{
  g_autofree char *shown = text == NULL ? NULL : besked_dup_for_people (text);

  g_assert_true (shown == NULL || g_utf8_validate (shown, -1, NULL));
  for (const char *at = shown; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    g_assert_true (*at == '\n' || !g_unichar_iscntrl (g_utf8_get_char (at)));
}

static void
look_at_message (JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Besked) besked = besked_from_json (object, zone, &error);

  if (besked == NULL)
    {
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      return;
    }
  g_assert_true (besked->identifier != NULL && *besked->identifier != '\0');
  check_text (besked->identifier, 64);
  check_text (besked->cpr, 64);
  check_text (besked->title, 65536);
  check_text (besked->text, 65536);
  check_shown (besked->title);
  check_shown (besked->text);
  if (besked->is_hidden)
    g_assert_true (besked->title == NULL && besked->text == NULL && besked->replies->len == 0 &&
                   besked->documents->len == 0);
}

/* The codes are held against a list of our own: what comes of it is a list again. */
static void
look_at_codes (JsonObject *object)
{
  static const char held_text[] = "code,name,valid_from,valid_until,source\n"
                                  "1,Dagpenge,,,test\n7,Jobsamtale,2020-01-01,,test\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows = code_refresh_read_rows (object, "a list", &error);
  g_autoptr (CodeList) held = NULL;
  g_autoptr (CodeList) merged = NULL;
  g_auto (CodeMerge) merge = { 0 };

  if (rows == NULL)
    {
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED);
      return;
    }
  held = code_list_parse ("fuzz", held_text, &error);
  g_assert_no_error (error);
  code_merge (held, rows, 20000, &merge);
  merged = code_list_parse ("fuzz", merge.text, &error);
  g_assert_no_error (error);
}

static void
look_at_faults (const GString *body)
{
  g_auto (DfdgAnswer) answer = { .status = 400, .verdict = DFDG_REFUSED };
  g_autoptr (GError) error = NULL;

  dfdg_answer_read_faults (&answer, body);
  check_text (answer.text, 512);
  for (guint i = 0; i < answer.faults->len; i++)
    {
      check_text (answer.faults->pdata[i], 512);
      g_assert_null (strpbrk (answer.faults->pdata[i], "\n\r\033"));
      g_assert_false (
        g_regex_match_simple ("(?<!\\d)\\d{10}(?!\\d)", answer.faults->pdata[i], 0, 0));
    }
  dfdg_answer_set_error (&answer, "a call", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
}

static void
look_at (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) values = json_object_get_values (object);

      look_at_summons (object);
      look_at_span (object);
      look_at_deadline (object);
      look_at_message (object);
      look_at_codes (object);
      for (GList *at = values; at != NULL; at = at->next)
        look_at (at->data);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      look_at (json_array_get_element (json_node_get_array (node), i));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = fuzz_dup_text (data, n_bytes);
  g_autoptr (GString) body = g_string_new (text);
  guint line = 0;

  if (zone == NULL)
    zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  g_assert_nonnull (zone);
  look_at_faults (body);
  if (json_text_find_fault (body->str, body->len, &line) == NULL &&
      json_parser_load_from_data (parser, body->str, (gssize) body->len, NULL) &&
      json_parser_get_root (parser) != NULL)
    look_at (json_parser_get_root (parser));
  return 0;
}
