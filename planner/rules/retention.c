/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of retention classes, in the order in which they are gone through. */
#include "rules/retention.h"

#include <string.h>

#define PREFIX "retention-"
#define SUFFIX "-days"

/* clang-format off */
static const RetentionClass classes[] = {
  { "hold", RETENTION_BY_TERM, 30, 1, FALSE, "hold used_hold",
    "tokens of reservations that are used or have expired; a live reservation ends by itself within minutes", "",
    "as long as an answer given for a reservation can be repeated" },
  { "stored-answer", RETENTION_BY_TERM, 30, 1, FALSE, "stored_answer",
    "answers kept for repeated calls", "",
    "a repeat gets the same answer for 30 days; a shorter term takes them earlier" },
  { "calendar", RETENTION_BY_TERM, 90, 7, FALSE, "calendar_object busy_span work_span",
    "past busy and working time, and appointments whose only time is past", "an appointment that repeats stays whole",
    "old enough that a complaint about times not offered has been raised" },
  { "booking", RETENTION_BY_TERM, 1096, 30, TRUE, "booking seat claim group_session dfdg_truth participant",
    "meetings, cancelled ones too, with claims, seats, journal payloads, stored answers and registrations",
    "a reservation that would move it; the days run from its end or its last change, whichever is later",
    "three years, the ordinary limitation period of claims that follow from a meeting" },
  { "journal-payload", RETENTION_BY_TERM, 1096, 30, FALSE, "journal_payload",
    "before and after of every change, with its salt; the journal row and its seal stay", "",
    "as bookings" },
  { "outbox", RETENTION_BY_TERM, 90, 7, FALSE, "outbox echo_watch",
    "registrations that DFDG took, or that were given up; watches for echoes that nobody asked for",
    "one that waits, was refused or is flagged goes with its booking only",
    "until a month's mistakes have been looked into" },
  { "inbox", RETENTION_BY_TERM, 400, 30, FALSE, "inbox dfdg_event",
    "messages received, and error reports about our answers", "a message of DFDG that still waits",
    "a year of operation can be compared with the one before" },
  { "message", RETENTION_BY_TERM, 90, 7, FALSE, "message message_document message_part",
    "messages to citizens and authorities that were sent or given up, and those of others that were read",
    "one that waits or was refused goes with its citizen only",
    "as registrations: DFDG has the message itself" },
  { "message-draft", RETENTION_BY_TERM, 1, 1, FALSE, "",
    "messages whose attachments never were all written down, because the program ended over them", "",
    "nobody sends such a one; who asks again begins anew" },
  { "empty-answer", RETENTION_BY_TERM, 1827, 30, TRUE, "empty_answer",
    "evidence that a citizen was shown no offer or no time", "",
    "five years: it must outlive the bookings that it explains" },
  { "citizen-facts", RETENTION_BY_TERM, 183, 1, FALSE,
    "citizen_fact citizen_span citizen_read deadline fund_interview",
    "contact group, category, marks, a-kasse, deadlines and meetings with an a-kasse, as DFDG told them last", "",
    "told anew at each visit; half a year without one makes them wrong" },
  { "former-number", RETENTION_BY_TERM, 366, 31, FALSE, "",
    "numbers that citizens had before a change", "",
    "other systems may use the old number for a while" },
  { "citizen", RETENTION_WITH_OTHERS, 0, 0, FALSE, "citizen",
    "citizens with nothing left", "bookings, reservations, facts, evidence, registrations, error reports", "" },
  { "employee", RETENTION_BY_TERM, 183, 1, FALSE,
    "resource resource_unit resource_team resource_tag block_rule offer_resource availability calendar sync_binding sync_item"
    " sync_guard sync_staged",
    "retired advisors and rooms with their working time and calendars",
    "bookings and group meetings that are kept; the days run from the retirement",
    "half a year, so that a return or a mistake costs nothing" },
  { "sync", RETENTION_BY_TERM, 90, 7, FALSE, "sync_link sync_conflict",
    "what was sent to calendars of meetings that are over, and settled conflicts",
    "a conflict that nobody has settled, a meeting that is not over, a request without an answer",
    "a mistake in a calendar can be looked into" },
  { "sync-run", RETENTION_BY_TERM, 90, 60, FALSE, "sync_run sync_run_change sync_putback sync_tombstone",
    "what runs of the synchronisation did, and marks of what was taken out of calendars",
    "a mark that an event was put back goes with what was sent",
    "a run can be looked into and undone; two months at least, so that a late echo brings nothing back" },
  { "availability", RETENTION_BY_TERM, 1827, 90, FALSE, "service_window service_window_unit uptime_span uptime_count",
    "planned service windows, runs of plannerd and hourly counts of calls; they name nobody",
    "the last run; runs are the machine's, so the shortest term of its municipalities counts for them",
    "five years: what was promised of the service can be looked up as long as it can be disputed" },
  { "ledger", RETENTION_WITH_OTHERS, 0, 0, FALSE, "owner",
    "owners of claims that are gone", "bookings, reservations, group meetings, claims", "" },
  { "journal", RETENTION_KEPT, 0, 0, FALSE, "journal journal_seal",
    "nothing: without payload and salt a row tells that something changed, not of whom", "", "the chain of seals" },
  { "none", RETENTION_KEPT, 0, 0, FALSE,
    "tenant unit setting closing_day team offer offer_contact_type offer_rule offer_window change spent_id"
    " retention_run removed_booking code hash_key dfdg_task dfdg_subscription dfdg_errand dfdg_switch",
    "nothing: names nobody", "", "" },
};
/* clang-format on */

/**
 * retention_list_classes:
 *
 * Returns: (array length=out_n_classes): all classes. Any thread.
 */
const RetentionClass *
retention_list_classes (guint *out_n_classes)
{
  *out_n_classes = G_N_ELEMENTS (classes);
  return classes;
}

/**
 * retention_find_class:
 *
 * Returns: (nullable): the class of that name.
 */
const RetentionClass *
retention_find_class (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i].name, name))
      return &classes[i];
  return NULL;
}

/**
 * retention_class_of_setting:
 * @key: of a setting
 *
 * Returns: (nullable): the class whose term that setting is.
 */
const RetentionClass *
retention_class_of_setting (const char *key)
{
  gsize n_bytes = strlen (key);
  g_autofree char *name = NULL;
  const RetentionClass *class;

  if (n_bytes <= strlen (PREFIX SUFFIX) || !g_str_has_prefix (key, PREFIX) ||
      !g_str_has_suffix (key, SUFFIX))
    return NULL;
  name = g_strndup (key + strlen (PREFIX), n_bytes - strlen (PREFIX SUFFIX));
  class = retention_find_class (name);
  return class != NULL && class->term == RETENTION_BY_TERM ? class : NULL;
}

/**
 * retention_dup_setting:
 *
 * Returns: (transfer full): key of the setting with the class's term.
 */
char *
retention_dup_setting (const RetentionClass *class)
{
  return g_strconcat (PREFIX, class->name, SUFFIX, NULL);
}

/**
 * retention_is_term:
 * @value: of a setting
 *
 * Returns: TRUE for a number of days that the class allows.
 */
gboolean
retention_is_term (const RetentionClass *class, const char *value)
{
  return g_ascii_string_to_signed (value, 10, class->min_days, RETENTION_MAX_DAYS, NULL, NULL);
}
