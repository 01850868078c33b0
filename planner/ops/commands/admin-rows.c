/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs the import's row functions over rows that a command made, and keeps what they did. */
#include "ops/commands/admin-rows.h"

#include "base/error.h"
#include "ops/facts/catalogue-load.h"
#include "store/claim-store.h"
#include "store/journal-store.h"

/**
 * admin_rows_new:
 *
 * Returns: (transfer full)
 */
ImportSource *
admin_rows_new (void)
{
  g_autoptr (JsonObject) nothing = json_object_new ();
  return import_source_read (nothing);
}

/**
 * admin_rows_add:
 *
 * Returns: (transfer none)
 */
ImportRow *
admin_rows_add (ImportSource *source, ImportTable table)
{
  ImportRow *row = import_row_new (&source->problems, import_table_get_name (table),
                                   source->tables[table]->len + 1);

  g_ptr_array_add (source->tables[table], row);
  return row;
}

/**
 * admin_rows_check:
 *
 * Errors: PLANNER_ERROR_NOT_VALID, with every reason.
 */
gboolean
admin_rows_check (const ImportSource *source, GError **error)
{
  g_autoptr (GString) reasons = g_string_new (NULL);

  for (guint i = 0; i < source->problems.list->len; i++)
    {
      const ImportProblem *problem = source->problems.list->pdata[i];
      g_string_append_printf (reasons, "%s%s", i == 0 ? "" : "; ", problem->reason);
    }
  if (reasons->len > 0)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, reasons->str);
  return reasons->len == 0;
}

/**
 * admin_rows_check_catalogue:
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_rows_check_catalogue (const AdminCall *call, StoreSession *session, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Catalogue) catalogue =
    catalogue_load (session, call->data_dir, call->now_us, &local_error);

  if (catalogue == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "nothing was written: %s",
                 local_error->message);
  return catalogue != NULL;
}

/**
 * admin_rows_tell_index:
 *
 * Writes the change rows. Writer only.
 */
gboolean
admin_rows_tell_index (StoreSession *session,
                       gint64 tenant_id,
                       const GArray *changed_offers,
                       GError **error)
{
  Change change = { .tenant_id = tenant_id, .kind = CHANGE_CATALOGUE };

  if (!change_store_add (session, &change, error))
    return FALSE;
  for (guint i = 0; i < changed_offers->len; i++)
    {
      change.kind = CHANGE_OFFER;
      change.subject_id = g_array_index (changed_offers, gint64, i);
      if (!change_store_add (session, &change, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * admin_rows_init:
 *
 * Writer only.
 */
gboolean
admin_rows_init (const AdminCall *call,
                 StoreSession *session,
                 gint64 tenant_id,
                 ImportSource *source,
                 ImportRun *run,
                 GError **error)
{
  *run = (ImportRun){ .session = session,
                      .source = source,
                      .tenant_id = tenant_id,
                      .now_us = call->now_us,
                      .data_dir = call->data_dir };
  return import_run_init (run, error);
}

/**
 * admin_rows_run:
 *
 * Writer only; the transaction is the caller's, and goes when this fails.
 *
 * Errors: PLANNER_ERROR_NOT_VALID with what the row functions refused.
 */
gboolean
admin_rows_run (const AdminCall *call, ImportRun *run, GError **error)
{
  if (!import_run_apply (run, error) || !admin_rows_check (run->source, error))
    return FALSE;
  return !run->catalogue_changed ||
         (admin_rows_check_catalogue (call, run->session, error) &&
          admin_rows_tell_index (run->session, run->tenant_id, run->changed_offers, error));
}

/**
 * admin_rows_apply:
 *
 * Writer only. Errors: as admin_rows_run().
 */
gboolean
admin_rows_apply (const AdminCall *call,
                  StoreSession *session,
                  gint64 tenant_id,
                  ImportSource *source,
                  ImportRun *run,
                  GError **error)
{
  return admin_rows_init (call, session, tenant_id, source, run, error) &&
         admin_rows_run (call, run, error);
}

static void
set_object (JsonObject *payload, const char *member, JsonObject *object)
{
  if (object == NULL)
    json_object_set_null_member (payload, member);
  else
    json_object_set_object_member (payload, member, json_object_ref (object));
}

/**
 * admin_rows_journal:
 *
 * One row with the record before and after, as shown.
 */
gboolean
admin_rows_journal (const AdminCall *call,
                    StoreSession *session,
                    const AdminRecordChange *change,
                    GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *payload = json_object_new ();
  g_autofree char *text = NULL;
  JournalEntry entry = { .tenant_id = change->tenant_id,
                         .at_us = call->now_us,
                         .actor = call->actor,
                         .call_id = call->call_id,
                         .kind = change->kind,
                         .subject = change->subject };

  set_object (payload, "before", change->before);
  set_object (payload, "after", change->after);
  json_node_take_object (node, payload);
  text = json_to_string (node, FALSE);
  entry.payload = text;
  return journal_store_add (session, &entry, error);
}
