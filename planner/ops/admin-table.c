/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of admin commands. */
#include "ops/admin/admin.h"
#include "ops/commands/bookings/admin-booking.h"
#include "ops/commands/bookings/admin-conflict.h"
#include "ops/commands/bookings/admin-explain.h"
#include "ops/commands/bookings/admin-hold.h"
#include "ops/commands/bookings/admin-missing.h"
#include "ops/commands/bookings/admin-search.h"
#include "ops/commands/bookings/admin-session.h"
#include "ops/commands/calendars/admin-calendar.h"
#include "ops/commands/calendars/admin-hours.h"
#include "ops/commands/calendars/admin-time.h"
#include "ops/commands/calendars/admin-week.h"
#include "ops/commands/care/admin-availability.h"
#include "ops/commands/care/admin-backup.h"
#include "ops/commands/care/admin-callers.h"
#include "ops/commands/care/admin-doctor.h"
#include "ops/commands/care/admin-export-test.h"
#include "ops/commands/care/admin-inbox.h"
#include "ops/commands/care/admin-journal.h"
#include "ops/commands/care/admin-restore.h"
#include "ops/commands/care/admin-retention.h"
#include "ops/commands/care/admin-service-window.h"
#include "ops/commands/care/admin-test-restore.h"
#include "ops/commands/care/admin-verify.h"
#include "ops/commands/citizens/admin-citizen-number.h"
#include "ops/commands/citizens/admin-erase.h"
#include "ops/commands/citizens/admin-extract.h"
#include "ops/commands/citizens/admin-show-citizen.h"
#include "ops/commands/records/admin-create.h"
#include "ops/commands/records/admin-dated.h"
#include "ops/commands/records/admin-export.h"
#include "ops/commands/records/admin-import.h"
#include "ops/commands/records/admin-list.h"
#include "ops/commands/records/admin-noun-change.h"
#include "ops/commands/records/admin-nouns.h"
#include "ops/commands/records/admin-show.h"

/* clang-format off */
static const AdminCommand commands[] = {
  /* the database */
  { "create", admin_create, STORE_WRITE, admin_create_arguments, "make the database, or bring it to this program's schema; with a key, make a municipality in it" },
  { "import", admin_import, STORE_WRITE, admin_import_arguments, "read a municipality from the files of a folder", .details =
    "Writes at once: an import removes nothing, is all or nothing, and repeating it changes nothing. --dry-run tells what would happen." },
  { "export", admin_export, STORE_WRITE, admin_export_arguments, "write a municipality as an import folder, and its records beside it", .shows_citizen = TRUE, .details =
    "The folder can be imported again: into an empty database it makes the same municipality, where it came from it changes nothing. Files are for"
    " their owner alone (mode 0600). Citizens' numbers leave only with --citizens, and the journal keeps that records left." },
  { "verify", admin_verify, STORE_READ, NULL, "hold journal seals, claims, seats and laid-out time against what they must be" },
  { "backup", admin_backup, STORE_WRITE, admin_backup_arguments, "write a consistent copy of the database and its manifest, while plannerd serves", .is_local = TRUE, .details =
    "The copy is taken beside a serving plannerd, which goes on writing. It is as secret as the database. With --keep-days, what was erased from the "
    "database is gone from the folder's backups after that many days." },
  { "restore", admin_restore, STORE_WRITE, admin_restore_arguments, "put a backup in the place of the database, which stays beside it under a new name", .is_local = TRUE, .details =
    "plannerd must be stopped. The backup's digest, schema, pages and journal are checked on a copy before anything is replaced. Reservations that "
    "were alive are ended, and messages that had not been sent are held back, for they may have been sent since." },
  { "test-restore", admin_test_restore, STORE_WRITE, admin_test_restore_arguments, "restore a backup into a temporary place, verify it, ask it for free times, remove it", .is_local = TRUE },
  { "doctor", admin_doctor, STORE_WRITE, admin_doctor_arguments, "look at clock, disk, database, zones, codes, backups, certificates and limits, and say what to do", .is_local = TRUE, .details =
    "Each finding is ok, warn or fail. The exit status is 1 when one fails; warnings do not count. Nothing is changed." },
  /* look */
  { "list-tenants", admin_list_tenants, STORE_READ, NULL, "list the municipalities of the database" },
  { "list-units", admin_list_units, STORE_READ, admin_list_nouns_arguments, "list units" },
  { "list-teams", admin_list_teams, STORE_READ, admin_list_nouns_arguments, "list teams" },
  { "list-advisors", admin_list_advisors, STORE_READ, admin_list_nouns_arguments, "list advisors" },
  { "list-rooms", admin_list_rooms, STORE_READ, admin_list_nouns_arguments, "list rooms" },
  { "list-equipment", admin_list_equipment, STORE_READ, admin_list_nouns_arguments, "list equipment" },
  { "list-offers", admin_list_offers, STORE_READ, admin_list_nouns_arguments, "list offers" },
  { "list-bookings", admin_list_bookings, STORE_READ, admin_list_bookings_arguments, "list bookings of a unit or an advisor; at most 500" },
  { "list-callers", admin_list_callers, STORE_READ, admin_list_callers_arguments, "list who may call and what; changed in the configuration file, then SIGHUP", .is_local = TRUE },
  { "show-unit", admin_show_unit, STORE_READ, admin_show_unit_arguments, "show a unit with its settings and closing days" },
  { "show-team", admin_show_team, STORE_READ, admin_show_team_arguments, "show a team with its members" },
  { "show-advisor", admin_show_advisor, STORE_READ, admin_show_advisor_arguments, "show an advisor with its calendars" },
  { "show-room", admin_show_advisor, STORE_READ, admin_show_advisor_arguments, "show a room with its calendars" },
  { "show-equipment", admin_show_advisor, STORE_READ, admin_show_advisor_arguments, "show a piece of equipment with its calendars" },
  { "show-offer", admin_show_offer, STORE_READ, admin_show_offer_arguments, "show an offer with all its rules" },
  { "show-booking", admin_show_booking, STORE_READ, admin_show_booking_arguments, "show a booking, without its citizen" },
  { "show-citizen", admin_show_citizen, STORE_WRITE, admin_show_citizen_arguments, "show what is known of a citizen, and how old it is" },
  { "show-week", admin_show_week, STORE_READ, admin_show_week_arguments, "show a calendar week; a line is half an hour, a letter five minutes of the wall clock" },
  { "explain", admin_explain, STORE_WRITE, admin_explain_arguments, "say why a start is offered or not, by advisor, room and group meeting" },
  /* nouns: add, change, retire, bring back */
  { "add-unit", admin_add_unit, STORE_WRITE, admin_add_unit_arguments, "add a unit" },
  { "change-unit", admin_change_unit, STORE_WRITE, admin_change_unit_arguments, "change a unit: the fields that are named" },
  { "retire-unit", admin_retire_unit, STORE_WRITE, admin_retire_unit_arguments, "retire a unit that nothing needs any more" },
  { "restore-unit", admin_restore_unit, STORE_WRITE, admin_restore_unit_arguments, "bring a retired unit back" },
  { "add-team", admin_add_team, STORE_WRITE, admin_add_team_arguments, "add a team" },
  { "change-team", admin_change_team, STORE_WRITE, admin_change_team_arguments, "change a team: the fields that are named" },
  { "retire-team", admin_retire_team, STORE_WRITE, admin_retire_team_arguments, "retire a team without members" },
  { "restore-team", admin_restore_team, STORE_WRITE, admin_restore_team_arguments, "bring a retired team back" },
  { "add-advisor", admin_add_advisor, STORE_WRITE, admin_add_advisor_arguments, "add an advisor" },
  { "change-advisor", admin_change_advisor, STORE_WRITE, admin_change_advisor_arguments, "change an advisor: the fields that are named" },
  { "retire-advisor", admin_retire_advisor, STORE_WRITE, admin_retire_resource_arguments, "retire an advisor whom no meeting and no offer needs" },
  { "restore-advisor", admin_restore_advisor, STORE_WRITE, admin_restore_resource_arguments, "bring a retired advisor back" },
  { "add-room", admin_add_room, STORE_WRITE, admin_add_room_arguments, "add a room" },
  { "change-room", admin_change_room, STORE_WRITE, admin_change_room_arguments, "change a room: the fields that are named" },
  { "retire-room", admin_retire_room, STORE_WRITE, admin_retire_resource_arguments, "retire a room that no meeting and no offer needs" },
  { "restore-room", admin_restore_room, STORE_WRITE, admin_restore_resource_arguments, "bring a retired room back" },
  { "add-equipment", admin_add_equipment, STORE_WRITE, admin_add_room_arguments, "add a piece of equipment" },
  { "change-equipment", admin_change_equipment, STORE_WRITE, admin_change_room_arguments, "change a piece of equipment: the fields that are named" },
  { "retire-equipment", admin_retire_equipment, STORE_WRITE, admin_retire_resource_arguments, "retire a piece of equipment that no meeting and no offer needs" },
  { "restore-equipment", admin_restore_equipment, STORE_WRITE, admin_restore_resource_arguments, "bring retired equipment back" },
  { "add-offer", admin_add_offer, STORE_WRITE, admin_add_offer_arguments, "add an offer" },
  { "change-offer", admin_change_offer, STORE_WRITE, admin_change_offer_arguments, "change an offer: the fields that are named; booked meetings stay as they are" },
  { "retire-offer", admin_retire_offer, STORE_WRITE, admin_retire_offer_arguments, "retire an offer: nothing new is booked of it" },
  { "restore-offer", admin_restore_offer, STORE_WRITE, admin_restore_offer_arguments, "bring a retired offer back" },
  { "add-window", admin_add_window, STORE_WRITE, admin_add_window_arguments, "add a time frame to an offer" },
  { "remove-window", admin_remove_window, STORE_WRITE, admin_remove_window_arguments, "take a time frame away from an offer" },
  /* search */
  { "search-bookings", admin_search_bookings, STORE_WRITE, admin_search_bookings_arguments, "find bookings by what is known of them, a page at a time", .details =
    "All that is given must fit. Sorted by start; a search by creation or change alone is sorted by change. With more, the next page is behind"
    " --cursor. That a citizen was looked up is written to the journal." },
  { "search-journal", admin_search_journal, STORE_WRITE, admin_search_journal_arguments, "find journal rows, a page at a time", .details =
    "Of the last month unless --from says otherwise. --payload shows what was before and after, with texts and citizens masked; --unmasked shows all"
    " of it, and is written to the journal itself, as is that a citizen was looked up." },
  { "report-missing-times", admin_report_missing_times, STORE_WRITE, admin_report_missing_times_arguments, "what was asked for and could not be offered: counts, and each answer without its citizen", .details =
    "Of the last month unless --from says otherwise. With a citizen's number from a file it is the list of what that one citizen was not offered, and"
    " the journal keeps that it was made. Written as CSV, and with --json as JSON." },
  /* the operator's inbox */
  { "list-inbox", admin_list_inbox, STORE_READ, admin_list_inbox_arguments, "list error reports from DFDG and Jobnet" },
  { "show-inbox", admin_show_inbox, STORE_READ, admin_show_inbox_arguments, "show a message of the inbox" },
  { "done-inbox", admin_done_inbox, STORE_WRITE, admin_done_inbox_arguments, "mark a message as seen to" },
  { "list-conflicts", admin_list_conflicts, STORE_READ, admin_list_conflicts_arguments, "list meetings to come whose time collides with another" },
  { "show-conflict", admin_show_conflict, STORE_READ, admin_show_conflict_arguments, "show what a meeting collides with" },
  { "done-conflict", admin_done_conflict, STORE_WRITE, admin_done_conflict_arguments, "mark a collision as seen to, until the meeting is moved" },
  { "set-setting", admin_set_setting, STORE_WRITE, admin_set_setting_arguments, "set a setting of the municipality or of a unit, at once or from a day on" },
  { "remove-setting", admin_remove_setting, STORE_WRITE, admin_remove_setting_arguments, "take a row of a setting away" },
  { "list-settings", admin_list_settings, STORE_READ, admin_list_settings_arguments, "list settings" },
  { "add-closing-day", admin_add_closing_day, STORE_WRITE, admin_add_closing_day_arguments, "close a unit on a day" },
  { "remove-closing-day", admin_remove_closing_day, STORE_WRITE, admin_remove_closing_day_arguments, "open a unit again on a day" },
  { "list-closing-days", admin_list_closing_days, STORE_READ, admin_list_closing_days_arguments, "list the closing days to come" },
  { "list-holidays", admin_list_holidays, STORE_READ, admin_list_holidays_arguments, "list the holidays of a year, and whether the office is open" },
  { "add-code", admin_add_code, STORE_WRITE, admin_add_code_arguments, "add a code of the municipality's own to a list" },
  { "remove-code", admin_remove_code, STORE_WRITE, admin_remove_code_arguments, "take such a code away" },
  { "list-codes", admin_list_codes, STORE_READ, admin_list_codes_arguments, "list the codes that are valid today" },
  /* an advisor's or a room's time */
  { "show-hours", admin_show_hours, STORE_READ, admin_show_hours_arguments, "show the weekly hours of an advisor, a room or equipment" },
  { "set-hours", admin_set_hours, STORE_WRITE, admin_set_hours_arguments, "set weekly hours, all of them or between two days; booked meetings stay and are listed", .details =
    "HOURS are weekdays, hours, then breaks and even or odd: \"mon-thu 08:00-15:30 12:00-12:30 even\". A day with other hours is --from and --until of that day; a day off is the same with --none." },
  { "replace-calendar", admin_replace_calendar, STORE_WRITE, admin_replace_calendar_arguments, "put a file in the place of the appointments that imports brought" },
  { "remove-calendar", admin_remove_calendar, STORE_WRITE, admin_remove_calendar_arguments, "remove the appointments that imports brought" },
  { "remove-hours", admin_remove_hours, STORE_WRITE, admin_remove_hours_arguments, "open a room or equipment all the time again" },
  { "block-time", admin_block_time, STORE_WRITE, admin_block_time_arguments, "block the time of an advisor or a room" },
  { "open-time", admin_open_time, STORE_WRITE, admin_block_time_arguments, "open time: extra working hours, or what was blocked" },
  { "list-time", admin_list_time, STORE_READ, admin_list_time_arguments, "list blocked and opened time of an advisor or a room" },
  { "remove-time", admin_remove_time, STORE_WRITE, admin_remove_time_arguments, "take blocked or opened time away again" },
  /* bookings by hand */
  { "register-booking", admin_register_booking, STORE_WRITE, admin_register_booking_arguments, "book for a citizen, by the rules of an offer", .details =
    "DFDG is told of it. A refusal comes with the explanation that explain would give. --force overrules all that concerns no other meeting." },
  { "move-booking", admin_move_booking, STORE_WRITE, admin_move_booking_arguments, "move a booking to another time or advisor" },
  { "cancel-booking", admin_cancel_booking, STORE_WRITE, admin_cancel_booking_arguments, "cancel a booking" },
  { "accept-booking", admin_accept_booking, STORE_WRITE, admin_cancel_booking_arguments, "accept a booking for its citizen" },
  { "list-holds", admin_list_holds, STORE_READ, NULL, "list reservations that are alive, without their citizens" },
  { "release-hold", admin_release_hold, STORE_WRITE, admin_release_hold_arguments, "give the time of a reservation back" },
  /* group meetings */
  { "add-session", admin_add_session, STORE_WRITE, admin_add_session_arguments, "plan a group meeting ahead", .details =
    "It is offered to citizens while nobody sits in it, and stays when the last one leaves. Notice, horizon and grid do not bind; working"
    " hours, closed days and own appointments do, unless --force overrules them; another meeting of the advisor or the room always does." },
  { "list-sessions", admin_list_sessions, STORE_READ, admin_list_sessions_arguments, "list group meetings with the seats taken" },
  { "show-session", admin_show_session, STORE_READ, admin_show_session_arguments, "show a group meeting and its seats, by booking" },
  { "change-session", admin_change_session, STORE_WRITE, admin_change_session_arguments, "change how many seats a group meeting has" },
  { "cancel-session", admin_cancel_session, STORE_WRITE, admin_cancel_session_arguments, "cancel a group meeting; with --force its bookings too" },
  /* privacy */
  { "extract-citizen", admin_extract_citizen, STORE_WRITE, admin_extract_citizen_arguments, "gather all that is held about a citizen, and who changed it",
    .shows_citizen = TRUE, .details =
    "For an access request. The extract names the citizen's number and is journaled, so that it stands in the next one." },
  { "erase-citizen", admin_erase_citizen, STORE_WRITE, admin_erase_citizen_arguments, "erase a citizen; counts, journal rows and seals stay",
    .is_dry_by_default = TRUE, .details =
    "Refused while meetings or reservations lie ahead, registrations wait, or bookings and evidence are within their terms, unless --force and"
    " --reason are given. DFDG is not told: cancel first what it must know of." },
  { "change-citizen-number", admin_change_citizen_number, STORE_WRITE, admin_change_citizen_number_arguments, "give a citizen another number; history follows", .details =
    "When both numbers are known, the two become one citizen. Meetings that collide are told and nothing is changed, unless --force keeps both"
    " as a conflict. The old number means the same citizen until the term of former numbers ends." },
  { "export-test", admin_export_test, STORE_READ, admin_export_test_arguments, "make a test system's database: impossible numbers, roles for names, no journal", .details =
    "Every text is replaced by the rule of its column; identifiers are drawn anew by a key that is thrown away. Times stay: whoever holds both"
    " databases can match meetings by them." },
  { "retention-show", admin_retention_show, STORE_READ, NULL, "show how long each class of data is kept, why, and what the last runs removed" },
  { "retention-set", admin_retention_set, STORE_WRITE, admin_retention_set_arguments, "set a term, for the municipality or a unit, from a day on" },
  { "retention-run", admin_retention_run, STORE_WRITE, admin_retention_run_arguments, "remove what is past its term; plannerd does so every night",
    .is_dry_by_default = TRUE, .details =
    "Without --yes what is past its term now is counted; what goes because something else went is not. A run may be cut short at any point: the next goes on." },
  /* the service */
  { "add-service-window", admin_add_service_window, STORE_WRITE, admin_add_service_window_arguments, "announce a planned service window", .details =
    "Kind closed refuses every call, changes only those that change something, release none: plannerd may be stopped in it. Refused callers "
    "are told the text and the end. What is announced later than the setting service-notice-hours asks (48) needs --force and counts as unplanned." },
  { "list-service-windows", admin_list_service_windows, STORE_READ, admin_list_service_windows_arguments, "list service windows" },
  { "cancel-service-window", admin_cancel_service_window, STORE_WRITE, admin_cancel_service_window_arguments, "cancel a service window, or end now the one that is on" },
  { "availability", admin_availability, STORE_READ, admin_availability_arguments, "report a month's availability against its targets", .details =
    "From durable records: runs of plannerd, announced windows, and counts of calls by hour. Targets are the settings target-available-percent "
    "(99.9), target-p95-ms (300) and target-p99-ms (1000); no call may take longer than the hard time-out of 5 s." },
};
/* clang-format on */

/* Rows of one room. */
typedef struct
{
  const AdminCommand *rows;
  guint n_rows;
} Room;

/* One array for all, made anew when a room joins; NULL while there is only the table above. */
static GArray *all;
static GArray *rooms;

static gboolean
has_joined (const AdminCommand *rows)
{
  for (guint i = 0; rooms != NULL && i < rooms->len; i++)
    if (g_array_index (rooms, Room, i).rows == rows)
      return TRUE;
  return FALSE;
}

/**
 * admin_table_begin_empty:
 *
 * For a program of other commands than plannerctl's: the table holds what is registered after this, and nothing else.
 * Before any registration.
 */
void
admin_table_begin_empty (void)
{
  g_return_if_fail (all == NULL);
  rooms = g_array_new (FALSE, FALSE, sizeof (Room));
  all = g_array_new (FALSE, FALSE, sizeof (AdminCommand));
}

/**
 * admin_table_register:
 * @rows: (array length=n_rows): must outlive the program; a name is there once in the whole table
 *
 * Lets the commands of a room that ops/ may not include join the table, behind those that are there:
 * help, manual page, completion and the admin socket know them from then on. At the start of the
 * program, before anybody holds a row; the main thread. The same rows a second time change nothing.
 */
void
admin_table_register (const AdminCommand *rows, guint n_rows)
{
  const Room room = { rows, n_rows };

  if (has_joined (rows))
    return;
  if (all == NULL)
    {
      rooms = g_array_new (FALSE, FALSE, sizeof (Room));
      all = g_array_new (FALSE, FALSE, sizeof (AdminCommand));
      g_array_append_vals (all, commands, G_N_ELEMENTS (commands));
    }
  g_array_append_val (rooms, room);
  g_array_append_vals (all, rows, n_rows);
}

/**
 * admin_table_find:
 *
 * Returns: (nullable): the command of that name. Any thread.
 */
const AdminCommand *
admin_table_find (const char *name)
{
  guint n_commands = 0;
  const AdminCommand *list = admin_table_list (&n_commands);

  for (guint i = 0; i < n_commands; i++)
    if (g_str_equal (list[i].name, name))
      return &list[i];
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
  *out_n_commands = all == NULL ? G_N_ELEMENTS (commands) : all->len;
  return all == NULL ? commands : (const AdminCommand *) all->data;
}
