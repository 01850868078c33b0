/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that read everything of one kind, for the in-memory catalogue and index. */
#pragma once

/* clang-format off */
/* What kind of time a special span is: see ops/facts/resource-facts. */
#define SQL_BUSY_KIND \
  "CASE s.class WHEN 'busy' THEN s.all_day WHEN 'tentative' THEN 2 + s.all_day WHEN 'away' THEN 4 + s.all_day " \
  "WHEN 'elsewhere' THEN 6 + s.all_day WHEN 'free' THEN 8 + s.all_day ELSE 10 END"

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
  X (ALL_BLOCK_RULES, "SELECT resource_id, rule, value FROM block_rule ORDER BY resource_id, rule") \
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
  X (WORK_SPANS, "SELECT resource_id, start_us, end_us FROM work_span WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2 " \
     "ORDER BY start_us") \
  X (BUSY_SPANS, "SELECT resource_id, start_us, end_us FROM busy_span WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2 " \
     "ORDER BY start_us, end_us, object_id") \
  X (SPECIAL_SPANS, "SELECT s.resource_id, s.start_us, s.end_us, " SQL_BUSY_KIND " FROM busy_span s INDEXED BY busy_span_special " \
     "WHERE s.resource_id = $1 AND s.start_us < $3 AND s.start_us > $2 - 86400000000 AND s.end_us > $2 " \
     "AND (s.class <> 'busy' OR s.all_day <> 0) ORDER BY s.start_us, s.end_us, s.object_id") \
  X (HOURS, "SELECT resource_id FROM availability WHERE tenant_id = (SELECT tenant_id FROM resource WHERE resource_id = $1) " \
     "AND resource_id = $1 AND uid NOT LIKE 'opened-%' ORDER BY uid LIMIT 1") \
  X (CALENDAR_TRUST, "SELECT resource_id, min(expanded_until_us), min(fresh_until_us) FROM calendar " \
     "WHERE tenant_id = (SELECT tenant_id FROM resource WHERE resource_id = $1) AND resource_id = $1 " \
     "GROUP BY resource_id ORDER BY resource_id") \
  /* The same rows of every resource, in the order of their ids. A cross join is a loop over the resources, \
   * which look up their stretch each: what is long past is not read. */ \
  X (WORK_SPANS_OF_ALL, "SELECT r.resource_id, s.start_us, s.end_us FROM resource r CROSS JOIN work_span s " \
     "WHERE s.resource_id = r.resource_id AND s.start_us < $2 AND s.start_us > $1 - 86400000000 AND s.end_us > $1 " \
     "ORDER BY r.resource_id, s.start_us") \
  X (BUSY_SPANS_OF_ALL, "SELECT r.resource_id, s.start_us, s.end_us FROM resource r CROSS JOIN busy_span s " \
     "WHERE s.resource_id = r.resource_id AND s.start_us < $2 AND s.start_us > $1 - 86400000000 AND s.end_us > $1 " \
     "ORDER BY r.resource_id, s.start_us, s.end_us, s.object_id") \
  X (SPECIAL_SPANS_OF_ALL, "SELECT r.resource_id, s.start_us, s.end_us, " SQL_BUSY_KIND " FROM resource r CROSS JOIN busy_span s INDEXED BY busy_span_special " \
     "WHERE s.resource_id = r.resource_id AND s.start_us < $2 AND s.start_us > $1 - 86400000000 AND s.end_us > $1 " \
     "AND (s.class <> 'busy' OR s.all_day <> 0) ORDER BY r.resource_id, s.start_us, s.end_us, s.object_id") \
  X (HOURS_OF_ALL, "SELECT DISTINCT r.resource_id FROM resource r CROSS JOIN availability a WHERE r.kind <> 'advisor' " \
     "AND a.tenant_id = r.tenant_id AND a.resource_id = r.resource_id AND a.uid NOT LIKE 'opened-%' ORDER BY r.resource_id") \
  X (CALENDAR_TRUST_OF_ALL, "SELECT r.resource_id, min(c.expanded_until_us), min(c.fresh_until_us) FROM resource r " \
     "CROSS JOIN calendar c WHERE c.tenant_id = r.tenant_id AND c.resource_id = r.resource_id " \
     "GROUP BY r.resource_id ORDER BY r.resource_id")
/* clang-format on */
