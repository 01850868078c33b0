/* SPDX-License-Identifier: EUPL-1.2 */
/* A unit of two advisors, and a case system that makes, changes and tells of summonses. */
#include "inbox-summons.h"

/* Two advisors of one unit; they work 09-12 local on Tuesday 24 November 2026. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, parent_unit_id, "
  "name) "
  "VALUES (1, 1, 8, '89000', NULL, 'Demo'), (2, 1, 8, '89001', 1, 'Demo Nord');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1), (1, 2, "
  "2);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000), (2, 1795507200000000, "
  "1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, after_minutes, seats, needs_room, rebook_deadline_minutes, "
  "cancel_deadline_minutes, shared_with_sub_units) VALUES "
  "(1, 1, 1, '" OFFER "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60, 1);"
  "INSERT INTO offer_contact_type VALUES (1, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (1, 2);";

gint64
at (const char *time)
{
  g_autofree char *text = g_strdup_printf ("2026-11-24T%s:00Z", time);
  return world_instant (text);
}

void
open_world (InboxWorld *inbox)
{
  World *world = world_new (world_instant (NOW));

  world_run_sql (world, world_sql);
  inbox_world_init (inbox, world);
}

/* As a KSS makes it. */
DfdgIndkaldelse *
kss_record (InboxWorld *inbox, const char *id, guint citizen, const char *start)
{
  DfdgIndkaldelse *record = indkaldelse_new ();

  record->identifier = g_strdup (id);
  record->cpr = g_strdup (testlib_cpr (citizen));
  record->unit_code = g_strdup ("89000");
  record->core = (Period){ at (start), at (start) + 30 * MINUTE };
  record->interview_type = 7;
  record->form_type = 1;
  record->contact_type = 1;
  record->title = g_strdup ("Jobsamtale");
  record->location = g_strdup ("Jobcenter");
  record->advisor_key = g_strdup ("RID-1");
  record->compulsory = TRUE;
  record->owner_system = INDKALDELSE_UNKNOWN;
  record->rebook_deadline_day = record->cancel_deadline_day = INDKALDELSE_NO_DAY;
  record->fund_participation = INDKALDELSE_UNKNOWN;
  record->maker_type = 8;
  record->maker_code = g_strdup ("89000");
  record->maker_system = 1;
  record->maker_user_type = 2;
  record->changed_us = record->created_us = inbox->world->now_us;
  return record;
}

void
make (InboxWorld *inbox, const char *id, guint citizen, const char *start)
{
  inbox_world_set_truth (inbox, id, kss_record (inbox, id, citizen, start));
}

/* DFDG changes it now; the caller says how. */
DfdgIndkaldelse *
touch (InboxWorld *inbox, const char *id)
{
  DfdgIndkaldelse *record = inbox_world_get_truth (inbox, id);

  inbox->world->now_us += MINUTE;
  record->changed_us = inbox->world->now_us;
  return record;
}

Booking *
load (InboxWorld *inbox, const char *id)
{
  g_autoptr (GError) error = NULL;
  Booking *booking = booking_store_find (inbox->world->reader, 1, id, &error);

  g_assert_no_error (error);
  return booking;
}

void
assert_fate (InboxWorld *inbox, gint64 event, const char *expected)
{
  g_autofree char *fate = inbox_world_dup_fate (inbox, event);

  g_assert_cmpstr (fate, ==, expected);
}

void
tell_and_work (InboxWorld *inbox,
               guint citizen,
               const char *id,
               DfdgChange change,
               const char *fate)
{
  gint64 event = inbox_world_tell (inbox, citizen, id, change);

  (void) inbox_world_work (inbox);
  assert_fate (inbox, event, fate);
}

gboolean
is_free (InboxWorld *inbox, const char *start, const char *advisor)
{
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (9),
    .interview_option_id = OFFER,
    .case_worker_identifier = advisor,
    .booking_option_interval_start_time = world_time (at (start)),
    .booking_option_interval_end_time = world_time (at (start) + 30 * MINUTE)
  };
  g_autoptr (GError) error = NULL;
  const ContractGetSelfbookTimeslotsResponse *response =
    world_call (inbox->world, "GetSelfbookTimeslots", &request, &error);

  g_assert_no_error (error);
  return response->timeslot_collection.n_items > 0;
}

gint64
count (InboxWorld *inbox, const char *sql)
{
  return world_count (inbox->world, sql);
}
