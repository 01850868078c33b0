/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands: functions from a JSON object to a JSON object, whoever carries them. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "store/store.h"
#include "store/tenant-store.h"

/* What a running plannerd takes of one command, its JSON counted. */
/* 15 MB of attachments, in base64, fit. */
#define ADMIN_MAX_BODY_BYTES (22u * 1024 * 1024)

typedef gboolean (*AdminWrite) (StoreSession *session, gpointer data, GError **error);

/**
 * AdminRunner:
 * @run_write: runs one write as a transaction (or a savepoint) of its own, seals the journal and
 *   commits; rolls back when the write fails, and hands its error on. In plannerd it queues the
 *   write for the writer thread and waits; in plannerctl it runs it there and then.
 *
 * How a command changes the database.
 */
typedef struct
{
  gboolean (*run_write) (gpointer runner, AdminWrite write, gpointer data, GError **error);
  gpointer runner;
} AdminRunner;

/* On a writing session that is the caller's own: each write there and then. */
AdminRunner admin_runner_direct (StoreSession *session);

/* @n_all: 0 while nobody knows how much it will be. Any thread; must return soon. */
typedef void (*AdminProgress) (gpointer data, const char *what, guint64 n_done, guint64 n_all);

/**
 * AdminCall:
 * @session: for reading; a reading command runs in one read transaction on it, a writing command
 *   reads in its writes; NULL for a command that runs in plannerctl only
 * @arguments: what was asked; checked against the command's row
 * @result: filled in by the command; also when it refuses
 * @now_us: the instant of the call; commands read no clock
 * @data_dir: folder with code lists and holidays
 * @database: path of the database file
 * @actor: who asks, for the journal
 * @call_id: of this call, for the journal
 * @cancellable: (nullable): cancelled when the program is being stopped
 * @progress: (nullable): told how far the command is; through admin_progress()
 *
 * One command with all that it may use. Belongs to one thread.
 */
typedef struct
{
  StoreSession *session;
  AdminRunner runner;
  JsonObject *arguments;
  JsonObject *result;
  gint64 now_us;
  const char *data_dir;
  const char *database;
  const char *actor;
  const char *call_id;
  GCancellable *cancellable;
  AdminProgress progress;
  gpointer progress_data;
} AdminCall;

typedef gboolean (*AdminFunction) (AdminCall *call, GError **error);

/**
 * AdminKind:
 *
 * What an argument is: its JSON type, and how plannerctl comes by it.
 */
typedef enum
{
  ADMIN_TEXT,        /* text */
  ADMIN_INTEGER,     /* whole number, between min and max unless both are 0 */
  ADMIN_DATE,        /* YYYY-MM-DD, as text */
  ADMIN_TIME,        /* YYYY-MM-DDTHH:MM, seconds and offset optional, as text */
  ADMIN_DAY_OR_TIME, /* either of these */
  ADMIN_FLAG,        /* true or false; an option without a value */
  ADMIN_TEXTS, /* list of texts: the option may be repeated; as a word it takes all that are left */
  ADMIN_CHOICE,    /* one of the words that the value names, parted by | */
  ADMIN_PATH,      /* a file's name where the command runs, as text; plannerctl makes it absolute */
  ADMIN_CONTENT,   /* text that plannerctl reads from a file; - is standard input */
  ADMIN_CITIZEN,   /* a citizen's number, ten digits, read from a file in the same way */
  ADMIN_FILES,     /* name to content: what plannerctl finds in an import folder */
  ADMIN_DOCUMENTS, /* name to content in base64, of files; the option may be repeated */
} AdminKind;

/**
 * AdminPlace:
 *
 * Where an argument stands on plannerctl's command line.
 */
typedef enum
{
  ADMIN_WORD,          /* a word of its own, needed */
  ADMIN_MAYBE_WORD,    /* a word of its own, behind the needed ones */
  ADMIN_OPTION,        /* --name VALUE */
  ADMIN_NEEDED_OPTION, /* --name VALUE, and it must be there */
} AdminPlace;

/**
 * AdminArgument:
 * @name: the member of the JSON object; the option is the same with - for _
 * @value: what the help calls the value; of a choice its words
 * @option: (nullable): another name for the option
 * @letter: a short option, 0 for none
 */
typedef struct
{
  const char *name;
  AdminKind kind;
  AdminPlace place;
  const char *value;
  const char *sentence;
  const char *option;
  char letter;
  gint64 min;
  gint64 max;
} AdminArgument;

/**
 * AdminCommand:
 * @name: as in the path /admin/v1/NAME; on the command line - may be a blank
 * @access: STORE_READ: runs in one read transaction; STORE_WRITE: changes something, or makes its
 *   transactions itself
 * @arguments: (nullable): ended by one without a name; tenant is an argument of every command
 * @sentence: what it does, from the imperative on
 * @details: (nullable): more, for the manual page
 * @is_dry_by_default: it changes many rows: without the argument yes, its writes are undone and the
 *   result has dry_run
 * @shows_citizen: its answer may name a citizen's number; in every other one they are masked
 * @waits: it waits for other machines: in plannerd it does not hold up other commands
 * @is_local: runs in plannerctl always: without the lock, without a session
 *
 * One row is the whole command line, its help, its manual page and its checks.
 */
typedef struct
{
  const char *name;
  AdminFunction function;
  StoreAccess access;
  const AdminArgument *arguments;
  const char *sentence;
  const char *details;
  gboolean is_dry_by_default;
  gboolean shows_citizen;
  gboolean waits;
  gboolean is_local;
} AdminCommand;

/* Commands of a room that ops/ may not include join the table; at the start, before anybody asks it. */
void admin_table_register (const AdminCommand *rows, guint n_rows);
void admin_table_begin_empty (void);
const AdminCommand *admin_table_find (const char *name);
const AdminCommand *admin_table_list (guint *out_n_commands);
gboolean
admin_run (const AdminCommand *command, AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int admin_exit_code (const GError *error);

/* Members that no row has, that are missing or of a wrong type; the error names the member. */
gboolean admin_check_arguments (const AdminCommand *command,
                                JsonObject *arguments,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void admin_progress (AdminCall *call, const char *what, guint64 n_done, guint64 n_all);

/* Arguments: NULL, 0 and FALSE when absent; a wrong type is PLANNER_ERROR_NOT_VALID. */
gboolean admin_get_text (AdminCall *call, const char *name, const char **out_text, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_need_text (AdminCall *call, const char *name, const char **out_text, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gint64 admin_get_integer (AdminCall *call, const char *name, gint64 fallback);
gboolean admin_get_flag (AdminCall *call, const char *name);
TenantRecord *admin_load_tenant (AdminCall *call,
                                 StoreSession *session,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
