/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that read whole tables for a test system's database: parents before children. */
#pragma once

/* Bindings stay behind: a test system that wrote into an advisor's real calendar would be the worst of tests. What they
 * brought along becomes an import, which does not go stale. */
/* clang-format off */
#define STORE_SQL_EXPORT(X) \
  X (EXPORT_TENANT, "SELECT * FROM tenant ORDER BY tenant_id") \
  X (EXPORT_UNIT, "SELECT * FROM unit ORDER BY coalesce (parent_unit_id, 0), unit_id") \
  X (EXPORT_SETTING, "SELECT * FROM setting ORDER BY tenant_id, unit_id, key, valid_from_date") \
  X (EXPORT_CODE, "SELECT * FROM code ORDER BY tenant_id, list, code, valid_from_date") \
  X (EXPORT_CLOSING_DAY, "SELECT * FROM closing_day ORDER BY tenant_id, unit_id, closed_date") \
  X (EXPORT_TEAM, "SELECT * FROM team ORDER BY team_id") \
  X (EXPORT_RESOURCE, "SELECT * FROM resource ORDER BY resource_id") \
  X (EXPORT_RESOURCE_UNIT, "SELECT * FROM resource_unit ORDER BY resource_id, unit_id") \
  X (EXPORT_RESOURCE_TEAM, "SELECT * FROM resource_team ORDER BY resource_id, team_id") \
  X (EXPORT_RESOURCE_TAG, "SELECT * FROM resource_tag ORDER BY resource_id, kind, value") \
  X (EXPORT_BLOCK_RULE, "SELECT * FROM block_rule ORDER BY resource_id, rule") \
  X (EXPORT_AVAILABILITY, "SELECT * FROM availability ORDER BY availability_id") \
  X (EXPORT_WORK_SPAN, "SELECT * FROM work_span ORDER BY resource_id, start_us") \
  X (EXPORT_CALENDAR, "SELECT calendar_id, tenant_id, resource_id, calendar_key, CASE origin WHEN 'sync' THEN 'import' ELSE origin END " \
     "AS origin, CASE origin WHEN 'sync' THEN NULL ELSE fresh_until_us END AS fresh_until_us, expanded_until_us, revision FROM calendar " \
     "ORDER BY calendar_id") \
  X (EXPORT_CALENDAR_OBJECT, "SELECT object_id, tenant_id, calendar_id, uid_hash, etag, text, note, NULL AS item_id FROM calendar_object " \
     "ORDER BY object_id") \
  X (EXPORT_BUSY_SPAN, "SELECT * FROM busy_span ORDER BY resource_id, start_us, end_us, object_id") \
  X (EXPORT_OFFER, "SELECT * FROM offer ORDER BY offer_id") \
  X (EXPORT_OFFER_CONTACT_TYPE, "SELECT * FROM offer_contact_type ORDER BY offer_id, contact_type") \
  X (EXPORT_OFFER_RESOURCE, "SELECT * FROM offer_resource ORDER BY offer_id, resource_id") \
  X (EXPORT_OFFER_RULE, "SELECT * FROM offer_rule ORDER BY offer_id, kind, value") \
  X (EXPORT_OFFER_WINDOW, "SELECT * FROM offer_window ORDER BY window_id") \
  X (EXPORT_CITIZEN, "SELECT * FROM citizen ORDER BY successor_id IS NOT NULL, citizen_id") \
  X (EXPORT_CITIZEN_FACT, "SELECT * FROM citizen_fact ORDER BY citizen_id, kind, value") \
  X (EXPORT_OWNER, "SELECT * FROM owner ORDER BY owner_id") \
  X (EXPORT_GROUP_SESSION, "SELECT * FROM group_session ORDER BY session_id") \
  X (EXPORT_BOOKING, "SELECT * FROM booking ORDER BY booking_id") \
  X (EXPORT_SEAT, "SELECT * FROM seat WHERE booking_id IS NOT NULL ORDER BY session_id, seat_number") \
  X (EXPORT_CLAIM, "SELECT * FROM claim WHERE hold_id IS NULL ORDER BY claim_id") \
  X (EXPORT_EMPTY_ANSWER, "SELECT * FROM empty_answer ORDER BY empty_answer_id") \
  X (EXPORT_REMOVED_BOOKING, "SELECT * FROM removed_booking ORDER BY tenant_id, unit_id, month, interview_type, contact_type")
/* clang-format on */
