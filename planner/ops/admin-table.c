/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of admin commands. */
#include "ops/admin-create.h"
#include "ops/admin-explain.h"
#include "ops/admin-import.h"
#include "ops/admin-list.h"
#include "ops/admin-show.h"
#include "ops/admin-time.h"
#include "ops/admin-verify.h"
#include "ops/admin-week.h"
#include "ops/admin.h"

/* clang-format off */
static const AdminCommand commands[] = {
  { "create", admin_create, STORE_WRITE, "make a tenant, or change its name" },
  { "list-units", admin_list_units, STORE_READ, "list units" },
  { "list-teams", admin_list_teams, STORE_READ, "list teams" },
  { "list-advisors", admin_list_advisors, STORE_READ, "list advisors" },
  { "list-rooms", admin_list_rooms, STORE_READ, "list rooms" },
  { "list-offers", admin_list_offers, STORE_READ, "list offers" },
  { "list-bookings", admin_list_bookings, STORE_READ, "list bookings of a unit or an advisor" },
  { "show-unit", admin_show_unit, STORE_READ, "show a unit with its settings and closing days" },
  { "show-advisor", admin_show_advisor, STORE_READ, "show an advisor or a room with its calendars" },
  { "show-offer", admin_show_offer, STORE_READ, "show an offer with all its rules" },
  { "show-booking", admin_show_booking, STORE_READ, "show a booking, without its citizen" },
  { "show-week", admin_show_week, STORE_READ, "show a calendar week of an advisor or a room" },
  { "block-time", admin_block_time, STORE_WRITE, "block the time of an advisor or a room" },
  { "open-time", admin_open_time, STORE_WRITE, "open time: extra working hours, or what was blocked" },
  { "list-time", admin_list_time, STORE_READ, "list blocked and opened time of an advisor or a room" },
  { "remove-time", admin_remove_time, STORE_WRITE, "take blocked or opened time away again" },
  { "import", admin_import, STORE_WRITE, "read a municipality from the files of a folder" },
  { "explain", admin_explain, STORE_READ, "say why a time is offered, or is not" },
  { "verify", admin_verify, STORE_READ, "hold journal, claims and laid-out time against what they must be" },
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
