/* SPDX-License-Identifier: EUPL-1.2 */
/* Options of `switchtrackctl rehearse UNIT URL`, its output and its exit code. */
#include "ctl/track-ctl-rehearse.h"

#include "rehearse/track-rehearse.h"

#define EXIT_PASSED     0
#define EXIT_NOT_PASSED 1
#define EXIT_USAGE      2

typedef struct
{
  char *plan;
  char *only;
  char *ca;
  char *certificate;
  char *key;
  char **pins;
  int timeout_s;
  gboolean is_json;
  gboolean lists;
  char **words;
} Options;

static void
clear_options (Options *options)
{
  g_free (options->plan);
  g_free (options->only);
  g_free (options->ca);
  g_free (options->certificate);
  g_free (options->key);
  g_strfreev (options->pins);
  g_strfreev (options->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static gboolean
parse (Options *options, int *argc, char ***argv, GError **error)
{
  /* clang-format off */
  const GOptionEntry entries[] = {
    { "plan",        0, 0, G_OPTION_ARG_FILENAME, &options->plan, "test citizens, offer and days; without it only calls that change nothing are made", "FILE" },
    { "only",        0, 0, G_OPTION_ARG_STRING, &options->only, "these groups or group/rows, separated by commas", "NAMES" },
    { "ca",          0, 0, G_OPTION_ARG_FILENAME, &options->ca, "whom to trust, PEM (the system's)", "FILE" },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate, "who we are, PEM", "FILE" },
    { "key",         0, 0, G_OPTION_ARG_FILENAME, &options->key, "its key, PEM", "FILE" },
    { "pin",         0, 0, G_OPTION_ARG_STRING_ARRAY, &options->pins, "public key that is accepted, as in the registry's row; may stand more than once (any)", "sha256//BASE64" },
    { "timeout",     0, 0, G_OPTION_ARG_INT, &options->timeout_s, "seconds without a byte (10)", "SECONDS" },
    { "json",        0, 0, G_OPTION_ARG_NONE, &options->is_json, "the report as JSON", NULL },
    { "list",        0, 0, G_OPTION_ARG_NONE, &options->lists, "print the rows and run none", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->words, NULL, "UNIT URL" },
    { NULL },
  };
  /* clang-format on */
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_summary (
    context, "Calls an endpoint as DFDG would, and judges its answers by the contract.\n"
             "Exit code: 0 passed, 1 not passed, 2 not run.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static void
print_list (void)
{
  for (const TrackRehearseGroup *group = track_rehearse_groups; group->name != NULL; group++)
    for (const TrackRehearseRow *row = group->rows; row->name != NULL; row++)
      g_print ("%s/%s: %s: %s (%s)\n", group->name, row->name, row->sends, row->expected,
               row->section);
}

static void
print_report (const TrackRehearseReport *report, gboolean is_json)
{
  if (!is_json)
    {
      g_autofree char *text = track_rehearse_report_dup_text (report);
      g_print ("%s", text);
      return;
    }
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (root, track_rehearse_report_dup_json (report));
  g_autofree char *text = json_to_string (root, TRUE);
  g_print ("%s\n", text);
}

static int
refuse (const char *what)
{
  g_printerr ("switchtrackctl rehearse: %s\n", what);
  return EXIT_USAGE;
}

/**
 * track_ctl_rehearse:
 * @argv: (array length=argc): begins with the command's own word
 *
 * Runs the command. Blocks until the report is printed.
 *
 * Returns: the exit code
 */
int
track_ctl_rehearse (int argc, char **argv)
{
  g_auto (Options) options = { .timeout_s = 10 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackRehearsePlan) plan = NULL;
  if (!parse (&options, &argc, &argv, &error))
    return refuse (error->message);
  if (options.lists)
    {
      print_list ();
      return EXIT_PASSED;
    }
  if (options.words == NULL || g_strv_length (options.words) != 2)
    return refuse ("give the jobcenter's code and the address of the endpoint: UNIT URL");
  if (options.timeout_s < 1 || options.timeout_s > 600)
    return refuse ("--timeout is 1 to 600 seconds");
  if (options.plan != NULL)
    {
      plan = track_rehearse_plan_load (options.plan, &error);
      if (plan == NULL)
        return refuse (error->message);
    }
  TrackRehearseSettings settings = {
    .wire = { options.words[1], options.ca, options.certificate, options.key,
              (const char *const *) options.pins, (guint) options.timeout_s },
    .unit = options.words[0],
    .plan = plan,
    .only = options.only,
  };
  g_autoptr (TrackRehearseReport) report = track_rehearse_run (&settings, &error);
  if (report == NULL)
    return refuse (error->message);
  print_report (report, options.is_json);
  return track_rehearse_report_is_passed (report) ? EXIT_PASSED : EXIT_NOT_PASSED;
}
