/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that gathers all that is held about one citizen. */
#pragma once

#include "ops/admin/admin.h"

/**
 * ExtractSection:
 * @table: of the schema
 * @statement: its rows about citizen $1
 */
typedef struct
{
  const char *table;
  StoreStatement statement;
} ExtractSection;

extern const AdminArgument admin_extract_citizen_arguments[];

const ExtractSection *extract_list_sections (guint *out_n_sections);
gboolean admin_extract_citizen (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
