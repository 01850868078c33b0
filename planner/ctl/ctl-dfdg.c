/* SPDX-License-Identifier: EUPL-1.2 */
/* How municipalities stand with DFDG, a line each; below it what to do, a line for each thing that wants somebody. */
#include <stdio.h>

#include "ctl/ctl.h"

static const CtlColumn columns[] = { { "tenant", "TENANT" },
                                     { "state", "STATE" },
                                     { "carrier", "CARRIER" },
                                     { "reachable_since", "REACHABLE SINCE" },
                                     { "inbox_waiting", "INBOX" },
                                     { "inbox_citizens", "CITIZENS" },
                                     { "inbox_oldest", "OLDEST" },
                                     { "parked", "PARKED" },
                                     { "outbox_waiting", "OUTBOX" },
                                     { "outbox_refused", "REFUSED" },
                                     { "outbox_held", "HELD" },
                                     { "echoes_overdue", "LATE ECHOES" },
                                     { "echoes_flagged", "LOST ECHOES" },
                                     { "subscriptions", "SUBSCRIPTIONS" },
                                     { "differences", "DIFFER" },
                                     { "certificate_days", "CERTIFICATE DAYS" },
                                     { NULL, NULL } };
static const CtlColumn change_columns[] = {
  { "change", "CHANGE" },     { "kind", "KIND" },     { "booking", "BOOKING" },
  { "state", "STATE" },       { "age", "AGE" },       { "attempts", "TRIES" },
  { "next_try", "NEXT TRY" }, { "reason", "REASON" }, { NULL, NULL }
};

static void
print_remedy (JsonObject *line)
{
  g_autofree char *cause = ctl_dup_text (line, "cause");
  g_autofree char *remedy = ctl_dup_text (line, "to_do");

  printf ("%s: %s%s%s: %s\n", json_object_get_string_member (line, "tenant"),
          json_object_get_string_member (line, "state"), *cause == '\0' ? "" : ", ", cause, remedy);
}

/**
 * ctl_dfdg_status_print:
 */
void
ctl_dfdg_status_print (JsonObject *result)
{
  JsonArray *list;

  if (!json_object_has_member (result, "to_do"))
    return;
  ctl_print_table (json_object_get_array_member (result, "tenants"), columns);
  list = json_object_get_array_member (result, "to_do");
  for (guint i = 0; i < json_array_get_length (list); i++)
    print_remedy (json_array_get_object_element (list, i));
  if (!json_object_has_member (result, "changes"))
    return;
  putchar ('\n');
  ctl_print_table (json_object_get_array_member (result, "changes"), change_columns);
  if (json_object_has_member (result, "cursor"))
    printf ("there are more: --cursor %d\n", (int) json_object_get_int_member (result, "cursor"));
}
