/* SPDX-License-Identifier: EUPL-1.2 */
/* What the subcommands of plannerctl share: options, how a command is run, how a result is shown. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/**
 * Ctl:
 * @database: path of the database file
 * @socket: (nullable): plannerd's admin socket, tried when another process holds the database
 * @data_dir: schema, code lists and holidays
 * @tenant: (nullable)
 * @is_json: results as JSON
 *
 * The options that stand before the subcommand.
 */
typedef struct
{
  char *database;
  char *socket;
  char *data_dir;
  char *tenant;
  gboolean is_json;
} Ctl;

typedef int (*CtlFunction) (const Ctl *ctl, int argc, char **argv);

/**
 * CtlCommand:
 * @name: one or two words
 * @arguments: for the usage line
 */
typedef struct
{
  const char *name;
  CtlFunction function;
  const char *arguments;
  const char *sentence;
} CtlCommand;

/* One subcommand a file. Each answers with an exit code. */
int ctl_create (const Ctl *ctl, int argc, char **argv);
int ctl_explain (const Ctl *ctl, int argc, char **argv);
int ctl_import (const Ctl *ctl, int argc, char **argv);
int ctl_list (const Ctl *ctl, int argc, char **argv);
int ctl_show (const Ctl *ctl, int argc, char **argv);
int ctl_verify (const Ctl *ctl, int argc, char **argv);
int ctl_week (const Ctl *ctl, int argc, char **argv);

/* Parses the options of a subcommand; @n_words arguments must be left. FALSE: usage was printed. */
gboolean ctl_parse (const GOptionEntry *entries,
                    const char *usage,
                    int n_words,
                    int *argc,
                    char ***argv) G_GNUC_WARN_UNUSED_RESULT;

/* Prints a table of the result, for people. */
typedef void (*CtlPrint) (JsonObject *result);

/* Runs an admin command here, or in the plannerd that holds the database; prints; the exit code. */
int ctl_run (const Ctl *ctl, const char *command, JsonObject *arguments, CtlPrint print);
/* The same without printing; @out_result is set also when it fails. */
gboolean ctl_call (const Ctl *ctl,
                   const char *command,
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
char *ctl_dup_text (JsonObject *object, const char *member);
