/* SPDX-License-Identifier: EUPL-1.2 */
/* What each noun takes on the command line: the columns of its import table. */
#include "ops/commands/records/admin-nouns.h"

/* clang-format off */
#define KEY(name, value, sentence) { name, ADMIN_TEXT, ADMIN_WORD, value, sentence }
#define FIELD(name, value, sentence) { name, ADMIN_TEXT, ADMIN_OPTION, value, sentence }
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }
#define VERSION FIELD ("version", "VERSION", "refuse unless the record is still the one that was shown so")
#define FROM { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "from that day on (at once)" }
#define KEEP { "keep_meetings", ADMIN_FLAG, ADMIN_OPTION, NULL, "booked meetings stand and are listed" }

#define UNIT_KEY KEY ("unit", "KEY", "the unit's code")
#define UNIT_FIELDS \
  FIELD ("name", "TEXT", "the unit's name"), \
  FIELD ("main_unit", "KEY", "its main centre"), \
  FIELD ("organisation_type", "CODE", "code list organisation-types (8, jobcenter)"), \
  FIELD ("zone", "ZONE", "time zone (Europe/Copenhagen)"), \
  FIELD ("address", "TEXT", "for booking details"), \
  FIELD ("telephone", "NUMBER", "3 to 20 digits")
const AdminArgument admin_add_unit_arguments[] = { UNIT_KEY, UNIT_FIELDS, DRY_RUN, { NULL } };
const AdminArgument admin_change_unit_arguments[] = { UNIT_KEY, UNIT_FIELDS, VERSION, DRY_RUN, { NULL } };
const AdminArgument admin_retire_unit_arguments[] = { UNIT_KEY, FROM, DRY_RUN, { NULL } };
const AdminArgument admin_restore_unit_arguments[] = { UNIT_KEY, DRY_RUN, { NULL } };

#define TEAM_KEY KEY ("team", "KEY", "the team's key")
#define TEAM_FIELDS FIELD ("unit", "KEY", "whose team it is"), FIELD ("name", "TEXT", "the team's name")
const AdminArgument admin_add_team_arguments[] = { TEAM_KEY, TEAM_FIELDS, DRY_RUN, { NULL } };
const AdminArgument admin_change_team_arguments[] = { TEAM_KEY, TEAM_FIELDS, VERSION, DRY_RUN, { NULL } };
const AdminArgument admin_retire_team_arguments[] = { TEAM_KEY, FROM, DRY_RUN, { NULL } };
const AdminArgument admin_restore_team_arguments[] = { TEAM_KEY, DRY_RUN, { NULL } };

#define RESOURCE_KEY KEY ("resource", "KEY", "its key; an advisor's is the CaseWorkerIdentifier")
#define RESOURCE_FIELDS \
  FIELD ("name", "TEXT", "its name"), \
  FIELD ("email", "ADDRESS", "its e-mail address, which nobody else has"), \
  FIELD ("telephone", "NUMBER", "its telephone"), \
  FIELD ("units", "KEYS", "list: the units that it serves; a list's parts stand between |, +A|B adds, -A takes out")
#define ADVISOR_FIELDS \
  FIELD ("teams", "KEYS", "list of teams"), \
  FIELD ("competences", "WORDS", "list of words"), \
  FIELD ("languages", "WORDS", "list of words"), \
  FIELD ("blocks", "RULES", "list of rule=value, what blocks the advisor's time instead of the units' rules"), \
  FIELD ("may_be_summoned", "yes|no", "may be attached to a summons (yes)")
const AdminArgument admin_add_advisor_arguments[] = { RESOURCE_KEY, RESOURCE_FIELDS, ADVISOR_FIELDS, DRY_RUN, { NULL } };
const AdminArgument admin_change_advisor_arguments[] = { RESOURCE_KEY, RESOURCE_FIELDS, ADVISOR_FIELDS, VERSION, DRY_RUN, { NULL } };
const AdminArgument admin_add_room_arguments[] = { RESOURCE_KEY, RESOURCE_FIELDS, DRY_RUN, { NULL } };
const AdminArgument admin_change_room_arguments[] = { RESOURCE_KEY, RESOURCE_FIELDS, VERSION, DRY_RUN, { NULL } };
const AdminArgument admin_retire_resource_arguments[] = { RESOURCE_KEY, FROM, KEEP, DRY_RUN, { NULL } };
const AdminArgument admin_restore_resource_arguments[] = { RESOURCE_KEY, DRY_RUN, { NULL } };

#define OFFER_KEY KEY ("offer", "ID", "the offer's identifier, or the beginning of it")
#define OFFER_FIELDS \
  FIELD ("unit", "KEY", "whose offer it is"), \
  FIELD ("title", "TEXT", "what the citizen reads"), \
  FIELD ("interview_type", "CODE", "code list interview-types"), \
  FIELD ("duration", "MINUTES", "of the meeting, whole steps of 5 as all minutes here"), \
  FIELD ("contact_types", "CODES", "list, code list contact-types"), \
  FIELD ("advisors", "KEYS", "list: the pool; team:KEY, competence:WORD and language:WORD choose advisors now"), \
  FIELD ("rooms", "KEYS", "list: one of these rooms, or of these pieces of equipment, is taken"), \
  FIELD ("form", "individual|group", "kind of meeting (individual)"), \
  FIELD ("seats", "NUMBER", "of a group meeting (1)"), \
  FIELD ("description", "TEXT", "for booking details"), \
  FIELD ("location", "TEXT", "for booking details"), \
  FIELD ("address", "TEXT", "for booking details"), \
  FIELD ("telephone", "NUMBER", "for booking details"), \
  FIELD ("meeting_link", "URL", "of a digital meeting"), \
  FIELD ("grid", "MINUTES", "between two starts (the duration)"), \
  FIELD ("grid_anchor", "block|midnight", "where the grid begins (block)"), \
  FIELD ("before", "MINUTES", "buffer before (0)"), \
  FIELD ("after", "MINUTES", "buffer after (0)"), \
  FIELD ("share_buffers", "yes|no", "buffers of two meetings may overlap (no)"), \
  FIELD ("room_before", "MINUTES", "the room's buffer before (0)"), \
  FIELD ("room_after", "MINUTES", "the room's buffer after (0)"), \
  FIELD ("lead_minutes", "MINUTES", "shortest notice (0)"), \
  FIELD ("horizon_days", "DAYS", "how far ahead, 1 to 183 (60)"), \
  FIELD ("release", "HH:MM", "when one more day opens (00:00)"), \
  FIELD ("valid_from", "DATE", "first day of meetings"), \
  FIELD ("valid_until", "DATE", "last day of meetings"), \
  FIELD ("rebook", "yes|no", "may the citizen move it (yes)"), \
  FIELD ("rebook_deadline_minutes", "MINUTES", "before the start (1440)"), \
  FIELD ("cancel", "yes|no", "may the citizen cancel it (yes)"), \
  FIELD ("cancel_deadline_minutes", "MINUTES", "before the start (1440)"), \
  FIELD ("compulsory", "yes|no", "must the citizen come (yes)"), \
  FIELD ("should_accept", "yes|no", "should the citizen accept it (no)"), \
  FIELD ("shared_with_sub_units", "yes|no", "sub-centres with offers of their own show it too (no)"), \
  FIELD ("contact_groups", "CODES", "list, code list contact-groups: who may see it"), \
  FIELD ("categories", "CODES", "list, code list categories: who may see it"), \
  FIELD ("marks", "GUIDS", "list of person-group marks: who may see it")
const AdminArgument admin_add_offer_arguments[] = {
  { "offer", ADMIN_TEXT, ADMIN_MAYBE_WORD, "GUID", "its identifier (a new one)" },
  OFFER_FIELDS, DRY_RUN, { NULL } };
const AdminArgument admin_change_offer_arguments[] = { OFFER_KEY, OFFER_FIELDS, VERSION, DRY_RUN, { NULL } };
const AdminArgument admin_retire_offer_arguments[] = { OFFER_KEY, FROM, KEEP, DRY_RUN, { NULL } };
const AdminArgument admin_restore_offer_arguments[] = { OFFER_KEY, DRY_RUN, { NULL } };
const AdminArgument admin_add_window_arguments[] = {
  OFFER_KEY,
  { "weekdays", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "DAYS", "such as mon-wed|fri" },
  { "start", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "HH:MM", "when the time frame begins" },
  { "end", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "HH:MM", "when it ends" },
  FIELD ("unemployment_fund", "CODE", "code list unemployment-funds (anybody)"),
  FIELD ("first_date", "DATE", "from that day on"),
  FIELD ("last_date", "DATE", "up to that day"),
  FIELD ("capacity", "NUMBER", "bookings a day (no limit)"),
  VERSION, DRY_RUN, { NULL } };
const AdminArgument admin_remove_window_arguments[] = {
  OFFER_KEY,
  { "number", ADMIN_INTEGER, ADMIN_NEEDED_OPTION, "NUMBER", "as show offer counts them", .min = 1, .max = 10000 },
  VERSION, DRY_RUN, { NULL } };
/* clang-format on */
