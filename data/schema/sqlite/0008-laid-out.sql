-- SPDX-License-Identifier: EUPL-1.2
-- What blocks time is decided when time is read, not when it is laid out: spans say whether they are whole days; and a
-- calendar counts the changes of its objects.

ALTER TABLE busy_span ADD COLUMN all_day INTEGER NOT NULL DEFAULT 0 CHECK (all_day IN (0, 1));

-- One more at every change of an object: whoever lays time out knows without reading all whether it is still the same.
ALTER TABLE calendar ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER object_added AFTER INSERT ON calendar_object
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE calendar_id = NEW.calendar_id;
END;
CREATE TRIGGER object_changed AFTER UPDATE OF text, calendar_id ON calendar_object
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE calendar_id IN (OLD.calendar_id, NEW.calendar_id);
END;
CREATE TRIGGER object_removed AFTER DELETE ON calendar_object
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE calendar_id = OLD.calendar_id;
END;

-- Laid out once more soon, so that whole days are known as such; trusted meanwhile, eight days less far.
UPDATE calendar SET expanded_until_us = expanded_until_us - 691200000000 WHERE expanded_until_us > 691200000000;
