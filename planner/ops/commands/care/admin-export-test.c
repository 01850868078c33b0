/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes a new database row by row, so that nothing of the original can be left in its pages. */
#include "ops/commands/care/admin-export-test.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "ops/export/pseudonym.h"
#include "store/journal-store.h"
#include "store/store-migrate.h"

/* clang-format off */
const AdminArgument admin_export_test_arguments[] = {
  { "file", ADMIN_PATH, ADMIN_WORD, "FILE", "the database to make; it must not be there yet" },
  { NULL },
};

static const ExportTable tables[] = {
  { "tenant", SQL_EXPORT_TENANT }, { "unit", SQL_EXPORT_UNIT }, { "setting", SQL_EXPORT_SETTING },
  { "code", SQL_EXPORT_CODE }, { "closing_day", SQL_EXPORT_CLOSING_DAY }, { "team", SQL_EXPORT_TEAM },
  { "resource", SQL_EXPORT_RESOURCE }, { "resource_unit", SQL_EXPORT_RESOURCE_UNIT },
  { "resource_team", SQL_EXPORT_RESOURCE_TEAM }, { "resource_tag", SQL_EXPORT_RESOURCE_TAG },
  { "block_rule", SQL_EXPORT_BLOCK_RULE },
  { "availability", SQL_EXPORT_AVAILABILITY }, { "work_span", SQL_EXPORT_WORK_SPAN },
  { "calendar", SQL_EXPORT_CALENDAR }, { "calendar_object", SQL_EXPORT_CALENDAR_OBJECT },
  { "busy_span", SQL_EXPORT_BUSY_SPAN }, { "offer", SQL_EXPORT_OFFER },
  { "offer_contact_type", SQL_EXPORT_OFFER_CONTACT_TYPE }, { "offer_resource", SQL_EXPORT_OFFER_RESOURCE },
  { "offer_rule", SQL_EXPORT_OFFER_RULE }, { "offer_window", SQL_EXPORT_OFFER_WINDOW },
  { "citizen", SQL_EXPORT_CITIZEN }, { "citizen_fact", SQL_EXPORT_CITIZEN_FACT }, { "owner", SQL_EXPORT_OWNER },
  { "group_session", SQL_EXPORT_GROUP_SESSION }, { "booking", SQL_EXPORT_BOOKING }, { "seat", SQL_EXPORT_SEAT },
  { "claim", SQL_EXPORT_CLAIM }, { "empty_answer", SQL_EXPORT_EMPTY_ANSWER },
  { "removed_booking", SQL_EXPORT_REMOVED_BOOKING },
};

/* What a test system must not have, or makes itself. */
static const char *const left_out[] = {
  "hold", "used_hold", "stored_answer", "journal", "journal_payload", "journal_seal", "outbox", "inbox", "change",
  "dfdg_event", "dfdg_truth", "participant", "dfdg_subscription", "dfdg_errand", "dfdg_switch", "echo_watch", "message", "message_document", "message_part", "citizen_span", "citizen_read", "deadline", "fund_interview", "dfdg_task",
  "spent_id", "retention_run", "service_window", "service_window_unit", "uptime_span", "uptime_count",
  "hash_key", "sync_binding", "sync_item", "sync_link", "sync_putback", "sync_run", "sync_run_change", "sync_conflict",
  "sync_guard", "sync_staged", "sync_tombstone", NULL,
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  StoreSession *target;
  Pseudonyms *pseudonyms;
  guint64 n_rows;
} TestExport;

/**
 * export_list_tables:
 *
 * Returns: (array length=out_n_tables): what goes along, parents first.
 */
const ExportTable *
export_list_tables (guint *out_n_tables)
{
  *out_n_tables = G_N_ELEMENTS (tables);
  return tables;
}

/**
 * export_list_left_out:
 *
 * Returns: (array zero-terminated=1): tables that do not.
 */
const char *const *
export_list_left_out (void)
{
  return left_out;
}

/* The original's journal stays behind; a booking that no journal knows would be a finding of verify. */
static gboolean
add_journal (TestExport *test, gint64 tenant_id, const char *booking, GError **error)
{
  JournalEntry entry = { .tenant_id = tenant_id,
                         .at_us = test->call->now_us,
                         .actor = "export-test",
                         .call_id = test->call->call_id,
                         .kind = "booking-exported",
                         .subject = booking,
                         .payload = "{}" };

  return journal_store_add (test->target, &entry, error);
}

static gboolean
journal_row (TestExport *test,
             const char *table,
             StoreQuery *query,
             const StoreValue *values,
             GError **error)
{
  gint64 tenant_id = 0;

  if (!g_str_equal (table, "booking"))
    return TRUE;
  for (int i = 0; i < store_n_columns (query); i++)
    {
      if (g_str_equal (store_column_name (query, i), "tenant_id"))
        tenant_id = values[i].number;
      if (g_str_equal (store_column_name (query, i), "identifier"))
        return add_journal (test, tenant_id, values[i].text, error);
    }
  return TRUE;
}

static gboolean
copy_row (TestExport *test, const char *table, StoreQuery *query, GError **error)
{
  int n_columns = store_n_columns (query);
  g_autofree StoreValue *values = g_new0 (StoreValue, (gsize) n_columns);
  gint64 id = store_is_int (query, 0) ? store_int (query, 0) : 0;
  gboolean ok = TRUE;

  for (int i = 0; i < n_columns; i++)
    {
      values[i] = store_dup_value (query, i);
      ok = ok && pseudonyms_replace (test->pseudonyms, table, store_column_name (query, i), id,
                                     &values[i], error);
    }
  ok = ok && store_insert (test->target, table, values, (guint) n_columns, error) &&
       journal_row (test, table, query, values, error);
  for (int i = 0; i < n_columns; i++)
    store_value_clear (&values[i]);
  test->n_rows++;
  return ok;
}

static gboolean
copy_table (TestExport *test, const ExportTable *table, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (test->call->session, &query, error, table->statement, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      if (!copy_row (test, table->table, &query, error))
        return FALSE;
      if (test->n_rows % 1000 == 0)
        admin_progress (test->call, "rows", test->n_rows, 0);
    }
  return step == STORE_END;
}

static gboolean
copy_all (TestExport *test, GError **error)
{
  if (!store_begin (test->target, STORE_WRITE, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!copy_table (test, &tables[i], error))
      return FALSE;
  return journal_store_seal (test->target, error) && store_commit (test->target, error);
}

static gboolean
write_file (AdminCall *call, const char *path, GError **error)
{
  g_autofree char *schema = g_build_filename (call->data_dir, "schema", "sqlite", NULL);
  g_autoptr (StoreSession) target = store_open (path, STORE_WRITE, error);
  g_autoptr (Pseudonyms) pseudonyms = pseudonyms_new ();
  TestExport test = { call, target, pseudonyms, 0 };

  if (target == NULL || !store_migrate (target, schema, error) || !copy_all (&test, error))
    return FALSE;
  json_object_set_int_member (call->result, "rows", (gint64) test.n_rows);
  json_object_set_string_member (call->result, "file", path);
  return TRUE;
}

/**
 * admin_export_test:
 *
 * Arguments: file. Result: file, rows. Whoever holds both databases can still match meetings by their
 * times: what is made is pseudonymous, not anonymous.
 *
 * Errors: PLANNER_ERROR_NOT_VALID when the file is there; what was begun is removed.
 */
gboolean
admin_export_test (AdminCall *call, GError **error)
{
  const char *path = NULL;

  if (!admin_need_text (call, "file", &path, error))
    return FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "%s is there already: name a file that is not", path);
      return FALSE;
    }
  if (write_file (call, path, error))
    return TRUE;
  (void) g_unlink (path);
  return FALSE;
}
