/* SPDX-License-Identifier: EUPL-1.2 */
/* Why a time is offered, or is not, for people. */
#include <stdio.h>

#include "ctl/ctl.h"

static void
print_reason (JsonObject *reason, const char *indent)
{
  printf ("%s%s: %s", indent, json_object_get_string_member (reason, "verdict"),
          json_object_get_string_member (reason, "text"));
  if (json_object_has_member (reason, "from"))
    printf (" (%.16s to %.16s)", json_object_get_string_member (reason, "from"),
            json_object_get_string_member_with_default (reason, "to", "no end"));
  putchar ('\n');
}

static void
print_reasons (JsonObject *holder, const char *indent)
{
  JsonArray *reasons = json_object_get_array_member (holder, "reasons");

  for (guint i = 0; i < json_array_get_length (reasons); i++)
    print_reason (json_array_get_object_element (reasons, i), indent);
}

static void
print_resources (JsonObject *result, const char *member)
{
  JsonArray *resources = json_object_get_array_member (result, member);

  for (guint i = 0; i < json_array_get_length (resources); i++)
    {
      JsonObject *resource = json_array_get_object_element (resources, i);
      printf ("  %s (%s)%s\n", json_object_get_string_member (resource, "name"),
              json_object_get_string_member (resource, "resource"),
              json_object_get_boolean_member (resource, "free") ? ": free" : "");
      print_reasons (resource, "    ");
    }
}

static void
print_sessions (JsonObject *result)
{
  JsonArray *sessions = json_object_get_array_member (result, "sessions");

  for (guint i = 0; i < json_array_get_length (sessions); i++)
    {
      JsonObject *session = json_array_get_object_element (sessions, i);
      printf ("  group meeting %s, %" G_GINT64_FORMAT " seats left\n",
              json_object_get_string_member (session, "group"),
              json_object_get_int_member (session, "seats_left"));
      print_reason (session, "    ");
    }
}

/**
 * ctl_explain_print:
 */
void
ctl_explain_print (JsonObject *result)
{
  if (!json_object_has_member (result, "offered"))
    return;
  printf ("%s %s, %.16s to %.16s: %s\n", json_object_get_string_member (result, "unit"),
          json_object_get_string_member (result, "title"),
          json_object_get_string_member (result, "start"),
          json_object_get_string_member (result, "end"),
          json_object_get_boolean_member (result, "offered") ? "offered" : "not offered");
  printf ("citizen rules: %s\n", json_object_get_string_member (result, "citizen"));
  print_reasons (result, "");
  if (json_array_get_length (json_object_get_array_member (result, "sessions")) > 0)
    printf ("group meetings\n");
  print_sessions (result);
  printf ("advisors\n");
  print_resources (result, "advisors");
  if (json_array_get_length (json_object_get_array_member (result, "rooms")) > 0)
    printf ("rooms\n");
  print_resources (result, "rooms");
}
