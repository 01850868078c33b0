/* SPDX-License-Identifier: EUPL-1.2 */
/* Every check of verify: silent on a sound database with bookings, seats and reservations, and named when it is broken. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"

/* clang-format off */
#define CONNECTED \
  "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin)" \
  " SELECT 900, tenant_id, resource_id, 'sync-1', 'sync' FROM resource ORDER BY resource_id LIMIT 1;" \
  "INSERT INTO sync_binding (binding_id, tenant_id, resource_id, calendar_id, url, auth, direction, created_us)" \
  " SELECT 1, tenant_id, resource_id, 900, 'https://calendar.example/', 'none', 3, 1 FROM calendar WHERE calendar_id = 900;"
#define OWN_ITEM(id) \
  "INSERT INTO sync_item (item_id, tenant_id, binding_id, key_hash, key, reference, is_own) VALUES (" id ", 1, 1, 'h" id "', '/k" id "', 'r', 1);"
static const struct
{
  const char *check;
  const char *sql;
} damages[] = {
  { "booking-unclaimed", "DELETE FROM claim WHERE booking_id IS NOT NULL" },
  { "cancelled-claimed", "UPDATE booking SET state = 'cancelled' WHERE session_id IS NULL" },
  { "session-unclaimed", "DELETE FROM claim WHERE session_id IS NOT NULL" },
  { "session-overfull", "DROP TRIGGER group_session_keeps_seats; INSERT INTO seat (session_id, seat_number, hold_id)"
    " SELECT session_id, seat_number + 1, (SELECT hold_id FROM hold) FROM seat; UPDATE group_session SET seats = 1" },
  { "booking-unseated", "DELETE FROM seat" },
  { "cancelled-seated", "UPDATE booking SET state = 'cancelled' WHERE session_id IS NOT NULL" },
  { "claim-astray", "UPDATE claim SET core_end_us = core_end_us - 300000000 WHERE booking_id IS NOT NULL" },
  { "claim-astray", "INSERT INTO owner (tenant_id) VALUES (1);"
    " UPDATE claim SET owner_id = (SELECT max (owner_id) FROM owner) WHERE booking_id IS NOT NULL" },
  { "hold-unclaimed", "DELETE FROM claim WHERE hold_id IS NOT NULL" },
  { "hold-unclaimed", "UPDATE hold SET start_us = start_us + 300000000, end_us = end_us + 300000000" },
  { "seat-astray", "UPDATE seat SET booking_id = (SELECT booking_id FROM booking WHERE session_id IS NULL)" },
  { "booking-unjournaled", "UPDATE booking SET identifier = 'another' WHERE session_id IS NULL" },
  { "sync-own-blocks", CONNECTED OWN_ITEM ("1") "INSERT INTO calendar_object (tenant_id, calendar_id, uid_hash, text, item_id)"
    " VALUES (1, 900, 'u', '', 1)" },
  { "sync-item-astray", CONNECTED "INSERT INTO calendar_object (tenant_id, calendar_id, uid_hash, text) VALUES (1, 900, 'u', '')" },
  { "sync-calendar-unbound", CONNECTED "DELETE FROM sync_binding" },
  { "sync-link-astray", CONNECTED "INSERT INTO sync_link (tenant_id, binding_id, booking_id, reference) SELECT 1, 1, booking_id, 'a'"
    " FROM booking ORDER BY booking_id LIMIT 1; INSERT INTO sync_link (tenant_id, binding_id, booking_id, reference)"
    " SELECT 1, 1, booking_id, 'b' FROM sync_link" },
  { "sync-sent-twice", CONNECTED OWN_ITEM ("1") OWN_ITEM ("2") },
  { "journal", "UPDATE journal_payload SET payload = '{}' WHERE sequence = 1" },
  { "journal", "DROP TRIGGER journal_is_append_only; UPDATE journal SET actor = 'nobody' WHERE sequence = 1" },
  { "journal", "DROP TRIGGER journal_is_kept; DELETE FROM journal_payload; DELETE FROM journal WHERE sequence = 1" },
  { "journal", "UPDATE journal_seal SET seal = zeroblob (32) WHERE last_sequence = (SELECT min (last_sequence) FROM journal_seal)" },
  { "journal", "DELETE FROM journal_seal WHERE last_sequence = (SELECT max (last_sequence) FROM journal_seal)" },
};
/* clang-format on */

static World *
new_world (void)
{
  World *world = admin_world_new ();
  ContractGetBookingDetailsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (3),
    .interview_option_id = OFFER,
    .booking_start_time = world_time (world_instant ("2026-11-24T08:00:00Z")),
  };
  g_autoptr (GError) error = NULL;

  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  admin_world_book (world, 2, GROUP, "2026-11-24T10:00:00Z");
  g_assert_nonnull (world_call (world, "GetBookingDetails", &request, &error));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM hold"), ==, 1);
  return world;
}

static void
test_damages (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (World) world = new_world ();
      g_autoptr (JsonObject) sound = admin_world_ask (world, "verify", "{}");
      g_autoptr (JsonObject) broken = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *found = NULL;

      g_assert_true (json_object_get_boolean_member (sound, "sound"));
      world_run_sql (world, damages[i].sql);
      broken = admin_harness_run_on (world->writer, world->now_us, "verify", "{}", &error);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
      found = admin_harness_dup_words (broken, "faults", "check");
      g_test_message ("%s: %s", damages[i].sql, found);
      g_assert_nonnull (strstr (found, damages[i].check));
    }
}

/* Without a tenant named, every one is looked at. */
static void
test_tenants (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) named = NULL;
  g_autoptr (JsonObject) all = NULL;
  g_autoptr (GError) error = NULL;

  world_run_sql (world,
                 "INSERT INTO tenant (tenant_id, tenant_key, name) VALUES (99, 'other', 'Other')");
  named = admin_harness_run_on (world->writer, world->now_us, "verify", "{\"tenant\": \"other\"}",
                                &error);
  g_assert_no_error (error);
  world_run_sql (world, "DELETE FROM claim WHERE booking_id IS NOT NULL");
  g_clear_pointer (&named, json_object_unref);
  named = admin_harness_run_on (world->writer, world->now_us, "verify", "{\"tenant\": \"other\"}",
                                &error);
  g_assert_no_error (error);
  all = admin_harness_run_on (world->writer, world->now_us, "verify", "{}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-verify/damages", test_damages);
  g_test_add_func ("/admin-verify/tenants", test_tenants);
  return g_test_run ();
}
