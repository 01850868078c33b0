/* SPDX-License-Identifier: EUPL-1.2 */
/* Imports files: read and parsed apart, written in one transaction, expanded resource by resource. */
#include "ops/commands/records/admin-import.h"

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/admin-rows.h"
#include "ops/import/import-calendars.h"
#include "ops/import/import-exact.h"
#include "ops/service/admin-expand.h"
#include "store/journal-store.h"

typedef struct
{
  AdminCall *call;
  ImportSource *source;
  GPtrArray *calendars;
  char *tenant_key;
  char *tenant_name; /* NULL: must be there */
  gint64 tenant_id;
  ImportCount counts[N_IMPORT_TABLES];
  ImportCount availability_count;
  ImportCount calendar_count;
  gboolean is_dry_run;
  gboolean is_partial;
  gboolean is_refused; /* the write rolled back for problems */
} Import;

static void
import_clear (Import *import)
{
  g_clear_pointer (&import->source, import_source_free);
  g_clear_pointer (&import->calendars, g_ptr_array_unref);
  g_clear_pointer (&import->tenant_key, g_free);
  g_clear_pointer (&import->tenant_name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static gboolean
is_tenant_key (const char *key)
{
  for (const char *at = key; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '-')
      return FALSE;
  return *key != '\0';
}

/* From tenant.csv, which must not contradict the argument. */
static void
read_tenant_row (Import *import, const char *named)
{
  GPtrArray *rows = import->source->tables[IMPORT_TENANT];
  ImportRow *row = rows->len == 0 ? NULL : rows->pdata[0];
  const char *key = row == NULL ? NULL : import_row_need (row, "tenant", 64);
  const char *name = row == NULL ? NULL : import_row_need (row, "name", 255);

  for (guint i = 1; i < rows->len; i++)
    import_row_refuse (rows->pdata[i], "a folder holds one tenant");
  if (key == NULL || name == NULL)
    return;
  if (!is_tenant_key (key))
    import_row_refuse (row, "tenant must be letters, digits and hyphens");
  else if (named != NULL && !g_str_equal (named, key))
    import_row_refuse (row, "the folder is of tenant %s, not %s", key, named);
  import->tenant_key = g_strdup (key);
  import->tenant_name = g_strdup (name);
}

static gboolean
find_tenant (Import *import, GError **error)
{
  g_autoptr (GPtrArray) tenants = NULL;
  g_autoptr (TenantRecord) tenant = NULL;
  const char *named = NULL;

  if (!admin_get_text (import->call, "tenant", &named, error))
    return FALSE;
  read_tenant_row (import, named);
  if (import->source->tables[IMPORT_TENANT]->len == 0)
    {
      tenant = admin_load_tenant (import->call, import->call->session, error);
      if (tenant == NULL)
        return FALSE;
      import->tenant_id = tenant->tenant_id;
      import->tenant_key = g_strdup (tenant->tenant_key);
      return TRUE;
    }
  tenants = tenant_list (import->call->session, error);
  if (tenants == NULL)
    return FALSE;
  for (guint i = 0; i < tenants->len; i++)
    if (g_strcmp0 (((TenantRecord *) tenants->pdata[i])->tenant_key, import->tenant_key) == 0)
      import->tenant_id = ((TenantRecord *) tenants->pdata[i])->tenant_id;
  return TRUE;
}

static gboolean
put_tenant (Import *import, StoreSession *session, gboolean *out_changed, GError **error)
{
  TenantRecord tenant = { 0, import->tenant_key, import->tenant_name };
  PutOutcome outcome = PUT_SAME;

  if (import->tenant_name != NULL && !tenant_put (session, &tenant, &outcome, error))
    return FALSE;
  if (import->tenant_name != NULL)
    {
      import->tenant_id = tenant.tenant_id;
      import->counts[IMPORT_TENANT].n_added = outcome == PUT_ADDED;
      import->counts[IMPORT_TENANT].n_changed = outcome == PUT_CHANGED;
      import->counts[IMPORT_TENANT].n_same = outcome == PUT_SAME;
    }
  *out_changed = outcome != PUT_SAME;
  return TRUE;
}

static guint
count_changes (const Import *import)
{
  guint n_changes = import->availability_count.n_added + import->availability_count.n_changed +
                    import->calendar_count.n_added + import->calendar_count.n_changed;

  for (guint i = 0; i < N_IMPORT_TABLES; i++)
    n_changes += import->counts[i].n_added + import->counts[i].n_changed;
  return n_changes;
}

static gboolean
write_record (Import *import, StoreSession *session, const ImportRun *run, GError **error)
{
  g_autofree char *payload = g_strdup_printf ("{\"changes\":%u}", count_changes (import));
  JournalEntry entry = { .tenant_id = import->tenant_id,
                         .at_us = import->call->now_us,
                         .actor = import->call->actor,
                         .call_id = import->call->call_id,
                         .kind = "catalogue-imported",
                         .subject = import->tenant_key,
                         .payload = payload };

  return count_changes (import) == 0 ||
         (admin_rows_tell_index (session, import->tenant_id, run->changed_offers, error) &&
          journal_store_add (session, &entry, error));
}

/* AdminWrite. Rolling back is asked for by failing with is_refused or is_dry_run set. */
static gboolean
write_all (StoreSession *session, gpointer data, GError **error)
{
  Import *import = data;
  g_auto (ImportRun) run = { .session = session,
                             .source = import->source,
                             .now_us = import->call->now_us,
                             .data_dir = import->call->data_dir };
  gboolean tenant_changed = FALSE;

  if (!put_tenant (import, session, &tenant_changed, error))
    return FALSE;
  run.tenant_id = import->tenant_id;
  if (!import_run_init (&run, error))
    return FALSE;
  if (!import_run_apply (&run, error) ||
      !import_calendars_apply (&run, import->calendars, &import->calendar_count, error) ||
      !import_reduced_apply (&run, &import->calendar_count, error))
    return FALSE;
  for (guint i = IMPORT_TENANT + 1; i < N_IMPORT_TABLES; i++)
    import->counts[i] = run.counts[i];
  import->availability_count = run.availability_count;
  if (!admin_rows_check_catalogue (import->call, session, error))
    return FALSE;
  import->is_refused =
    import->source->problems.list->len > 0 && (!import->is_partial || run.is_torn);
  if (import->is_refused || import->is_dry_run)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "nothing was written");
      return FALSE;
    }
  return write_record (import, session, &run, error);
}

static void
add_count (JsonObject *tables, const char *name, const ImportCount *count)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "added", count->n_added);
  json_object_set_int_member (object, "changed", count->n_changed);
  json_object_set_int_member (object, "same", count->n_same);
  json_object_set_int_member (object, "refused", count->n_refused);
  json_object_set_object_member (tables, name, object);
}

static void
add_problems (JsonObject *result, const ImportProblems *problems)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < problems->list->len; i++)
    {
      const ImportProblem *problem = problems->list->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "file", problem->file);
      json_object_set_int_member (object, "line", problem->line);
      json_object_set_string_member (object, "reason", problem->reason);
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (result, "problems", array);
}

static void
report (const Import *import, gboolean is_written)
{
  JsonObject *result = import->call->result;
  JsonObject *tables = json_object_new ();

  for (guint i = 0; i < N_IMPORT_TABLES; i++)
    add_count (tables, import_table_get_name (i), &import->counts[i]);
  add_count (tables, "availability", &import->availability_count);
  add_count (tables, "calendar-objects", &import->calendar_count);
  json_object_set_string_member (result, "tenant",
                                 import->tenant_key == NULL ? "" : import->tenant_key);
  json_object_set_boolean_member (result, "dry_run", import->is_dry_run);
  json_object_set_boolean_member (result, "written", is_written);
  json_object_set_object_member (result, "tables", tables);
  add_problems (result, &import->source->problems);
}

static void
set_problems_error (const Import *import, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "nothing was written; problems found: %u", import->source->problems.list->len);
}

/* Without a tenant nothing can be judged further; a tenant.csv that cannot be read is the better reason.
 * Takes @reason. */
static gboolean
refuse_early (Import *import, GError *reason, GError **error)
{
  report (import, FALSE);
  if (reason != NULL && import->source->problems.list->len == 0)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  g_clear_error (&reason);
  set_problems_error (import, error);
  return FALSE;
}

static gboolean
run_import (Import *import, GError **error)
{
  AdminCall *call = import->call;
  g_autoptr (GError) local_error = NULL;
  gboolean is_written;

  is_written = call->runner.run_write (call->runner.runner, write_all, import, &local_error);
  report (import, is_written);
  if (is_written)
    return admin_expand_due (call, error);
  if (import->is_dry_run && !import->is_refused &&
      g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
    return TRUE;
  if (!import->is_refused)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  set_problems_error (import, error);
  return FALSE;
}

/* clang-format off */
const AdminArgument admin_import_arguments[] = {
  { "files", ADMIN_FILES, ADMIN_WORD, "FOLDER", "folder with the files of docs/import-folder.md" },
  { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' },
  { "partial", ADMIN_FLAG, ADMIN_OPTION, NULL, "write what is right, refuse the rest" },
  { NULL },
};
/* clang-format on */

/**
 * admin_import:
 *
 * Arguments: files (object: name inside the folder to content), tenant, dry_run, partial. See
 * docs/import-folder.md. All or nothing unless partial; repeating it changes nothing; nothing is
 * ever removed. Derived time follows in one write per resource: until then the resource is not
 * offered where anything of it changed.
 *
 * Errors: PLANNER_ERROR_NOT_VALID with problems in the result.
 */
gboolean
admin_import (AdminCall *call, GError **error)
{
  g_auto (Import) import = { .call = call };
  JsonNode *files = json_object_get_member (call->arguments, "files");
  g_autoptr (GError) local_error = NULL;

  if (files == NULL || !JSON_NODE_HOLDS_OBJECT (files))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "files is missing");
      return FALSE;
    }
  import.is_dry_run = admin_get_flag (call, "dry_run");
  import.is_partial = admin_get_flag (call, "partial");
  import.source = import_source_read (json_node_get_object (files));
  if (!find_tenant (&import, &local_error))
    return refuse_early (&import, g_steal_pointer (&local_error), error);
  import.calendars =
    import_calendars_parse (import.source, call->session, import.tenant_id, call->now_us, error);
  if (import.calendars == NULL)
    return FALSE;
  if (import.tenant_key == NULL)
    return refuse_early (&import, NULL, error);
  return run_import (&import, error);
}
