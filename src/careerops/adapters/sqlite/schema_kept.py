"""The migration to what is kept for good in few bytes.

What deduplication needs of a mail is 16 bytes to know it again by, not its subject or its sender:
these are forgotten after the retention time.
"""

from typing import Final

KEPT: Final = """
CREATE TABLE verdicts_kept (
  id BLOB PRIMARY KEY,          -- of event, stage and revision
  what INTEGER NOT NULL         -- the day it was decided, counted from 1970, times 8, and the status
) WITHOUT ROWID;
CREATE TABLE verdicts_kept_counts (
  stage TEXT NOT NULL,
  status TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (stage, status)
) WITHOUT ROWID;
CREATE TABLE seen_mails (
  id BLOB PRIMARY KEY           -- of account and event
) WITHOUT ROWID;
INSERT OR IGNORE INTO seen_mails
  SELECT short_digest(account, event_id) FROM seen ORDER BY 1;
DROP TABLE seen;
CREATE TABLE conversations (
  id BLOB PRIMARY KEY,          -- of account and Message-ID digest
  root BLOB NOT NULL            -- empty: it is its own
) WITHOUT ROWID;
INSERT OR IGNORE INTO conversations
  SELECT short_digest(account, message_id), pack_digest(root, message_id) FROM roots ORDER BY 1;
DROP TABLE roots;
CREATE TABLE source_numbers (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL UNIQUE
);
INSERT INTO source_numbers (source) SELECT DISTINCT source FROM locators;
CREATE TABLE places (
  source_id INTEGER NOT NULL,
  locator TEXT NOT NULL,
  PRIMARY KEY (source_id, locator)
) WITHOUT ROWID;
INSERT INTO places SELECT id, locator FROM locators JOIN source_numbers USING (source) ORDER BY 1, 2;
DROP TABLE locators;
"""
