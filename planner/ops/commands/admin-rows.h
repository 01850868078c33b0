/* SPDX-License-Identifier: EUPL-1.2 */
/* A change by hand is an import of a few rows: the same door, the same checks. */
#pragma once

#include "ops/admin/admin.h"
#include "ops/import/import-run.h"

/* No file at all: the rows of a change are put into its tables by hand. */
ImportSource *admin_rows_new (void);
/* Adds an empty row; borrowed. */
ImportRow *admin_rows_add (ImportSource *source, ImportTable table);
/* Begins a run of the import; cleared by the caller. */
gboolean admin_rows_init (const AdminCall *call,
                          StoreSession *session,
                          gint64 tenant_id,
                          ImportSource *source,
                          ImportRun *run,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes every row, or refuses all; what is changed is told to the index. */
gboolean
admin_rows_run (const AdminCall *call, ImportRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Both. */
gboolean admin_rows_apply (const AdminCall *call,
                           StoreSession *session,
                           gint64 tenant_id,
                           ImportSource *source,
                           ImportRun *run,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What was wrong, one after the other, as an error. TRUE when nothing was. */
gboolean admin_rows_check (const ImportSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the server could not load must not be committed. */
gboolean admin_rows_check_catalogue (const AdminCall *call,
                                     StoreSession *session,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The catalogue changed, and these offers (element-type gint64). */
gboolean admin_rows_tell_index (StoreSession *session,
                                gint64 tenant_id,
                                const GArray *changed_offers,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * AdminRecordChange:
 * @kind: such as "unit-changed"
 * @subject: the record's key
 * @before: (nullable): as shown
 * @after: (nullable): as shown
 */
typedef struct
{
  gint64 tenant_id;
  const char *kind;
  const char *subject;
  JsonObject *before;
  JsonObject *after;
} AdminRecordChange;

gboolean admin_rows_journal (const AdminCall *call,
                             StoreSession *session,
                             const AdminRecordChange *change,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
