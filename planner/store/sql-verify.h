/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that look for what must not be: each gives a name a row, none when all is well. */
#pragma once

/* $1 tenant; $2, where it stands, an instant: what ended before it is history. */
/* clang-format off */
#define STORE_SQL_VERIFY(X) \
  X (VERIFY_BOOKING_UNCLAIMED, \
     "SELECT b.identifier FROM booking b WHERE b.tenant_id = $1 AND b.state = 'booked' AND b.end_us > $2" \
     " AND b.session_id IS NULL AND b.advisor_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM claim c" \
     " WHERE c.booking_id = b.booking_id AND c.resource_id = b.advisor_id AND c.core_start_us = b.start_us" \
     " AND c.core_end_us = b.end_us) ORDER BY b.booking_id") \
  X (VERIFY_ROOM_UNCLAIMED, \
     "SELECT b.identifier FROM booking b WHERE b.tenant_id = $1 AND b.state = 'booked' AND b.end_us > $2" \
     " AND b.session_id IS NULL AND b.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM claim c" \
     " WHERE c.booking_id = b.booking_id AND c.resource_id = b.room_id AND c.core_start_us = b.start_us" \
     " AND c.core_end_us = b.end_us) ORDER BY b.booking_id") \
  X (VERIFY_CANCELLED_CLAIMED, \
     "SELECT b.identifier FROM booking b WHERE b.tenant_id = $1 AND b.state = 'cancelled'" \
     " AND EXISTS (SELECT 1 FROM claim c WHERE c.booking_id = b.booking_id) ORDER BY b.booking_id") \
  X (VERIFY_SESSION_UNCLAIMED, \
     "SELECT g.identifier FROM group_session g WHERE g.tenant_id = $1 AND g.end_us > $2 AND NOT EXISTS" \
     " (SELECT 1 FROM claim c WHERE c.session_id = g.session_id AND c.resource_id = g.advisor_id" \
     " AND c.core_start_us = g.start_us AND c.core_end_us = g.end_us) ORDER BY g.session_id") \
  X (VERIFY_SESSION_OVERFULL, \
     "SELECT g.identifier FROM group_session g WHERE g.tenant_id = $1" \
     " AND (SELECT count (*) FROM seat s WHERE s.session_id = g.session_id) > g.seats ORDER BY g.session_id") \
  X (VERIFY_BOOKING_UNSEATED, \
     "SELECT b.identifier FROM booking b WHERE b.tenant_id = $1 AND b.state = 'booked' AND b.end_us > $2" \
     " AND b.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.booking_id = b.booking_id" \
     " AND s.session_id = b.session_id) ORDER BY b.booking_id") \
  X (VERIFY_CANCELLED_SEATED, \
     "SELECT b.identifier FROM booking b JOIN seat s ON s.booking_id = b.booking_id WHERE b.tenant_id = $1" \
     " AND b.state = 'cancelled' ORDER BY b.booking_id") \
  X (VERIFY_CLAIMS_OVERLAP, \
     "SELECT r.resource_key FROM claim c JOIN claim d ON d.resource_id = c.resource_id AND d.claim_id > c.claim_id" \
     " AND d.owner_id <> c.owner_id AND d.exclusive = 1 AND d.start_us < c.end_us" \
     " AND d.start_us > c.start_us - 86400000000 AND d.end_us > c.start_us" \
     " JOIN resource r ON r.resource_id = c.resource_id" \
     " WHERE c.tenant_id = $1 AND c.exclusive = 1 AND c.end_us > $2 AND (c.may_share_buffers = 0" \
     " OR d.may_share_buffers = 0 OR (c.core_start_us < d.end_us AND c.core_end_us > d.start_us)" \
     " OR (c.start_us < d.core_end_us AND c.end_us > d.core_start_us)) ORDER BY c.claim_id, d.claim_id") \
  X (VERIFY_CLAIM_ASTRAY, \
     "SELECT b.identifier FROM claim c JOIN booking b ON b.booking_id = c.booking_id" \
     " WHERE c.tenant_id = $1 AND c.end_us > $2 AND (b.tenant_id <> c.tenant_id OR b.owner_id <> c.owner_id" \
     " OR b.session_id IS NOT NULL OR c.core_start_us <> b.start_us OR c.core_end_us <> b.end_us" \
     " OR (c.resource_id IS NOT b.advisor_id AND c.resource_id IS NOT b.room_id)) ORDER BY c.claim_id") \
  X (VERIFY_HOLD_UNCLAIMED, \
     "SELECT h.context FROM hold h WHERE h.tenant_id = $1 AND h.expiry_us > $2 AND h.session_id IS NULL AND NOT EXISTS" \
     " (SELECT 1 FROM claim c WHERE c.owner_id = h.owner_id AND c.resource_id = h.advisor_id" \
     " AND c.core_start_us = h.start_us AND c.core_end_us = h.end_us) ORDER BY h.hold_id") \
  X (VERIFY_SEAT_ASTRAY, \
     "SELECT g.identifier FROM seat s JOIN group_session g ON g.session_id = s.session_id" \
     " LEFT JOIN booking b ON b.booking_id = s.booking_id LEFT JOIN hold h ON h.hold_id = s.hold_id" \
     " WHERE g.tenant_id = $1 AND (coalesce (b.session_id, h.session_id) IS NOT s.session_id" \
     " OR coalesce (b.tenant_id, h.tenant_id) <> g.tenant_id) ORDER BY s.session_id, s.seat_number") \
  X (VERIFY_BOOKING_UNJOURNALED, \
     "SELECT b.identifier FROM booking b WHERE b.tenant_id = $1 AND NOT EXISTS" \
     " (SELECT 1 FROM journal j WHERE j.subject = b.identifier) ORDER BY b.booking_id") \
  X (VERIFY_SYNC_OWN_BLOCKS, \
     "SELECT r.resource_key FROM sync_item i JOIN calendar_object o ON o.item_id = i.item_id JOIN sync_binding b" \
     " ON b.binding_id = i.binding_id JOIN resource r ON r.resource_id = b.resource_id WHERE b.tenant_id = $1 AND i.is_own = 1" \
     " ORDER BY i.item_id") \
  X (VERIFY_SYNC_ITEM_ASTRAY, \
     "SELECT r.resource_key FROM calendar_object o JOIN calendar c ON c.calendar_id = o.calendar_id" \
     " JOIN resource r ON r.resource_id = c.resource_id LEFT JOIN sync_item i ON i.item_id = o.item_id" \
     " LEFT JOIN sync_binding b ON b.binding_id = i.binding_id WHERE c.tenant_id = $1" \
     " AND ((c.origin = 'sync') <> (o.item_id IS NOT NULL) OR b.calendar_id <> o.calendar_id) ORDER BY o.object_id") \
  X (VERIFY_SYNC_CALENDAR_UNBOUND, \
     "SELECT r.resource_key FROM calendar c JOIN resource r ON r.resource_id = c.resource_id" \
     " LEFT JOIN sync_binding b ON b.calendar_id = c.calendar_id WHERE c.tenant_id = $1" \
     " AND ((c.origin = 'sync') <> (b.binding_id IS NOT NULL) OR b.resource_id <> c.resource_id) ORDER BY c.calendar_id") \
  X (VERIFY_SYNC_LINK_ASTRAY, \
     "SELECT l.reference FROM sync_link l JOIN sync_binding s ON s.binding_id = l.binding_id" \
     " LEFT JOIN booking b ON b.booking_id = l.booking_id LEFT JOIN group_session g ON g.session_id = l.session_id" \
     " WHERE s.tenant_id = $1 AND (coalesce (b.tenant_id, g.tenant_id, s.tenant_id) <> s.tenant_id OR l.tenant_id <> s.tenant_id" \
     " OR EXISTS (SELECT 1 FROM sync_link m WHERE m.booking_id = l.booking_id AND m.binding_id = l.binding_id AND m.link_id <> l.link_id)" \
     " OR EXISTS (SELECT 1 FROM sync_link m WHERE m.session_id = l.session_id AND m.binding_id = l.binding_id AND m.link_id <> l.link_id))" \
     " ORDER BY l.link_id") \
  X (VERIFY_SYNC_SENT_TWICE, \
     "SELECT i.reference FROM sync_item i WHERE i.tenant_id = $1 AND i.is_own = 1 AND EXISTS (SELECT 1 FROM sync_item k" \
     " WHERE k.binding_id = i.binding_id AND k.reference = i.reference AND k.is_own = 1 AND k.item_id <> i.item_id)" \
     " ORDER BY i.item_id") \
  X (VERIFY_OTHER_TENANT, \
     "SELECT b.identifier FROM booking b LEFT JOIN unit u ON u.unit_id = b.unit_id" \
     " LEFT JOIN resource r ON r.resource_id = b.advisor_id WHERE b.tenant_id = $1" \
     " AND (u.tenant_id <> b.tenant_id OR r.tenant_id <> b.tenant_id) ORDER BY b.booking_id")
/* clang-format on */
