/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about tenants, units, settings, resources and offers. */
#pragma once

/* A put touches a row only where something differs, so that the count of changed rows tells what happened. */
/* clang-format off */
#define STORE_SQL_CATALOGUE(X) \
  X (TENANT_BY_KEY, "SELECT tenant_id FROM tenant WHERE tenant_key = $1") \
  X (TENANT_ADD, "INSERT INTO tenant (tenant_key, name) VALUES ($1, $2)") \
  X (TENANT_PUT, \
     "INSERT INTO tenant (tenant_key, name) VALUES ($1, $2)" \
     " ON CONFLICT (tenant_key) DO UPDATE SET name = excluded.name" \
     " WHERE tenant.name IS DISTINCT FROM excluded.name") \
  X (TENANT_LIST, "SELECT tenant_id, tenant_key, name FROM tenant ORDER BY tenant_key") \
  X (UNIT_FIND, \
     "SELECT unit_id FROM unit WHERE tenant_id = $1 AND organisation_type = $2 AND organisation_key = $3") \
  X (UNIT_PUT, \
     "INSERT INTO unit (tenant_id, organisation_type, organisation_key, parent_unit_id, name, zone, address, telephone)" \
     " VALUES ($1, $2, $3, nullif ($4, 0), $5, $6, $7, $8)" \
     " ON CONFLICT (tenant_id, organisation_type, organisation_key) DO UPDATE SET" \
     " parent_unit_id = excluded.parent_unit_id, name = excluded.name, zone = excluded.zone," \
     " address = excluded.address, telephone = excluded.telephone" \
     " WHERE (unit.parent_unit_id, unit.name, unit.zone, unit.address, unit.telephone) IS DISTINCT FROM" \
     " (excluded.parent_unit_id, excluded.name, excluded.zone, excluded.address, excluded.telephone)") \
  X (UNIT_LIST, \
     "SELECT unit_id, organisation_type, organisation_key, coalesce (parent_unit_id, 0), name, zone, address, telephone," \
     " coalesce (retired_us, 0) FROM unit WHERE tenant_id = $1 ORDER BY organisation_key, organisation_type") \
  X (SETTING_PUT, \
     "INSERT INTO setting (tenant_id, unit_id, key, valid_from_date, value) VALUES ($1, $2, $3, $4, $5)" \
     " ON CONFLICT (tenant_id, unit_id, key, valid_from_date) DO UPDATE SET value = excluded.value" \
     " WHERE setting.value IS DISTINCT FROM excluded.value") \
  X (SETTING_FIND, \
     "SELECT value FROM setting WHERE tenant_id = $1 AND unit_id = $2 AND key = $3 AND valid_from_date = $4") \
  X (SETTING_REMOVE, \
     "DELETE FROM setting WHERE tenant_id = $1 AND unit_id = $2 AND key = $3 AND valid_from_date = $4") \
  X (SETTING_LIST, \
     "SELECT unit_id, key, valid_from_date, value FROM setting WHERE tenant_id = $1" \
     " ORDER BY unit_id, key, valid_from_date") \
  X (CLOSING_DAY_PUT, \
     "INSERT INTO closing_day (tenant_id, unit_id, closed_date, name) VALUES ($1, $2, $3, $4)" \
     " ON CONFLICT (tenant_id, unit_id, closed_date) DO UPDATE SET name = excluded.name" \
     " WHERE closing_day.name IS DISTINCT FROM excluded.name") \
  X (CLOSING_DAY_FIND, \
     "SELECT name FROM closing_day WHERE tenant_id = $1 AND unit_id = $2 AND closed_date = $3") \
  X (CLOSING_DAY_REMOVE, \
     "DELETE FROM closing_day WHERE tenant_id = $1 AND unit_id = $2 AND closed_date = $3") \
  X (CLOSING_DAY_LIST, \
     "SELECT closed_date, name FROM closing_day WHERE tenant_id = $1 AND unit_id = $2" \
     " AND closed_date >= $3 AND closed_date < $4 ORDER BY closed_date") \
  X (TEAM_FIND, "SELECT team_id FROM team WHERE tenant_id = $1 AND team_key = $2") \
  X (TEAM_PUT, \
     "INSERT INTO team (tenant_id, unit_id, team_key, name) VALUES ($1, $2, $3, $4)" \
     " ON CONFLICT (tenant_id, team_key) DO UPDATE SET unit_id = excluded.unit_id, name = excluded.name" \
     " WHERE (team.unit_id, team.name) IS DISTINCT FROM (excluded.unit_id, excluded.name)") \
  X (TEAM_LIST, \
     "SELECT t.team_id, t.team_key, t.name, t.unit_id, u.organisation_key, count (r.resource_id), coalesce (t.retired_us, 0)" \
     " FROM team t JOIN unit u ON u.unit_id = t.unit_id" \
     " LEFT JOIN resource_team r ON r.team_id = t.team_id WHERE t.tenant_id = $1" \
     " GROUP BY t.team_id, t.team_key, t.name, t.unit_id, u.organisation_key, t.retired_us ORDER BY t.team_key") \
  X (UNIT_RETIRE, "UPDATE unit SET retired_us = nullif ($2, 0) WHERE unit_id = $1") \
  X (TEAM_RETIRE, "UPDATE team SET retired_us = nullif ($2, 0) WHERE team_id = $1") \
  X (RESOURCE_RETIRE, "UPDATE resource SET retired_us = nullif ($2, 0) WHERE resource_id = $1") \
  X (OFFER_RETIRE, "UPDATE offer SET retired_us = nullif ($2, 0) WHERE offer_id = $1") \
  X (RESOURCE_FIND, "SELECT resource_id FROM resource WHERE tenant_id = $1 AND resource_key = $2") \
  X (RESOURCE_PUT, \
     "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name, telephone, may_be_summoned, retired_us)" \
     " VALUES (" SQL_NEW_ID ("resource") ", $1, $2, $3, $4, $5, $6, $7, nullif ($8, 0))" \
     " ON CONFLICT (tenant_id, resource_key) DO UPDATE SET kind = excluded.kind, email = excluded.email," \
     " name = excluded.name, telephone = excluded.telephone, may_be_summoned = excluded.may_be_summoned," \
     " retired_us = excluded.retired_us" \
     " WHERE (resource.kind, resource.email, resource.name, resource.telephone, resource.may_be_summoned," \
     " resource.retired_us) IS DISTINCT FROM (excluded.kind, excluded.email, excluded.name," \
     " excluded.telephone, excluded.may_be_summoned, excluded.retired_us)") \
  X (RESOURCE_LIST, \
     "SELECT resource_id, kind, resource_key, email, name, telephone, may_be_summoned, coalesce (retired_us, 0)" \
     " FROM resource WHERE tenant_id = $1 ORDER BY kind, name, resource_key") \
  X (RESOURCE_UNIT_LIST, "SELECT unit_id FROM resource_unit WHERE resource_id = $1 ORDER BY unit_id") \
  X (RESOURCE_ZONE, \
     "SELECT u.zone FROM resource_unit r JOIN unit u ON u.unit_id = r.unit_id WHERE r.resource_id = $1" \
     " ORDER BY u.organisation_key LIMIT 1") \
  X (RESOURCE_LIST_OF_UNIT, "SELECT resource_id FROM resource_unit WHERE unit_id = $1 ORDER BY resource_id") \
  X (RESOURCE_UNIT_ADD, \
     "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING") \
  X (RESOURCE_UNIT_CLEAR, "DELETE FROM resource_unit WHERE resource_id = $1") \
  X (RESOURCE_TEAM_LIST, "SELECT team_id FROM resource_team WHERE resource_id = $1 ORDER BY team_id") \
  X (RESOURCE_TEAM_ADD, \
     "INSERT INTO resource_team (tenant_id, resource_id, team_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING") \
  X (RESOURCE_TEAM_CLEAR, "DELETE FROM resource_team WHERE resource_id = $1") \
  X (RESOURCE_TAG_LIST, "SELECT kind, value FROM resource_tag WHERE resource_id = $1 ORDER BY kind, value") \
  X (RESOURCE_TAG_ADD, \
     "INSERT INTO resource_tag (tenant_id, resource_id, kind, value) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING") \
  X (RESOURCE_TAG_CLEAR, "DELETE FROM resource_tag WHERE resource_id = $1") \
  X (BLOCK_RULE_LIST, "SELECT rule, value FROM block_rule WHERE resource_id = $1 ORDER BY rule") \
  X (BLOCK_RULE_ADD, \
     "INSERT INTO block_rule (tenant_id, resource_id, rule, value) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING") \
  X (BLOCK_RULE_CLEAR, "DELETE FROM block_rule WHERE resource_id = $1") \
  X (BLOCK_RULES_OF_UNITS, \
     "SELECT u.unit_id, u.zone, s.key, s.value, coalesce (s.valid_from_date, 0) FROM resource r JOIN unit u" \
     " ON u.tenant_id = r.tenant_id AND (u.unit_id IN (SELECT unit_id FROM resource_unit WHERE resource_id = $1)" \
     " OR NOT EXISTS (SELECT 1 FROM resource_unit WHERE resource_id = $1)) LEFT JOIN setting s" \
     " ON s.tenant_id = r.tenant_id AND s.unit_id IN (0, u.unit_id) AND s.key LIKE 'calendar-blocks:%'" \
     " WHERE r.resource_id = $1 ORDER BY u.unit_id, s.unit_id, s.key, s.valid_from_date") \
  X (RESOURCE_BY_TEAM, \
     "SELECT r.resource_id FROM resource r JOIN resource_team t ON t.resource_id = r.resource_id" \
     " WHERE r.tenant_id = $1 AND r.kind = 'advisor' AND t.team_id = $2 ORDER BY r.resource_id") \
  X (RESOURCE_BY_TAG, \
     "SELECT r.resource_id FROM resource r JOIN resource_tag t ON t.resource_id = r.resource_id" \
     " WHERE r.tenant_id = $1 AND r.kind = 'advisor' AND t.kind = $2 AND t.value = $3 ORDER BY r.resource_id") \
  X (OFFER_FIND, "SELECT offer_id FROM offer WHERE tenant_id = $1 AND identifier = $2") \
  X (OFFER_PUT, \
     "INSERT INTO offer (tenant_id, unit_id, identifier, interview_type, form, title, description, location, address," \
     " telephone, meeting_link, duration_minutes, grid_minutes, grid_anchor, before_minutes, after_minutes," \
     " may_share_buffers, lead_minutes, horizon_days, release_minute, valid_from_us, valid_until_us, seats, needs_room," \
     " room_before_minutes, room_after_minutes, rebook_possible, rebook_deadline_minutes, cancel_possible," \
     " cancel_deadline_minutes, compulsory, should_accept, shared_with_sub_units)" \
     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22," \
     " $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)" \
     " ON CONFLICT (tenant_id, identifier) DO UPDATE SET unit_id = excluded.unit_id," \
     " interview_type = excluded.interview_type, form = excluded.form, title = excluded.title," \
     " description = excluded.description, location = excluded.location, address = excluded.address," \
     " telephone = excluded.telephone, meeting_link = excluded.meeting_link," \
     " duration_minutes = excluded.duration_minutes, grid_minutes = excluded.grid_minutes," \
     " grid_anchor = excluded.grid_anchor, before_minutes = excluded.before_minutes," \
     " after_minutes = excluded.after_minutes, may_share_buffers = excluded.may_share_buffers," \
     " lead_minutes = excluded.lead_minutes, horizon_days = excluded.horizon_days," \
     " release_minute = excluded.release_minute, valid_from_us = excluded.valid_from_us," \
     " valid_until_us = excluded.valid_until_us, seats = excluded.seats, needs_room = excluded.needs_room," \
     " room_before_minutes = excluded.room_before_minutes, room_after_minutes = excluded.room_after_minutes," \
     " rebook_possible = excluded.rebook_possible, rebook_deadline_minutes = excluded.rebook_deadline_minutes," \
     " cancel_possible = excluded.cancel_possible, cancel_deadline_minutes = excluded.cancel_deadline_minutes," \
     " compulsory = excluded.compulsory, should_accept = excluded.should_accept," \
     " shared_with_sub_units = excluded.shared_with_sub_units" \
     " WHERE (offer.unit_id, offer.interview_type, offer.form, offer.title, offer.description, offer.location," \
     " offer.address, offer.telephone, offer.meeting_link, offer.duration_minutes, offer.grid_minutes," \
     " offer.grid_anchor, offer.before_minutes, offer.after_minutes, offer.may_share_buffers, offer.lead_minutes," \
     " offer.horizon_days, offer.release_minute, offer.valid_from_us, offer.valid_until_us, offer.seats," \
     " offer.needs_room, offer.room_before_minutes, offer.room_after_minutes, offer.rebook_possible," \
     " offer.rebook_deadline_minutes, offer.cancel_possible, offer.cancel_deadline_minutes, offer.compulsory," \
     " offer.should_accept, offer.shared_with_sub_units) IS DISTINCT FROM" \
     " (excluded.unit_id, excluded.interview_type, excluded.form, excluded.title, excluded.description," \
     " excluded.location, excluded.address, excluded.telephone, excluded.meeting_link, excluded.duration_minutes," \
     " excluded.grid_minutes, excluded.grid_anchor, excluded.before_minutes, excluded.after_minutes," \
     " excluded.may_share_buffers, excluded.lead_minutes, excluded.horizon_days, excluded.release_minute," \
     " excluded.valid_from_us, excluded.valid_until_us, excluded.seats, excluded.needs_room," \
     " excluded.room_before_minutes, excluded.room_after_minutes, excluded.rebook_possible," \
     " excluded.rebook_deadline_minutes, excluded.cancel_possible, excluded.cancel_deadline_minutes," \
     " excluded.compulsory, excluded.should_accept, excluded.shared_with_sub_units)") \
  X (OFFER_LIST, \
     "SELECT o.offer_id, o.unit_id, o.identifier, o.interview_type, o.form, o.title, o.description, o.location," \
     " o.address, o.telephone, o.meeting_link, o.duration_minutes, o.grid_minutes, o.grid_anchor, o.before_minutes," \
     " o.after_minutes, o.may_share_buffers, o.lead_minutes, o.horizon_days, o.release_minute, o.valid_from_us," \
     " o.valid_until_us, o.seats, o.needs_room, o.room_before_minutes, o.room_after_minutes, o.rebook_possible," \
     " o.rebook_deadline_minutes, o.cancel_possible, o.cancel_deadline_minutes, o.compulsory, o.should_accept," \
     " o.shared_with_sub_units, coalesce (o.retired_us, 0) FROM offer o JOIN unit u ON u.unit_id = o.unit_id WHERE o.tenant_id = $1" \
     " ORDER BY u.organisation_key, o.interview_type, o.title, o.identifier") \
  X (OFFER_CONTACT_TYPE_LIST, \
     "SELECT contact_type FROM offer_contact_type WHERE offer_id = $1 ORDER BY contact_type") \
  X (OFFER_CONTACT_TYPE_ADD, "INSERT INTO offer_contact_type (offer_id, contact_type) VALUES ($1, $2)") \
  X (OFFER_CONTACT_TYPE_CLEAR, "DELETE FROM offer_contact_type WHERE offer_id = $1") \
  X (OFFER_RESOURCE_LIST, "SELECT resource_id FROM offer_resource WHERE offer_id = $1 ORDER BY resource_id") \
  X (OFFER_RESOURCE_ADD, "INSERT INTO offer_resource (offer_id, resource_id) VALUES ($1, $2)") \
  X (OFFER_RESOURCE_CLEAR, "DELETE FROM offer_resource WHERE offer_id = $1") \
  X (OFFER_RULE_LIST, "SELECT kind, value FROM offer_rule WHERE offer_id = $1 ORDER BY kind, value") \
  X (OFFER_RULE_ADD, "INSERT INTO offer_rule (offer_id, kind, value) VALUES ($1, $2, $3)") \
  X (OFFER_RULE_CLEAR, "DELETE FROM offer_rule WHERE offer_id = $1") \
  X (OFFER_WINDOW_LIST, \
     "SELECT unemployment_fund, first_date, end_date, weekdays, start_minute, end_minute, capacity FROM offer_window" \
     " WHERE offer_id = $1 ORDER BY first_date, weekdays, start_minute, end_minute, unemployment_fund, window_id") \
  X (OFFER_WINDOW_ADD, \
     "INSERT INTO offer_window (offer_id, unemployment_fund, first_date, end_date, weekdays, start_minute, end_minute," \
     " capacity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") \
  X (OFFER_WINDOW_CLEAR, "DELETE FROM offer_window WHERE offer_id = $1") \
  X (CODE_PUT, \
     "INSERT INTO code (tenant_id, list, code, valid_from_date, valid_until_date, name)" \
     " VALUES ($1, $2, $3, $4, nullif ($5, 0), $6)" \
     " ON CONFLICT (tenant_id, list, code, valid_from_date) DO UPDATE SET name = excluded.name," \
     " valid_until_date = excluded.valid_until_date WHERE (code.name, code.valid_until_date) IS DISTINCT FROM" \
     " (excluded.name, excluded.valid_until_date)") \
  X (CODE_FIND, \
     "SELECT name FROM code WHERE tenant_id = $1 AND list = $2 AND code = $3 AND valid_from_date = $4") \
  X (CODE_REMOVE, \
     "DELETE FROM code WHERE tenant_id = $1 AND list = $2 AND code = $3 AND valid_from_date = $4") \
  X (CODE_LIST, \
     "SELECT list, code, valid_from_date, coalesce (valid_until_date, 0), name FROM code WHERE tenant_id = $1" \
     " ORDER BY list, code, valid_from_date")
/* clang-format on */
