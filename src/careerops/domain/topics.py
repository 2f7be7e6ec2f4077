"""The names of the topics and of the consumer groups. Fixed: checks outside rely on them."""

from typing import Final

RAW_INBOX: Final = "raw_inbox_stream"
RAW_BACKFILL: Final = "raw_inbox_backfill"
CLASSIFIED: Final = "classified_events"
NOTIFICATIONS: Final = "notifications"
DEAD_LETTERS: Final = "dead_letter_queue"

ALL_TOPICS: Final = (RAW_INBOX, RAW_BACKFILL, CLASSIFIED, NOTIFICATIONS, DEAD_LETTERS)

GROUP_CLASSIFY: Final = "careerops.classify"
GROUP_RESEARCH: Final = "careerops.research"
GROUP_NOTIFY: Final = "careerops.notify"
