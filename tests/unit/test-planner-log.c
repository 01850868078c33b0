/* SPDX-License-Identifier: EUPL-1.2 */
/* The log: fields, levels, both formats, and no citizen's number however it got into a text. */
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <unistd.h>

#include "planner-log.h"
#include "testlib.h"

#define REQUEST "a0d7b100-0cdb-4145-b973-b97fc0bfef9a"

typedef void (*Speak) (gconstpointer what);

/* What a function writes to stderr. */
static char *
capture (Speak speak, gconstpointer what)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  int file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int saved = dup (STDERR_FILENO);
  char *text = NULL;

  dup2 (file, STDERR_FILENO);
  speak (what);
  dup2 (saved, STDERR_FILENO);
  close (saved);
  close (file);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
speak_event (gconstpointer what)
{
  planner_log_event (PLANNER_LOG_INFO, "something", "text", what, "nothing", NULL, NULL);
}

static void
speak_call (gconstpointer what)
{
  planner_log_call (what);
}

static void
test_numbers_are_masked (void)
{
  const char *cpr = testlib_cpr (7);
  g_autofree char *hyphen = g_strdup_printf ("%.6s-%s", cpr, cpr + 6);
  const char *texts[] = { cpr, hyphen };

  planner_log_start (PLANNER_LOG_LOGFMT, PLANNER_LOG_INFO);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *said =
        g_strdup_printf ("the citizen (%s) is \"%s\", %s.", texts[i], texts[i], texts[i]);
      g_autofree char *line = capture (speak_event, said);

      g_assert_null (strstr (line, texts[i]));
      /* Beyond the time, whose digits may be any. */
      g_assert_null (strstr (strstr (line, " text="), cpr + 6));
      g_assert_nonnull (strstr (line, "the citizen (xxxxxxxxxx"));
    }
}

static void
test_identifiers_stay (void)
{
  static const char *const texts[] = { REQUEST, "89000000-0000-4000-8000-000000000001",
                                       "ab123456-7890-4145-b973-b97fc0bfef9a",
                                       "a0d7b100-0cdb-4145-b973-1234567890ab", "12345678901" };

  planner_log_start (PLANNER_LOG_LOGFMT, PLANNER_LOG_INFO);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *line = capture (speak_event, texts[i]);
      g_assert_nonnull (strstr (line, texts[i]));
    }
}

static LogCall
a_call (void)
{
  return (LogCall){ .level = PLANNER_LOG_INFO,
                    .request_id = REQUEST,
                    .caller = "dfdg",
                    .peer = "::1",
                    .operation = "CreateBooking",
                    .unit = "89000",
                    .place = "writer",
                    .outcome = "fault",
                    .reason = "two words\nand a \"line\"",
                    .fault_code = 990001,
                    .http_status = 500,
                    .queue_us = 12,
                    .duration_us = 3456 };
}

static void
test_one_line_a_call (void)
{
  LogCall call = a_call ();
  g_autofree char *line = NULL;

  planner_log_start (PLANNER_LOG_LOGFMT, PLANNER_LOG_INFO);
  line = capture (speak_call, &call);
  g_assert_cmpint (line[strlen (line) - 1], ==, '\n');
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  g_assert_nonnull (
    strstr (line, " level=info event=call request=" REQUEST
                  " caller=dfdg peer=::1 operation=CreateBooking unit=89000 place=writer "
                  "outcome=fault fault=990001 reason=\"two words\\u000aand a \\\"line\\\"\" "
                  "status=500 queue_us=12 duration_us=3456"));
}

static void
test_json (void)
{
  LogCall call = a_call ();
  g_autofree char *line = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;

  planner_log_start (PLANNER_LOG_JSON, PLANNER_LOG_INFO);
  line = capture (speak_call, &call);
  g_assert_true (json_parser_load_from_data (parser, line, -1, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (object, "reason"), ==, call.reason);
  g_assert_cmpint (json_object_get_int_member (object, "duration_us"), ==, 3456);
  g_assert_cmpint (json_object_get_int_member (object, "fault"), ==, 990001);
  g_assert_false (json_object_has_member (object, "organisation"));
}

static void
test_levels (void)
{
  PlannerLogLevel level = PLANNER_LOG_DEBUG;
  g_autofree char *quiet = NULL;
  g_autofree char *loud = NULL;

  planner_log_start (PLANNER_LOG_LOGFMT, PLANNER_LOG_WARNING);
  quiet = capture (speak_event, "x");
  g_assert_cmpstr (quiet, ==, "");
  g_assert_true (planner_log_parse_level ("info", &level));
  planner_log_set_level (level);
  loud = capture (speak_event, "x");
  g_assert_nonnull (strstr (loud, "event=something text=x\n"));
  g_assert_false (planner_log_parse_level ("loud", &level));
}

static void
speak_library (gconstpointer what)
{
  GLogField fields[] = { { "MESSAGE", what, -1 }, { "GLIB_DOMAIN", "listener", -1 } };

  planner_log_write_library (G_LOG_LEVEL_MESSAGE, fields, G_N_ELEMENTS (fields), NULL);
}

static void
test_libraries_speak_too (void)
{
  g_autofree char *line = NULL;

  planner_log_start (PLANNER_LOG_LOGFMT, PLANNER_LOG_INFO);
  line = capture (speak_library, testlib_cpr (3));
  g_assert_nonnull (strstr (line, "level=warning event=message domain=listener text="));
  g_assert_null (strstr (line, testlib_cpr (3)));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-log/numbers-are-masked", test_numbers_are_masked);
  g_test_add_func ("/planner-log/identifiers-stay", test_identifiers_stay);
  g_test_add_func ("/planner-log/one-line-a-call", test_one_line_a_call);
  g_test_add_func ("/planner-log/json", test_json);
  g_test_add_func ("/planner-log/levels", test_levels);
  g_test_add_func ("/planner-log/libraries", test_libraries_speak_too);
  return g_test_run ();
}
