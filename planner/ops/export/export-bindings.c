/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes connections without what a run finds out by itself: cursor, identity, health; and never a secret. */
#include "ops/export/export-bindings.h"

#include "ops/export/export-csv.h"
#include "store/sync-binding-store.h"

static const char *const directions[] = { "in", "out", "both" };

static const char *
key_of (const AdminCatalogue *catalogue, const SyncBinding *binding)
{
  return admin_catalogue_get_resource (catalogue, binding->resource_id)->resource_key;
}

/* By key and address: ids are another database's own. */
static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const SyncBinding *left = *(SyncBinding *const *) a;
  const SyncBinding *right = *(SyncBinding *const *) b;
  int order = g_strcmp0 (key_of (data, left), key_of (data, right));

  return order != 0 ? order : g_strcmp0 (left->url, right->url);
}

static void
write_row (const AdminCatalogue *catalogue, const SyncBinding *binding, ExportCsv *csv)
{
  gboolean is_paused = binding->state == SYNC_BINDING_PAUSED;

  export_csv_text (csv, key_of (catalogue, binding));
  export_csv_text (csv, binding->url);
  export_csv_text (csv, directions[CLAMP (binding->direction, 1, 3) - 1]);
  export_csv_text (csv, binding->auth);
  export_csv_text (csv, binding->user_name);
  export_csv_text (csv, binding->secret);
  export_csv_text (csv, binding->certificate);
  if (binding->limit_minutes == 0)
    export_csv_text (csv, NULL);
  else
    export_csv_int (csv, binding->limit_minutes);
  export_csv_text (csv, is_paused ? binding->why : NULL);
  export_csv_end_row (csv);
}

/**
 * export_bindings:
 *
 * Any thread with a session.
 */
gboolean
export_bindings (StoreSession *session,
                 const AdminCatalogue *catalogue,
                 JsonObject *files,
                 GError **error)
{
  g_auto (ExportCsv) csv = { 0 };
  g_autoptr (GPtrArray) bindings =
    sync_binding_store_list (session, catalogue->tenant->tenant_id, 0, error);

  if (bindings == NULL)
    return FALSE;
  export_csv_init (&csv,
                   "resource;url;direction;auth;user;secret;certificate;limit_minutes;paused");
  g_ptr_array_sort_with_data (bindings, compare, (gpointer) catalogue);
  for (guint i = 0; i < bindings->len; i++)
    write_row (catalogue, bindings->pdata[i], &csv);
  if (bindings->len > 0)
    json_object_set_string_member (files, "sync-bindings.csv", csv.text->str);
  return TRUE;
}
