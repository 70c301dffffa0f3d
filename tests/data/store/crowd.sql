-- SPDX-License-Identifier: GPL-2.0-or-later
-- 50,000 more people for account 1 of a database of version 1: each has written and got an answer, every 1,000th
-- has a line that was not shown yet, every 5,000th wrote days ago, and a text waits until they write again.
BEGIN;
CREATE TEMP TABLE crowd AS
 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
 SELECT i, 1000 + i AS person, printf('1555%07d', i) AS number, 1795914394 - i - 200000 * (i % 5000 = 0) AS time FROM n;
INSERT INTO people
 SELECT 1, person, number, 'Customer ' || i, number, NULL, NULL, NULL, time, 0, 'wamid.IN' || i, 0, 0, time, 0, 0
 FROM crowd;
INSERT INTO addresses SELECT 1, number, person FROM crowd;
INSERT INTO messages(account, person, direction, wamid, token, time, kind, type, text, state, state_at)
 SELECT 1, person, 0, 'wamid.IN' || i, 'IN' || i, time, 0, 'text', 'Question ' || i, 0, time FROM crowd;
INSERT INTO messages(account, person, direction, wamid, token, time, kind, type, text, state, state_at, local_id)
 SELECT 1, person, 1, 'wamid.OUT' || i, 'OUT' || i, time - 60, 0, 'text', 'Answer ' || i, i % 4, time, 'local-' || i
 FROM crowd;
INSERT INTO feed(account, person, kind, time, text)
 SELECT 1, person, 0, time, 'Unread ' || i FROM crowd WHERE i % 1000 = 0;
INSERT INTO outbox SELECT 1, 'held-' || i, 1000 + i, person, 4, 'Held ' || i, NULL, NULL, NULL, time, time, 0, 1, 0
 FROM crowd WHERE i % 5000 = 0;
DROP TABLE crowd;
COMMIT;
