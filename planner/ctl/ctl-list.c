/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of units, teams, advisors, rooms, offers and bookings, for people. */
#include <stdio.h>

#include "ctl/ctl.h"

/* clang-format off */
static const CtlColumn unit_columns[] = {
  { "unit", "UNIT" }, { "main_unit", "MAIN" }, { "advisors", "ADVISORS" }, { "zone", "ZONE" }, { "name", "NAME" },
  { "retired_from", "RETIRED" }, { NULL, NULL } };
static const CtlColumn team_columns[] = {
  { "team", "TEAM" }, { "unit", "UNIT" }, { "members", "MEMBERS" }, { "name", "NAME" }, { "retired_from", "RETIRED" }, { NULL, NULL } };
static const CtlColumn resource_columns[] = {
  { "resource", "RESOURCE" }, { "name", "NAME" }, { "units", "UNITS" }, { "teams", "TEAMS" },
  { "competences", "COMPETENCES" }, { "languages", "LANGUAGES" }, { "retired_from", "RETIRED" }, { NULL, NULL } };
static const CtlColumn offer_columns[] = {
  { "identifier", "OFFER" }, { "unit", "UNIT" }, { "interview_type", "TYPE" }, { "form", "FORM" },
  { "duration", "MINUTES" }, { "contact_types", "CONTACT" }, { "contact_groups", "GROUPS" }, { "title", "TITLE" },
  { "retired_from", "RETIRED" }, { NULL, NULL } };
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
  { "equipment", resource_columns },
  { "offers", offer_columns },
  { "bookings", booking_columns },
};
/* clang-format on */

/**
 * ctl_list_print:
 */
void
ctl_list_print (JsonObject *result)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (json_object_has_member (result, lists[i].name))
      ctl_print_table (json_object_get_array_member (result, lists[i].name), lists[i].columns);
  if (json_object_has_member (result, "cursor"))
    printf ("there are more: --cursor %s\n", json_object_get_string_member (result, "cursor"));
  else if (json_object_get_boolean_member_with_default (result, "more", FALSE))
    printf ("there are more: ask for a shorter time\n");
}
