/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl create: the database, and a tenant in it. */
#include <stdio.h>

#include "ctl/ctl.h"

static void
print (JsonObject *result)
{
  static const CtlColumn lines[] = {
    { "tenant", "Tenant" }, { "outcome", "Outcome" }, { "schema", "Schema" }, { NULL, NULL }
  };
  ctl_print_record (result, lines);
}

/**
 * ctl_create:
 */
int
ctl_create (const Ctl *ctl, int argc, char **argv)
{
  g_autofree char *key = NULL;
  g_autofree char *name = NULL;
  const GOptionEntry entries[] = {
    { "key", 0, 0, G_OPTION_ARG_STRING, &key, "make a tenant of this key", "KEY" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "the tenant's name", "NAME" },
    { NULL },
  };
  JsonObject *arguments;

  if (!ctl_parse (entries, "create", 0, &argc, &argv))
    return 2;
  arguments = json_object_new ();
  if (key != NULL)
    json_object_set_string_member (arguments, "tenant", key);
  if (name != NULL)
    json_object_set_string_member (arguments, "name", name);
  return ctl_run (ctl, "create", arguments, print);
}
