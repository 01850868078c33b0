/* SPDX-License-Identifier: EUPL-1.2 */
/* Gathers an export's files; plannerctl writes them where it was called. */
#include "ops/commands/records/admin-export.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "ops/export/export-bindings.h"
#include "ops/export/export-records.h"
#include "ops/export/export-tables.h"
#include "store/journal-store.h"

/* AdminWrite. That everything left the house is recorded, with or without citizens' numbers. */
static gboolean
write_record (StoreSession *session, gpointer data, GError **error)
{
  AdminCall *call = data;
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, session, error);
  JournalEntry entry = { .at_us = call->now_us,
                         .actor = call->actor,
                         .call_id = call->call_id,
                         .kind = "exported",
                         .payload = admin_get_flag (call, "citizens") ? "{\"citizens\":true}"
                                                                      : "{\"citizens\":false}" };

  if (tenant == NULL)
    return FALSE;
  entry.tenant_id = tenant->tenant_id;
  entry.subject = tenant->tenant_key;
  return journal_store_add (session, &entry, error);
}

static gboolean
gather (AdminCall *call, JsonObject *files, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  ExportCitizens citizens =
    admin_get_flag (call, "citizens") ? EXPORT_WITH_CITIZENS : EXPORT_WITHOUT_CITIZENS;

  return catalogue != NULL && export_tables (call->session, catalogue, files, error) &&
         export_calendars (call->session, catalogue, files, error) &&
         export_bindings (call->session, catalogue, files, error) &&
         (!admin_get_flag (call, "records") ||
          export_records (call, catalogue, citizens, files, error)) &&
         (!admin_get_flag (call, "icalendar") || export_icalendar (call, catalogue, files, error));
}

/* clang-format off */
const AdminArgument admin_export_arguments[] = {
  { "folder", ADMIN_PATH, ADMIN_WORD, "FOLDER", "a new folder, or an empty one" },
  { "records", ADMIN_FLAG, ADMIN_OPTION, NULL, "bookings, group meetings and the journal too, as JSON lines" },
  { "citizens", ADMIN_FLAG, ADMIN_OPTION, NULL, "with the records: the citizens' numbers" },
  { "icalendar", ADMIN_FLAG, ADMIN_OPTION, NULL, "each advisor's and room's bookings too, as iCalendar" },
  { "from", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "records from then on (all)" },
  { "to", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "records until then" },
  { NULL },
};
/* clang-format on */

/**
 * admin_export:
 *
 * Arguments: tenant, folder, records, citizens, icalendar, from, to. Result: files: name inside the
 * folder to content. What stands for the import is read in one picture of the database.
 *
 * Errors: PLANNER_ERROR_NOT_VALID for too many records at once, or citizens without records.
 */
gboolean
admin_export (AdminCall *call, GError **error)
{
  JsonObject *files = json_object_new ();
  gboolean ok;

  json_object_set_object_member (call->result, "files", files);
  if (admin_get_flag (call, "citizens") && !admin_get_flag (call, "records"))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "citizens go with records: add --records");
      return FALSE;
    }
  if (admin_get_flag (call, "records") && !admin_write (call, write_record, call, FALSE, error))
    return FALSE;
  if (!store_begin (call->session, STORE_READ, error))
    return FALSE;
  ok = gather (call, files, error);
  store_rollback (call->session);
  return ok;
}
