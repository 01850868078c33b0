/* SPDX-License-Identifier: EUPL-1.2 */
/* The command line of a server, and what must be so before it opens anything. */
#include "planner-program.h"

#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "config.h"
#include "planner-log.h"

typedef struct
{
  PlannerProgramOptions given;
  gboolean prints_sample;
  gboolean prints_manual;
  gboolean prints_version;
} Options;

static gboolean
parse_options (const PlannerProgram *program,
               Options *options,
               int *argc,
               char ***argv,
               GError **error)
{
  g_autofree char *manual =
    g_strdup_printf ("print the manual page %s.conf(5), and end", program->name);
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->given.config_path, "configuration file",
      "FILE" },
    { "print-config-sample", 0, 0, G_OPTION_ARG_NONE, &options->prints_sample,
      "print every key with its meaning and default, and end", NULL },
    { "print-config-manual", 0, 0, G_OPTION_ARG_NONE, &options->prints_manual, manual, NULL },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &options->given.only_checks, program->checks, NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->prints_version, "print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, program->summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is not expected", (*argv)[1]);
  return FALSE;
}

static gboolean
print_or_run (const PlannerProgram *program, const Options *options, GError **error)
{
  g_autofree char *text = options->prints_version
                            ? g_strdup_printf ("%s %s\n", program->name, PLANNER_VERSION)
                          : options->prints_sample ? program->dup_sample ()
                          : options->prints_manual ? program->dup_manual ()
                                                   : NULL;

  if (text != NULL)
    {
      g_print ("%s", text);
      return TRUE;
    }
  if (options->given.config_path != NULL)
    return program->run (&options->given, error);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "--config FILE is needed; --print-config-sample shows one");
  return FALSE;
}

/**
 * planner_program_main:
 *
 * What main() of a server does.
 *
 * Returns: its exit status
 */
int
planner_program_main (const PlannerProgram *program, int argc, char **argv)
{
  Options options = { .given.arguments = g_strdupv (argv) };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  setlocale (LC_ALL, "C.UTF-8");
  /* A reader that left, and a file at its limit, are errors of one write, not the end. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  /* Whoever asks for a reload while we start must not end us by it: what is read then is new enough. */
  signal (SIGHUP, SIG_IGN);
  ok = parse_options (program, &options, &argc, &argv, &error) &&
       print_or_run (program, &options, &error);
  g_free (options.given.config_path);
  g_strfreev (options.given.arguments);
  if (!ok)
    g_printerr ("%s: %s\n", program->name, error->message);
  return ok ? 0 : 1;
}

/* Memory holds citizens' numbers and keys: no dumps, no debugger, unless asked for. */
static void
keep_memory_private (void)
{
  const struct rlimit none = { 0, 0 };

  prctl (PR_SET_DUMPABLE, 0);
  setrlimit (RLIMIT_CORE, &none);
}

/*
 * Bodies of requests come from pages of their own and go back to the system when they end. By itself glibc stops
 * doing that as soon as one such piece was freed, and then a crowd of large bodies leaves its mark for good.
 */
static void
keep_memory_small (void)
{
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  mallopt (M_TRIM_THRESHOLD, 1024 * 1024);
}

/**
 * planner_program_prepare:
 * @log_format: a PlannerLogFormat, as configurations hold it
 * @log_level: a word of planner_log_parse_level()
 *
 * Starts the log and settles what memory may become, before anybody's data is in it.
 */
void
planner_program_prepare (gint64 log_format, const char *log_level, gboolean allows_core_dumps)
{
  PlannerLogLevel level = PLANNER_LOG_INFO;

  planner_log_parse_level (log_level, &level);
  planner_log_start ((PlannerLogFormat) log_format, level);
  g_log_set_writer_func (planner_log_write_library, NULL, NULL);
  if (!allows_core_dumps)
    keep_memory_private ();
  keep_memory_small ();
}
