"""The migration to what is kept for good in few bytes.

What deduplication needs of a mail is 16 bytes to know it again by, not its subject or its sender:
these are forgotten after the retention time.
"""

from typing import Final

KEPT: Final = """
CREATE TABLE verdicts_kept (
  id BLOB PRIMARY KEY,          -- of event, stage and revision
  what INTEGER NOT NULL         -- the day it was decided, from 1970 on, times 8, and the status
) WITHOUT ROWID;
CREATE TABLE verdicts_kept_counts (
  stage TEXT NOT NULL,
  status TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (stage, status)
) WITHOUT ROWID;
ALTER TABLE seen RENAME TO seen_before;
CREATE TABLE seen (
  id BLOB PRIMARY KEY           -- of account and event
) WITHOUT ROWID;
INSERT OR IGNORE INTO seen
  SELECT short_digest(account, event_id) FROM seen_before ORDER BY 1;
DROP TABLE seen_before;
ALTER TABLE roots RENAME TO roots_before;
CREATE TABLE roots (
  id BLOB PRIMARY KEY,          -- of account and Message-ID digest
  root BLOB NOT NULL            -- empty: it is its own
) WITHOUT ROWID;
INSERT OR IGNORE INTO roots
  SELECT short_digest(account, message_id), pack_digest(root, message_id)
  FROM roots_before ORDER BY 1;
DROP TABLE roots_before;
ALTER TABLE locators RENAME TO locators_before;
CREATE TABLE source_numbers (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL UNIQUE
);
INSERT INTO source_numbers (source) SELECT DISTINCT source FROM locators_before;
CREATE TABLE locators (
  source_id INTEGER NOT NULL,
  locator TEXT NOT NULL,
  PRIMARY KEY (source_id, locator)
) WITHOUT ROWID;
INSERT INTO locators
  SELECT id, locator FROM locators_before JOIN source_numbers USING (source) ORDER BY 1, 2;
DROP TABLE locators_before;
"""
