"""The migrations to what is kept for good in few bytes, and to counting without reading it.

What deduplication needs of a mail is 16 bytes to know it again by, not its subject or its sender:
these are forgotten after the retention time.
"""

from typing import Final


def _short(first: str, second: str) -> str:
    """`domain.identity.short_digest` of two columns, as an expression."""
    parts = (
        f"int8send(octet_length(convert_to({text}, 'UTF8'))::bigint) || convert_to({text}, 'UTF8')"
        for text in (first, second)
    )
    return f"substr(encode(sha256({' || '.join(parts)}), 'hex'), 1, 32)::uuid"


# Counted by the table itself, whichever release writes; a row for each of some sessions, so that
# those who decide at the same time do not wait for one another.
_COUNTED = """
CREATE TABLE careerops.verdict_counts (
  slot integer NOT NULL,
  stage text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (slot, stage, status)
) WITH (fillfactor = 50);
INSERT INTO careerops.verdict_counts
  SELECT 0, stage, status, count(*) FROM careerops.verdicts GROUP BY stage, status;
CREATE FUNCTION careerops.count_verdicts() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO careerops.verdict_counts AS counts (slot, stage, status, number)
  SELECT pg_backend_pid() % 16, stage, status,
    CASE TG_OP WHEN 'DELETE' THEN -count(*) ELSE count(*) END
  FROM changed GROUP BY stage, status ORDER BY stage, status
  ON CONFLICT (slot, stage, status) DO UPDATE SET number = counts.number + excluded.number;
  RETURN NULL;
END
$body$;
CREATE TRIGGER verdicts_come AFTER INSERT ON careerops.verdicts
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION careerops.count_verdicts();
CREATE TRIGGER verdicts_go AFTER DELETE ON careerops.verdicts
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION careerops.count_verdicts();
"""

_KEPT = f"""
CREATE TABLE careerops.verdicts_kept (
  id uuid PRIMARY KEY,          -- of event, stage and revision
  what integer NOT NULL         -- the day it was decided, from 1970 on, times 8, and the status
);
CREATE TABLE careerops.verdicts_kept_counts (
  stage text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (stage, status)
);
CREATE TABLE careerops.seen_mails (
  id uuid PRIMARY KEY           -- of account and event
);
INSERT INTO careerops.seen_mails
  SELECT {_short("account", "event_id")} FROM careerops.seen ORDER BY 1 ON CONFLICT DO NOTHING;
DROP TABLE careerops.seen;
CREATE TABLE careerops.conversations (
  id uuid PRIMARY KEY,          -- of account and Message-ID digest
  root bytea NOT NULL           -- empty: it is its own
);
INSERT INTO careerops.conversations
  SELECT {_short("account", "message_id")},
    CASE WHEN root = message_id THEN ''
      WHEN root ~ '^[0-9a-f]{{64}}$' THEN decode(root, 'hex')
      WHEN octet_length(convert_to(root, 'UTF8')) = 31 THEN convert_to(root, 'UTF8') || '\\x0000'
      ELSE convert_to(root, 'UTF8') || '\\x00' END
  FROM careerops.roots ORDER BY 1 ON CONFLICT DO NOTHING;
DROP TABLE careerops.roots;
"""  # noqa: S608  # constants only

KEPT: Final = (_COUNTED, _KEPT)
