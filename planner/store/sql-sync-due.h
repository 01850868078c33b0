/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements by which the scheduler of calendar synchronisation decides whose turn it is. */
#pragma once

/* clang-format off */
#define STORE_SQL_SYNC_DUE(X) \
  X (SYNC_DUE_LIST, \
     "SELECT b.binding_id, b.resource_id, r.resource_key, b.url, b.user_name, b.secret, b.direction, b.state, b.health, " \
     "b.next_try_us, b.pulled_us, coalesce (c.fresh_until_us, 0), " \
     "coalesce ((SELECT max (h.at_us) FROM sync_run_change h WHERE h.binding_id = b.binding_id), 0), " \
     "EXISTS (SELECT 1 FROM booking k WHERE k.advisor_id = b.resource_id AND k.state = 'booked' " \
     "AND k.start_us < $1 + 86400000000 AND k.start_us > $1 - 86400000000 AND k.end_us > $1), " \
     "EXISTS (SELECT 1 FROM sync_link l WHERE l.binding_id = b.binding_id AND (l.in_flight <> 0 OR l.not_before_us > 0)), " \
     "(SELECT count (*) FROM sync_conflict x WHERE x.binding_id = b.binding_id AND x.state = 'open') " \
     "FROM sync_binding b JOIN resource r ON r.resource_id = b.resource_id JOIN calendar c ON c.calendar_id = b.calendar_id " \
     "WHERE r.retired_us IS NULL OR r.retired_us > $1 ORDER BY b.binding_id") \
  X (SYNC_STALE_FIND, "SELECT coalesce (b.pulled_us, 0), b.state, b.why, b.health, c.fresh_until_us FROM calendar c " \
     "LEFT JOIN sync_binding b ON b.calendar_id = c.calendar_id WHERE c.resource_id = $1 AND c.fresh_until_us <= $2 " \
     "ORDER BY c.fresh_until_us, c.calendar_id LIMIT 1") \
  X (SYNC_DUE_HAS_NEWS, \
     "SELECT EXISTS (SELECT 1 FROM booking k WHERE k.advisor_id = $2 AND k.start_us > $3 - 2678400000000 AND k.end_us > $3 " \
     "AND k.state = 'booked' AND k.session_id IS NULL AND NOT EXISTS (SELECT 1 FROM sync_link l WHERE l.booking_id = k.booking_id " \
     "AND l.binding_id = $1 AND l.base_start_us = k.start_us AND l.base_end_us = k.end_us)) " \
     "OR EXISTS (SELECT 1 FROM claim c JOIN booking k ON k.booking_id = c.booking_id WHERE c.resource_id = $2 " \
     "AND c.end_us > $3 AND c.start_us > $3 - 86400000000 AND k.room_id = $2 AND k.end_us > $3 AND k.state = 'booked' " \
     "AND k.session_id IS NULL AND NOT EXISTS (SELECT 1 FROM sync_link l WHERE l.booking_id = k.booking_id " \
     "AND l.binding_id = $1 AND l.base_start_us = k.start_us AND l.base_end_us = k.end_us)) " \
     "OR EXISTS (SELECT 1 FROM group_session g WHERE (g.advisor_id = $2 OR g.room_id = $2) AND g.end_us > $3 " \
     "AND NOT EXISTS (SELECT 1 FROM sync_link l WHERE l.session_id = g.session_id AND l.binding_id = $1 " \
     "AND l.base_start_us = g.start_us AND l.base_end_us = g.end_us)) " \
     "OR EXISTS (SELECT 1 FROM sync_link l LEFT JOIN booking k ON k.booking_id = l.booking_id AND k.state = 'booked' " \
     "AND k.session_id IS NULL AND (k.advisor_id = $2 OR k.room_id = $2) LEFT JOIN group_session g ON " \
     "g.session_id = l.session_id AND (g.advisor_id = $2 OR g.room_id = $2) " \
     "WHERE l.binding_id = $1 AND l.base_end_us > $3 AND k.booking_id IS NULL AND g.session_id IS NULL)")
/* clang-format on */
