-- SPDX-License-Identifier: EUPL-1.2
-- What an admin works with: group meetings planned ahead, an inbox that is worked through, and bookings found by
-- when they were changed. Each index costs every booking a page: what can be searched by unit or in order has none.

ALTER TABLE group_session ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1)); -- made by an admin: stays without seats taken

CREATE TRIGGER group_session_keeps_seats BEFORE UPDATE OF seats ON group_session
BEGIN
  SELECT RAISE (ABORT, 'seat-beyond-session') FROM seat
   WHERE session_id = NEW.session_id AND seat_number > NEW.seats;
END;

ALTER TABLE inbox ADD COLUMN note TEXT; -- of the person who has seen to it
CREATE INDEX inbox_by_state ON inbox (tenant_id, state, inbox_id);
CREATE INDEX booking_by_changed ON booking (tenant_id, changed_us);
