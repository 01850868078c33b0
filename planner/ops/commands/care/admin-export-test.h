/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that makes a test system's database. */
#pragma once

#include "ops/admin/admin.h"

/**
 * ExportTable:
 * @statement: reads its rows
 */
typedef struct
{
  const char *table;
  StoreStatement statement;
} ExportTable;

extern const AdminArgument admin_export_test_arguments[];

const ExportTable *export_list_tables (guint *out_n_tables);
const char *const *export_list_left_out (void);
gboolean admin_export_test (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
