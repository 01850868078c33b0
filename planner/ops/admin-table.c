/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of admin commands. */
#include "ops/admin-create.h"
#include "ops/admin-import.h"
#include "ops/admin.h"

/* clang-format off */
static const AdminCommand commands[] = {
  { "create", admin_create, STORE_WRITE, "make a tenant, or change its name" },
  { "import", admin_import, STORE_WRITE, "read a municipality from the files of a folder" },
};
/* clang-format on */

/**
 * admin_table_find:
 *
 * Returns: (nullable): the command of that name. Any thread.
 */
const AdminCommand *
admin_table_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  return NULL;
}

/**
 * admin_table_list:
 *
 * Returns: (array length=out_n_commands): all commands. Any thread.
 */
const AdminCommand *
admin_table_list (guint *out_n_commands)
{
  *out_n_commands = G_N_ELEMENTS (commands);
  return commands;
}
