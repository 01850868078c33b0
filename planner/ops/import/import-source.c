/* SPDX-License-Identifier: EUPL-1.2 */
/* Sorts an import's files into tables and calendars; refuses files and columns that nobody would read. */
#include "ops/import/import-source.h"

#include <string.h>

#include "ops/text/import-csv.h"
#include "ops/text/import-json.h"

/* A column with ! must stand in the header. */
/* clang-format off */
static const struct
{
  const char *name;
  const char *columns;
} tables[N_IMPORT_TABLES] = {
  [IMPORT_TENANT] = { "tenant", "!tenant !name" },
  [IMPORT_CODES] = { "codes", "!list !code !name valid_from valid_until" },
  [IMPORT_UNITS] = { "units", "!unit !name main_unit organisation_type zone address telephone" },
  [IMPORT_SETTINGS] = { "settings", "!key !value unit valid_from" },
  [IMPORT_CLOSING_DAYS] = { "closing-days", "!unit !date !name" },
  [IMPORT_TEAMS] = { "teams", "!team !unit !name" },
  [IMPORT_RESOURCES] = { "resources",
    "!resource !kind !name !email !units telephone teams competences languages blocks may_be_summoned"
    " retired_from" },
  [IMPORT_WORKING_TIME] = { "working-time",
    "!resource !weekdays !start !end breaks weeks valid_from valid_until" },
  [IMPORT_WORKING_TIME_EXCEPTIONS] = { "working-time-exceptions", "!resource !date start end breaks" },
  [IMPORT_OFFER_WINDOWS] = { "offer-windows",
    "!offer !weekdays !start !end unemployment_fund first_date last_date capacity" },
  [IMPORT_OFFERS] = { "offers",
    "!identifier !unit !title !interview_type !duration !contact_types !advisors form rooms description location address"
    " telephone meeting_link grid grid_anchor before after share_buffers lead_minutes horizon_days release valid_from"
    " valid_until seats room_before room_after rebook rebook_deadline_minutes cancel cancel_deadline_minutes compulsory"
    " should_accept shared_with_sub_units contact_groups categories marks" },
  [IMPORT_TIME_BY_HAND] = { "time-by-hand", "!resource !id !kind !from !to repeat text" },
  [IMPORT_RETIRED] = { "retired", "!noun !key !at" },
  [IMPORT_SYNC_BINDINGS] = { "sync-bindings",
    "!resource !url !direction auth user secret certificate limit_minutes paused" },
};
/* clang-format on */

static void
free_text (gpointer data)
{
  ImportText *text = data;
  g_free (text->file);
  g_free (text->resource);
  g_free (text->text);
  g_free (text);
}

/**
 * import_table_get_name:
 *
 * Returns: the table's name; its file is that name with .csv behind.
 */
const char *
import_table_get_name (ImportTable table)
{
  g_return_val_if_fail (table < N_IMPORT_TABLES, "");
  return tables[table].name;
}

/**
 * import_source_free:
 */
void
import_source_free (ImportSource *source)
{
  if (source == NULL)
    return;
  for (guint i = 0; i < N_IMPORT_TABLES; i++)
    g_ptr_array_unref (source->tables[i]);
  g_ptr_array_unref (source->availabilities);
  g_ptr_array_unref (source->calendars);
  g_ptr_array_unref (source->reduced);
  import_problems_clear (&source->problems);
  g_free (source);
}

static gboolean
check_columns (ImportSource *source, const char *file, ImportTable number, const CsvTable *table)
{
  g_auto (GStrv) known = g_strsplit (tables[number].columns, " ", -1);
  guint n_before = source->problems.list->len;

  for (guint i = 0; known[i] != NULL; i++)
    {
      gboolean is_needed = *known[i] == '!';

      if (is_needed)
        memmove (known[i], known[i] + 1, strlen (known[i]));
      if (is_needed && !g_strv_contains ((const char *const *) table->columns, known[i]))
        import_problems_add (&source->problems, file, table->header_line,
                             "the column %s is missing", known[i]);
    }
  for (guint i = 0; i < table->n_columns; i++)
    if (!g_strv_contains ((const char *const *) known, table->columns[i]))
      import_problems_add (&source->problems, file, table->header_line,
                           "the column %s is not known", table->columns[i]);
  return source->problems.list->len == n_before;
}

static void
read_csv (ImportSource *source, const char *file, ImportTable number, const char *text)
{
  g_auto (CsvFault) fault = { 0 };
  g_autoptr (CsvTable) table = csv_parse (text, &fault);

  if (table == NULL)
    {
      import_problems_add (&source->problems, file, fault.line, "%s", fault.reason);
      return;
    }
  if (!check_columns (source, file, number, table))
    return;
  for (guint i = 0; i < table->rows->len; i++)
    {
      const CsvRow *from = &g_array_index (table->rows, CsvRow, i);
      ImportRow *row = import_row_new (&source->problems, file, from->line);

      for (guint column = 0; column < table->n_columns; column++)
        import_row_set (row, table->columns[column], from->fields[column]);
      g_ptr_array_add (source->tables[number], row);
    }
}

/**
 * import_table_has_column:
 */
gboolean
import_table_has_column (ImportTable table, const char *column)
{
  g_auto (GStrv) known = g_strsplit_set (tables[table].columns, " !", -1);
  return *column != '\0' && g_strv_contains ((const char *const *) known, column);
}

/**
 * import_table_dup_columns:
 *
 * Returns: (transfer full): for the eye.
 */
char *
import_table_dup_columns (ImportTable table)
{
  g_auto (GStrv) known = g_strsplit (tables[table].columns, " ", -1);

  for (guint i = 0; known[i] != NULL; i++)
    if (*known[i] == '!')
      memmove (known[i], known[i] + 1, strlen (known[i]));
  return g_strjoinv (", ", known);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* Takes @row; puts it into its table unless it has a column that the table has not. */
static void
take_json_row (ImportSource *source, ImportTable number, ImportRow *row)
{
  GHashTableIter iter;
  gpointer column;
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();

  g_hash_table_iter_init (&iter, row->values);
  while (g_hash_table_iter_next (&iter, &column, NULL))
    if (!import_table_has_column (number, column))
      g_ptr_array_add (unknown, column);
  g_ptr_array_sort (unknown, compare_names);
  for (guint i = 0; i < unknown->len; i++)
    import_row_refuse (row, "the member %s is not known",
                       (const char *) g_ptr_array_index (unknown, i));
  if (row->is_refused)
    import_row_free (row);
  else
    g_ptr_array_add (source->tables[number], row);
}

static void
read_offers_json (ImportSource *source, const char *file, const char *text)
{
  g_autoptr (GPtrArray) offers = g_ptr_array_new ();
  g_autoptr (GPtrArray) windows = g_ptr_array_new ();

  import_json_read_offers (&source->problems, file, text, offers, windows);
  for (guint i = 0; i < offers->len; i++)
    take_json_row (source, IMPORT_OFFERS, g_ptr_array_index (offers, i));
  for (guint i = 0; i < windows->len; i++)
    take_json_row (source, IMPORT_OFFER_WINDOWS, g_ptr_array_index (windows, i));
}

static void
add_text (GPtrArray *texts, const char *file, char *resource, const char *content)
{
  ImportText *text = g_new0 (ImportText, 1);

  text->file = g_strdup (file);
  text->resource = resource;
  text->text = g_strdup (content);
  g_ptr_array_add (texts, text);
}

/**
 * import_source_add_availability:
 */
void
import_source_add_availability (ImportSource *source, const char *resource, const char *text)
{
  add_text (source->availabilities, "availability", g_strdup (resource), text);
}

/**
 * import_source_add_calendar:
 */
void
import_source_add_calendar (ImportSource *source, const char *resource, const char *text)
{
  add_text (source->calendars, "calendar", g_strdup (resource), text);
}

/* availability/RESOURCE.ics, calendars/RESOURCE/NAME.ics and reduced/RESOURCE/HASH.ics; %XX in the name is decoded. */
static gboolean
read_ics (ImportSource *source, const char *file, const char *content)
{
  g_auto (GStrv) parts = g_strsplit (file, "/", -1);
  guint n_parts = g_strv_length (parts);
  gboolean is_availability = n_parts == 2 && g_str_equal (parts[0], "availability");
  gboolean is_calendar = n_parts == 3 && g_str_equal (parts[0], "calendars");
  gboolean is_reduced = n_parts == 3 && g_str_equal (parts[0], "reduced");
  char *resource;

  if (!g_str_has_suffix (file, ".ics") || (!is_availability && !is_calendar && !is_reduced))
    return FALSE;
  if (is_availability)
    parts[1][strlen (parts[1]) - strlen (".ics")] = '\0';
  resource = g_uri_unescape_string (parts[1], NULL);
  if (resource == NULL || *resource == '\0' || !g_utf8_validate (resource, -1, NULL))
    {
      g_free (resource);
      import_problems_add (&source->problems, file, 0, "the name does not tell whose it is");
      return TRUE;
    }
  add_text (is_availability ? source->availabilities
            : is_reduced    ? source->reduced
                            : source->calendars,
            file, resource, content);
  return TRUE;
}

static void
read_file (ImportSource *source, const char *file, const char *content)
{
  for (guint i = 0; i < N_IMPORT_TABLES; i++)
    {
      g_autofree char *name = g_strconcat (tables[i].name, ".csv", NULL);
      if (g_str_equal (name, file))
        {
          read_csv (source, file, i, content);
          return;
        }
    }
  if (g_str_equal (file, "offers.json"))
    read_offers_json (source, file, content);
  else if (!read_ics (source, file, content))
    import_problems_add (&source->problems, file, 0, "a file of this name has no meaning here");
}

/**
 * import_source_read:
 * @files: name inside the folder to content
 *
 * Reads everything that can be read without the database. Any thread.
 *
 * Returns: (transfer full)
 */
ImportSource *
import_source_read (JsonObject *files)
{
  ImportSource *source = g_new0 (ImportSource, 1);
  g_autoptr (GList) names = g_list_sort (json_object_get_members (files), (GCompareFunc) g_strcmp0);

  for (guint i = 0; i < N_IMPORT_TABLES; i++)
    source->tables[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) import_row_free);
  source->availabilities = g_ptr_array_new_with_free_func (free_text);
  source->calendars = g_ptr_array_new_with_free_func (free_text);
  source->reduced = g_ptr_array_new_with_free_func (free_text);
  import_problems_init (&source->problems);
  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (files, at->data);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        read_file (source, at->data, json_node_get_string (node));
      else
        import_problems_add (&source->problems, at->data, 0, "the content is not text");
    }
  return source;
}
