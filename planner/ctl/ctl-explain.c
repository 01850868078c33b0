/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl explain: why a time is offered, or is not. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

#define MAX_CITIZEN_BYTES 64

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

static void
print (JsonObject *result)
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

/* Ten digits, alone or with a hyphen, from a file or, for -, from standard input. */
static gboolean
read_citizen (const char *path, JsonObject *arguments)
{
  char line[MAX_CITIZEN_BYTES] = "";
  FILE *file = g_str_equal (path, "-") ? stdin : fopen (path, "re");
  gboolean has_line = file != NULL && fgets (line, sizeof line, file) != NULL;
  g_autoptr (GString) digits = g_string_new (NULL);

  if (file != NULL && file != stdin)
    fclose (file);
  if (!has_line)
    {
      fprintf (stderr, "plannerctl: cannot read the citizen's number from %s\n", path);
      return FALSE;
    }
  for (const char *at = g_strstrip (line); *at != '\0'; at++)
    if (*at != '-')
      g_string_append_c (digits, *at);
  json_object_set_string_member (arguments, "cpr", digits->str);
  return TRUE;
}

/**
 * ctl_explain:
 */
int
ctl_explain (const Ctl *ctl, int argc, char **argv)
{
  g_autofree char *advisor = NULL;
  g_autofree char *citizen_file = NULL;
  const GOptionEntry entries[] = {
    { "advisor", 0, 0, G_OPTION_ARG_STRING, &advisor, "only this advisor", "KEY" },
    { "citizen-file", 0, 0, G_OPTION_ARG_FILENAME, &citizen_file,
      "file with a citizen's number; - is standard input", "FILE" },
    { NULL },
  };
  JsonObject *arguments;

  if (!ctl_parse (entries, "explain OFFER TIME", 2, &argc, &argv))
    return 2;
  arguments = json_object_new ();
  json_object_set_string_member (arguments, "offer", argv[1]);
  json_object_set_string_member (arguments, "time", argv[2]);
  if (advisor != NULL)
    json_object_set_string_member (arguments, "advisor", advisor);
  if (citizen_file != NULL && !read_citizen (citizen_file, arguments))
    {
      json_object_unref (arguments);
      return 1;
    }
  return ctl_run (ctl, "explain", arguments, print);
}
