/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl list: units, teams, advisors, rooms, offers, bookings. */
#include <stdio.h>

#include "ctl/ctl.h"

/* clang-format off */
static const CtlColumn unit_columns[] = {
  { "unit", "UNIT" }, { "main_unit", "MAIN" }, { "advisors", "ADVISORS" }, { "zone", "ZONE" }, { "name", "NAME" },
  { NULL, NULL } };
static const CtlColumn team_columns[] = {
  { "team", "TEAM" }, { "unit", "UNIT" }, { "members", "MEMBERS" }, { "name", "NAME" }, { NULL, NULL } };
static const CtlColumn resource_columns[] = {
  { "resource", "RESOURCE" }, { "name", "NAME" }, { "units", "UNITS" }, { "teams", "TEAMS" },
  { "competences", "COMPETENCES" }, { "languages", "LANGUAGES" }, { NULL, NULL } };
static const CtlColumn offer_columns[] = {
  { "identifier", "OFFER" }, { "unit", "UNIT" }, { "interview_type", "TYPE" }, { "form", "FORM" },
  { "duration", "MINUTES" }, { "contact_types", "CONTACT" }, { "contact_groups", "GROUPS" }, { "title", "TITLE" },
  { NULL, NULL } };
static const CtlColumn booking_columns[] = {
  { "start", "START" }, { "end", "END" }, { "state", "STATE" }, { "origin", "ORIGIN" }, { "advisor_name", "ADVISOR" },
  { "room", "ROOM" }, { "interview_type", "TYPE" }, { "booking", "BOOKING" }, { "title", "TITLE" }, { NULL, NULL } };

static const struct
{
  const char *name;
  const CtlColumn *columns;
} lists[] = {
  { "units", unit_columns },
  { "teams", team_columns },
  { "advisors", resource_columns },
  { "rooms", resource_columns },
  { "offers", offer_columns },
  { "bookings", booking_columns },
};
/* clang-format on */

static void
print (JsonObject *result)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (json_object_has_member (result, lists[i].name))
      ctl_print_table (json_object_get_array_member (result, lists[i].name), lists[i].columns);
  if (json_object_get_boolean_member_with_default (result, "more", FALSE))
    printf ("there are more: ask for a shorter time\n");
}

static gboolean
is_list (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (g_str_equal (lists[i].name, name))
      return TRUE;
  fprintf (stderr, "plannerctl: there is no list of %s\n", name);
  return FALSE;
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

/**
 * ctl_list:
 */
int
ctl_list (const Ctl *ctl, int argc, char **argv)
{
  g_autofree char *unit = NULL;
  g_autofree char *advisor = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  gboolean with_cancelled = FALSE;
  const GOptionEntry entries[] = {
    { "unit", 0, 0, G_OPTION_ARG_STRING, &unit, "bookings of this unit", "KEY" },
    { "advisor", 0, 0, G_OPTION_ARG_STRING, &advisor, "bookings of this advisor", "KEY" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, "bookings from this day (today)", "DATE" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to, "bookings to this day (a month)", "DATE" },
    { "cancelled", 0, 0, G_OPTION_ARG_NONE, &with_cancelled, "cancelled bookings too", NULL },
    { NULL },
  };
  g_autofree char *command = NULL;
  JsonObject *arguments;

  if (!ctl_parse (entries, "list WHAT", 1, &argc, &argv) || !is_list (argv[1]))
    return 2;
  command = g_strconcat ("list-", argv[1], NULL);
  arguments = json_object_new ();
  set_text (arguments, "unit", unit);
  set_text (arguments, "advisor", advisor);
  set_text (arguments, "from", from);
  set_text (arguments, "to", to);
  json_object_set_boolean_member (arguments, "cancelled", with_cancelled);
  return ctl_run (ctl, command, arguments, print);
}
