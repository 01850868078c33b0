/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of plannerctl share: options, how a command is run, how a result is shown. */
#pragma once

#include <gio/gio.h>

#include "ops/admin/admin.h"
#include "planner-config.h"

/* Read when it is there and --config names no other. */
#define CTL_DEFAULT_CONFIG "/etc/planner/plannerd.conf"

/**
 * CtlProgram:
 * @name: as it is typed
 * @server: that it sends commands to
 * @about: after the name in its manual page
 * @description, @see_also: troff
 *
 * What plannerctl and its like differ in.
 */
typedef struct
{
  const char *name;
  const char *server;
  const char *about;
  const char *description;
  const char *see_also;
} CtlProgram;

/* plannerctl's, until another program sets its own at the start. */
extern const CtlProgram *ctl_program;

/**
 * CtlPrints:
 *
 * Options that print something made from the tables and nothing else; for people, the build and the docs.
 */
typedef struct
{
  gboolean manual;
  gboolean markdown;
  gboolean version;
} CtlPrints;

/* Their rows among a program's own; @prints is a CtlPrints. */
#define CTL_PRINTS_ENTRIES(prints)                                                      \
  { "version", 0, 0, G_OPTION_ARG_NONE, &(prints).version, "print the version", NULL }, \
    { "print-manual",                                                                   \
      0,                                                                                \
      G_OPTION_FLAG_HIDDEN,                                                             \
      G_OPTION_ARG_NONE,                                                                \
      &(prints).manual,                                                                 \
      "print the manual page in troff",                                                 \
      NULL },                                                                           \
  {                                                                                     \
    "print-markdown", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &(prints).markdown,   \
      "print the commands as the documentation lists them", NULL                        \
  }

/**
 * CtlMain:
 * @summary: above the help
 * @entries: (array zero-terminated=1): options before the command, CTL_PRINTS_ENTRIES among them
 * @prints: what they set
 * @run: takes @arguments; the exit code
 * @own_word: (nullable): a first word that is no row of the table
 * @own: (nullable): what it does, with the words from @own_word on
 *
 * A program whose commands are the rows of the admin table.
 */
typedef struct
{
  const char *summary;
  const GOptionEntry *entries;
  const CtlPrints *prints;
  int (*run) (gpointer data, const AdminCommand *command, JsonObject *arguments);
  gpointer data;
  const char *own_word;
  int (*own) (int argc, char **argv);
} CtlMain;

int ctl_main_run (const CtlMain *self, int argc, char **argv);

/**
 * Ctl:
 * @database: path of the database file
 * @socket: (nullable): plannerd's admin socket, tried when another process holds the database
 * @data_dir: schema, code lists and holidays
 * @config: (nullable): plannerd's configuration, for commands that reach calendars themselves
 * @tenant: (nullable)
 * @is_json: results as JSON
 * @shows_progress: on standard error
 *
 * The options that stand before the subcommand.
 */
typedef struct
{
  char *database;
  char *socket;
  char *data_dir;
  char *config;
  char *tenant;
  gboolean is_json;
  gboolean shows_progress;
} Ctl;

/* The command line of a row of the admin table; NULL: wrong usage or a bad value was told. */
JsonObject *ctl_command_parse (const AdminCommand *command, int argc, char **argv, int *out_code)
  G_GNUC_WARN_UNUSED_RESULT;

/* The row that the first words of a command line name, and what to say when there is none. */
const AdminCommand *ctl_find_command (int argc, char **argv, int *out_n_words);
void ctl_print_unknown (const char *word);

/* Text made from the admin table. */
char *ctl_help_dup_words (const AdminCommand *command);
char *ctl_help_dup_option (const AdminArgument *argument);
char *ctl_help_dup_usage (const AdminCommand *command);
char *ctl_help_dup_arguments (const AdminCommand *command);
char *ctl_help_dup_list (void);
char *ctl_help_dup_markdown (void);
char *ctl_manual_dup (const GOptionEntry *global);
char *ctl_completion_dup (const char *shell, const GOptionEntry *global);
extern const AdminArgument ctl_yes_argument;

/* Content of arguments that plannerctl reads from files. */
char *ctl_files_read_content (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *ctl_files_read_citizen (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *ctl_files_read_documents (char **paths, GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *ctl_files_read_folder (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After message document: the bytes go into the file that the arguments name, which must not be there. */
gboolean ctl_document_write (JsonObject *arguments,
                             JsonObject *result,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After an export: its files go into the folder that the arguments name. */
gboolean ctl_export_write (JsonObject *arguments,
                           JsonObject *result,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Prints a result for people. */
typedef void (*CtlPrint) (JsonObject *result);

CtlPrint ctl_printers_find (const char *command);
void ctl_dfdg_status_print (JsonObject *result);
void ctl_doctor_print (JsonObject *result);
void ctl_explain_print (JsonObject *result);
void ctl_import_print (JsonObject *result);
void ctl_list_print (JsonObject *result);
void ctl_message_list_print (JsonObject *result);
void ctl_message_show_print (JsonObject *result);
void ctl_missing_print (JsonObject *result);
void ctl_sync_status_print (JsonObject *result);
void ctl_verify_print (JsonObject *result);
void ctl_week_print (JsonObject *result);

/* Adds what the configuration tells to doctor's findings. */
void ctl_doctor_prepare (AdminCall *call, PlannerConfig **out_config);

/* Runs an admin command here, or in the plannerd that holds the database; prints; the exit code. */
int ctl_run (const Ctl *ctl, const AdminCommand *command, JsonObject *arguments);
/* The same without printing; @out_result is set also when it fails. */
gboolean ctl_call (const Ctl *ctl,
                   const AdminCommand *command,
                   JsonObject *arguments,
                   JsonObject **out_result,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * CtlColumn:
 * @member: of each object
 * @title: above the column
 */
typedef struct
{
  const char *member;
  const char *title;
} CtlColumn;

/* Texts, numbers, yes or no, and lists joined by commas; an empty title ends the columns. */
void ctl_print_table (JsonArray *rows, const CtlColumn *columns);
/* "Title: value" lines. */
void ctl_print_record (JsonObject *record, const CtlColumn *lines);
/* Any result: its values line by line, then its objects and its lists of objects as tables. */
void ctl_print_any (JsonObject *result);
char *ctl_dup_text (JsonObject *object, const char *member);
