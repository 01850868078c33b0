/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that read everything of one kind, for the in-memory catalogue and index. */
#pragma once

/* clang-format off */
#define STORE_SQL_SNAPSHOT(X) \
  X (ALL_UNITS, "SELECT unit_id, tenant_id, coalesce(parent_unit_id, 0), organisation_type, organisation_key, " \
     "name, zone, address, telephone, coalesce(retired_us, 0) FROM unit ORDER BY unit_id") \
  X (ALL_TENANTS, "SELECT tenant_id, tenant_key, name FROM tenant ORDER BY tenant_id") \
  X (ALL_SETTINGS, "SELECT tenant_id, unit_id, key, valid_from_date, value FROM setting " \
     "ORDER BY tenant_id, unit_id, key, valid_from_date") \
  X (ALL_CLOSING_DAYS, "SELECT unit_id, closed_date FROM closing_day ORDER BY unit_id, closed_date") \
  X (ALL_RESOURCES, "SELECT resource_id, tenant_id, kind, resource_key, email, name, telephone, may_be_summoned, " \
     "coalesce(retired_us, 0) FROM resource ORDER BY resource_id") \
  X (ALL_RESOURCE_UNITS, "SELECT resource_id, unit_id FROM resource_unit ORDER BY resource_id, unit_id") \
  X (ALL_OFFERS, "SELECT offer_id, tenant_id, unit_id, identifier, interview_type, form, title, description, location, " \
     "address, telephone, meeting_link, duration_minutes, grid_minutes, grid_anchor, before_minutes, after_minutes, " \
     "may_share_buffers, lead_minutes, horizon_days, release_minute, valid_from_us, valid_until_us, seats, needs_room, " \
     "room_before_minutes, room_after_minutes, rebook_possible, rebook_deadline_minutes, cancel_possible, " \
     "cancel_deadline_minutes, compulsory, should_accept, shared_with_sub_units, coalesce(retired_us, 0) FROM offer ORDER BY offer_id") \
  X (ALL_OFFER_CONTACT_TYPES, "SELECT offer_id, contact_type FROM offer_contact_type ORDER BY offer_id, contact_type") \
  X (ALL_OFFER_RESOURCES, "SELECT o.offer_id, o.resource_id, r.kind FROM offer_resource o " \
     "JOIN resource r ON r.resource_id = o.resource_id " \
     "WHERE r.retired_us IS NULL OR r.retired_us > $1 ORDER BY o.offer_id, o.resource_id") \
  X (ALL_OFFER_RULES, "SELECT offer_id, kind, value FROM offer_rule ORDER BY offer_id, kind, value") \
  X (ALL_OFFER_WINDOWS, "SELECT offer_id, unemployment_fund, first_date, end_date, weekdays, start_minute, end_minute, " \
     "capacity FROM offer_window ORDER BY offer_id, first_date, start_minute, window_id") \
  X (WORK_SPANS, "SELECT start_us, end_us FROM work_span WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2 " \
     "ORDER BY start_us") \
  X (BUSY_SPANS, "SELECT start_us, end_us, class FROM busy_span WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2 " \
     "ORDER BY start_us, end_us, object_id") \
  X (AVAILABILITY_EXISTS, "SELECT EXISTS (SELECT 1 FROM availability WHERE resource_id = $1" \
     " AND uid NOT LIKE 'opened-%')") \
  X (CALENDAR_TRUST, "SELECT min(expanded_until_us), min(fresh_until_us) FROM calendar " \
     "WHERE tenant_id = (SELECT tenant_id FROM resource WHERE resource_id = $1) AND resource_id = $1")
/* clang-format on */
