-- The coarse kind of device that an answer with pictures came from: android, ios, desktop, kiosk, or empty where none was told.
ALTER TABLE fund_picture_marks ADD COLUMN device TEXT NOT NULL DEFAULT '';
