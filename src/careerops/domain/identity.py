"""Identities: of a mail, of a conversation, of a notification. Pure functions."""

import hashlib
import re
import unicodedata

_WHITE = re.compile(r"\s+")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DIGEST_BYTES = 32


def digest(*parts: str) -> str:
    """SHA-256, as 64 hex digits, over length-prefixed parts: joining makes no collisions."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()


def short_digest(*parts: str) -> bytes:
    """The first 16 bytes of `digest`: what is enough to know something again, kept for good."""
    return bytes.fromhex(digest(*parts)[:32])


def pack_digest(value: str, own: str) -> bytes:
    """`value`, as a rule a digest, in few bytes: none if it is `own`, 32 for 64 hex digits."""
    if value == own:
        return b""
    if _DIGEST.fullmatch(value):
        return bytes.fromhex(value)
    text = value.encode("utf-8", "surrogatepass") + b"\0"
    return text + b"\0" if len(text) == _DIGEST_BYTES else text


def unpack_digest(packed: bytes, own: str) -> str:
    """What `pack_digest` was given with the same `own`."""
    if not packed:
        return own
    if len(packed) == _DIGEST_BYTES:
        return packed.hex()
    return packed.rstrip(b"\0").decode("utf-8", "surrogatepass")


def collapse(text: str) -> str:
    """NFC, runs of white space as one blank, ends stripped."""
    return _WHITE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def normalise_message_id(value: str) -> str:
    """A Message-ID without angle brackets, comments and white space ('' if there is none).

    The local part is case-sensitive by RFC 5322 and is kept; the domain is lower-cased.
    """
    inner = value[value.find("<") + 1 :] if "<" in value else value
    inner = _WHITE.sub("", inner.split(">", 1)[0])
    local, at, domain = inner.rpartition("@")
    return f"{local}@{domain.lower()}" if at else inner


def mail_id(
    *, account: str, message_id: str, sender: str, date: str, subject: str, body_text: str
) -> str:
    """The event id of a mail: the same mail read from any source has one id.

    Args:
        account: the account the mailbox belongs to.
        message_id: the raw Message-ID header ('' if missing).
        sender: the address in From.
        date: the raw Date header.
        subject: the decoded subject.
        body_text: the canonical body; counts only when the Message-ID is missing, so that a
            missing or reused Message-ID does not merge two mails.

    Returns:
        64 hex digits.
    """
    identity = normalise_message_id(message_id)
    parts = [account, identity, sender.lower(), collapse(date), collapse(subject)]
    if not identity:
        parts.append(collapse(body_text))
    return digest("mail", *parts)


def thread_key(account: str, root_message_id: str) -> str:
    """The key of a conversation: a hash, so that no address ever stands in a key."""
    return digest("thread", account, root_message_id)[:32]


def account_key(account: str) -> str:
    """The key that orders an account's notifications."""
    return digest("account", account)[:32]


def notification_id(event_id: str, revision: int, kind: str, resend: int = 0) -> str:
    """The id of a notification: one for an event's revision, another for each resend."""
    return digest("notification", event_id, str(revision), kind, str(resend))
