/* SPDX-License-Identifier: EUPL-1.2 */
/* A command line into the JSON object of arguments that the command's row describes. */
#include <stdio.h>

#include "base/error.h"
#include "ctl/ctl.h"

#define EXIT_REFUSED 1
#define EXIT_USAGE   2

/* What GOption leaves of one argument. */
typedef struct
{
  char *text;
  char **texts;
  gboolean flag;
} Slot;

typedef struct
{
  const AdminCommand *command;
  guint n_arguments;
  Slot *slots;
  gboolean yes;
} Line;

static void
line_clear (Line *line)
{
  for (guint i = 0; i < line->n_arguments; i++)
    {
      g_free (line->slots[i].text);
      g_strfreev (line->slots[i].texts);
    }
  g_free (line->slots);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static gboolean
is_option (const AdminArgument *argument)
{
  return argument->place == ADMIN_OPTION || argument->place == ADMIN_NEEDED_OPTION;
}

static gboolean
is_needed (const AdminArgument *argument)
{
  return argument->place == ADMIN_WORD || argument->place == ADMIN_NEEDED_OPTION;
}

static GOptionEntry
entry_of (const AdminArgument *argument, const char *name, Slot *slot)
{
  GOptionEntry entry = {
    name, argument->letter, 0, G_OPTION_ARG_STRING, &slot->text, argument->sentence, argument->value
  };

  if (argument->kind == ADMIN_FLAG)
    {
      entry.arg = G_OPTION_ARG_NONE;
      entry.arg_data = &slot->flag;
    }
  else if (argument->kind == ADMIN_TEXTS || argument->kind == ADMIN_DOCUMENTS)
    {
      entry.arg = G_OPTION_ARG_STRING_ARRAY;
      entry.arg_data = &slot->texts;
    }
  return entry;
}

/* @names: (element-type utf8): keeps the options' names alive. */
static GArray *
make_entries (Line *line, GPtrArray *names)
{
  GArray *entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  const AdminArgument *arguments = line->command->arguments;
  GOptionEntry yes = { ctl_yes_argument.name,     0,   0, G_OPTION_ARG_NONE, &line->yes,
                       ctl_yes_argument.sentence, NULL };

  for (guint i = 0; i < line->n_arguments; i++)
    if (is_option (&arguments[i]))
      {
        char *name = ctl_help_dup_option (&arguments[i]);
        GOptionEntry entry = entry_of (&arguments[i], name, &line->slots[i]);

        g_ptr_array_add (names, name);
        g_array_append_val (entries, entry);
      }
  if (line->command->is_dry_by_default)
    g_array_append_val (entries, yes);
  return entries;
}

/* Deals the words out in the row's order. FALSE: too few or too many. */
static gboolean
deal_words (Line *line, int argc, char **argv)
{
  const AdminArgument *arguments = line->command->arguments;
  int next = 1;

  for (guint i = 0; i < line->n_arguments; i++)
    {
      Slot *slot = &line->slots[i];

      if (is_option (&arguments[i]))
        continue;
      if (next == argc && is_needed (&arguments[i]))
        return FALSE;
      if (next == argc)
        continue;
      if (arguments[i].kind == ADMIN_TEXTS)
        {
          slot->texts = g_strdupv (argv + next);
          next = argc;
        }
      else
        slot->text = g_strdup (argv[next++]);
    }
  return next == argc;
}

static gboolean
has_value (const Slot *slot)
{
  return slot->text != NULL || slot->texts != NULL || slot->flag;
}

/* The needed option that is not there; NULL when all are. */
static const AdminArgument *
find_missing (const Line *line)
{
  for (guint i = 0; i < line->n_arguments; i++)
    if (is_needed (&line->command->arguments[i]) && !has_value (&line->slots[i]))
      return &line->command->arguments[i];
  return NULL;
}

static gboolean
parse_options (Line *line, int argc, char **argv)
{
  g_autofree char *usage = ctl_help_dup_usage (line->command);
  g_autofree char *words = ctl_help_dup_words (line->command);
  g_autofree char *name = g_strdup_printf ("%s %s", ctl_program->name, words);
  g_autofree char *about = ctl_help_dup_arguments (line->command);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) entries = make_entries (line, names);
  g_autoptr (GOptionContext) context = g_option_context_new (usage + strlen (words));
  g_autoptr (GError) error = NULL;
  const AdminArgument *missing;

  g_option_context_add_main_entries (context, (const GOptionEntry *) entries->data, NULL);
  g_option_context_set_summary (context, about);
  g_set_prgname (name);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    fprintf (stderr, "%s: %s\n", ctl_program->name, error->message);
  else if (!deal_words (line, argc, argv))
    fprintf (stderr, "%s: usage: %s %s\n", ctl_program->name, ctl_program->name, usage);
  else if ((missing = find_missing (line)) != NULL)
    fprintf (stderr, "%s: %s is missing; usage: %s %s\n", ctl_program->name, missing->name,
             ctl_program->name, usage);
  else
    return TRUE;
  return FALSE;
}

static gboolean
set_integer (JsonObject *object, const AdminArgument *argument, const char *text, GError **error)
{
  gint64 value = 0;

  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s must be a whole number",
                   argument->name);
      return FALSE;
    }
  json_object_set_int_member (object, argument->name, value);
  return TRUE;
}

static void
set_texts (JsonObject *object, const char *name, char **texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);
  json_object_set_array_member (object, name, array);
}

/* What is read from a file: the content, not the name. */
static gboolean
set_read (JsonObject *object, const AdminArgument *argument, const char *path, GError **error)
{
  g_autofree char *content = NULL;
  JsonObject *files;

  if (argument->kind == ADMIN_FILES)
    {
      files = ctl_files_read_folder (path, error);
      if (files != NULL)
        json_object_set_object_member (object, argument->name, files);
      return files != NULL;
    }
  content = argument->kind == ADMIN_CITIZEN ? ctl_files_read_citizen (path, error)
                                            : ctl_files_read_content (path, error);
  if (content != NULL)
    json_object_set_string_member (object, argument->name, content);
  return content != NULL;
}

static gboolean
set_documents (JsonObject *object, const char *name, char **paths, GError **error)
{
  JsonObject *documents = ctl_files_read_documents (paths, error);

  if (documents != NULL)
    json_object_set_object_member (object, name, documents);
  return documents != NULL;
}

static gboolean
set_value (JsonObject *object, const AdminArgument *argument, const Slot *slot, GError **error)
{
  g_autofree char *path = NULL;

  switch (argument->kind)
    {
    case ADMIN_INTEGER:
      return set_integer (object, argument, slot->text, error);
    case ADMIN_FLAG:
      json_object_set_boolean_member (object, argument->name, TRUE);
      return TRUE;
    case ADMIN_TEXTS:
      set_texts (object, argument->name, slot->texts);
      return TRUE;
    case ADMIN_DOCUMENTS:
      return set_documents (object, argument->name, slot->texts, error);
    case ADMIN_CONTENT:
    case ADMIN_CITIZEN:
    case ADMIN_FILES:
      return set_read (object, argument, slot->text, error);
    case ADMIN_PATH:
      path = g_canonicalize_filename (slot->text, NULL);
      json_object_set_string_member (object, argument->name, path);
      return TRUE;
    case ADMIN_TEXT:
    case ADMIN_DATE:
    case ADMIN_TIME:
    case ADMIN_DAY_OR_TIME:
    case ADMIN_CHOICE:
    default:
      json_object_set_string_member (object, argument->name, slot->text);
      return TRUE;
    }
}

/**
 * ctl_command_parse:
 * @argv: the command's last word, and what stands behind it
 * @out_code: the exit code when nothing is returned: 2 for wrong usage, 1 for a value that cannot be
 *
 * Returns: (transfer full) (nullable)
 */
JsonObject *
ctl_command_parse (const AdminCommand *command, int argc, char **argv, int *out_code)
{
  g_auto (Line) line = { .command = command };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GError) error = NULL;

  while (command->arguments != NULL && command->arguments[line.n_arguments].name != NULL)
    line.n_arguments++;
  line.slots = g_new0 (Slot, line.n_arguments + 1);
  *out_code = EXIT_USAGE;
  if (!parse_options (&line, argc, argv))
    return NULL;
  *out_code = EXIT_REFUSED;
  for (guint i = 0; i < line.n_arguments; i++)
    if (has_value (&line.slots[i]) &&
        !set_value (object, &command->arguments[i], &line.slots[i], &error))
      {
        fprintf (stderr, "%s: %s\n", ctl_program->name, error->message);
        return NULL;
      }
  if (line.yes)
    json_object_set_boolean_member (object, ctl_yes_argument.name, TRUE);
  return g_steal_pointer (&object);
}
