/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the groups [caller NAME] of a configuration file and says what each may do. */
#include "ops/commands/care/admin-callers.h"

#include <string.h>

#include "base/error.h"
#include "ops/call/op.h"

#define PREFIX "caller "

static const struct
{
  const char *name;
  guint role;
} roles[] = { { "dfdg", OP_ROLE_DFDG },
              { "indkalder", OP_ROLE_INDKALDER },
              { "kss", OP_ROLE_KSS } };

/* Parts between semicolons. */
static JsonArray *
read_list (GKeyFile *file, const char *group, const char *key)
{
  g_auto (GStrv) parts = g_key_file_get_string_list (file, group, key, NULL, NULL);
  JsonArray *array = json_array_new ();

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      json_array_add_string_element (array, parts[i]);
  return array;
}

static JsonArray *
list_operations (JsonArray *names)
{
  JsonArray *array = json_array_new ();
  guint bits = 0;

  for (guint i = 0; i < json_array_get_length (names); i++)
    for (guint k = 0; k < G_N_ELEMENTS (roles); k++)
      if (g_str_equal (json_array_get_string_element (names, i), roles[k].name))
        bits |= roles[k].role;
  for (guint i = 0; i < op_table_length; i++)
    if ((op_table[i].roles & bits) != 0)
      json_array_add_string_element (array, op_table[i].name);
  return array;
}

/* By what the certificate is known; the values are public, and long. */
static const char *
certificate_of (GKeyFile *file, const char *group)
{
  static const char *const keys[] = { "fingerprint", "fid", "uuid", "subject-serial" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_key_file_has_key (file, group, keys[i], NULL))
      return keys[i];
  return "none: the plain face only";
}

static JsonObject *
read_caller (GKeyFile *file, const char *group)
{
  g_autofree char *tenant = g_key_file_get_string (file, group, "tenant", NULL);
  JsonArray *names = read_list (file, group, "roles");
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "caller", group + strlen (PREFIX));
  json_object_set_string_member (object, "tenant", tenant == NULL ? "" : tenant);
  json_object_set_array_member (object, "roles", names);
  json_object_set_array_member (object, "units", read_list (file, group, "units"));
  json_object_set_string_member (object, "certificate_by", certificate_of (file, group));
  json_object_set_array_member (object, "operations", list_operations (names));
  return object;
}

/* clang-format off */
const AdminArgument admin_list_callers_arguments[] = {
  { "config", ADMIN_PATH, ADMIN_WORD, "FILE", "plannerd's configuration file" },
  { NULL },
};
/* clang-format on */

/**
 * admin_list_callers:
 *
 * Arguments: config (path of the configuration file). Result: callers, in the file's order; an empty
 * list of units means every unit of the tenant. Whether the file is right plannerd --check-config
 * says.
 *
 * Errors: of the file.
 */
gboolean
admin_list_callers (AdminCall *call, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  const char *path = NULL;
  JsonArray *list;

  if (!admin_need_text (call, "config", &path, error) ||
      !g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return FALSE;
  groups = g_key_file_get_groups (file, NULL);
  list = json_array_new ();
  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], PREFIX))
      json_array_add_object_element (list, read_caller (file, groups[i]));
  json_object_set_array_member (call->result, "callers", list);
  json_object_set_string_member (call->result, "changed_in", path);
  return TRUE;
}
