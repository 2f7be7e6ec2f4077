"""What looks like a secret or an address is masked; our own words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.ops.redaction import MASK, MAX_VALUE_CHARS, safe_id, safe_text, safe_value
from support.growth import FOURFOLD, growth

SECRETS = {
    "openai": "sk-proj-Ab3dEfGhIjKlMnOp",
    "anthropic": "sk-ant-api03-abcdefgh",
    "google": "AIzaSyA1234567890abcdefghijk",
    "groq": "gsk_abcdefghijklmnop",
    "slack": "xoxb-123-456-abcdef",
    "github": "ghp_abcdefghijklmnopqrst",
    "tavily": "tvly-dev-abcdefghijkl",
    "meta": "EAAGm0PX4ZCpsBAKZCabcdef",
    "oauth": "ya29.a0AfH6SMBx-abc_def",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def",
    "bearer": "Bearer abc",
    "basic": "basic YTpi",
    "query": "api_key=hunter2",
    "password": "password: hunter2",
    "address": "jo.doe+jobs@mail.example.com",
    "encoded address": "jo%40example.com",
    "international address": "jö@bücher.example",
    "international number": "+49 170 1234567",
    "national number": "0170 1234567",
    "american number": "(555) 123-4567",
    "digits": "491701234567",
    "hex": "0123456789abcdef0123456789abcdef",
    "base64": "dGhpcyBpcyBhIHNlY3JldCB0b2tlbjE=",
}
WORDS = [
    "classify",
    "raw_inbox_stream",
    "careerops.classify",
    "quota:gemini:project-a",
    "mailbox:imap:me",
    "2026-11-23T21:11:16.123Z",
    "careerops/ops/logging.py:120:_write",
    "aiohttp/web_protocol.py:450:log_exception",
    "gemini-2.5-flash-lite-preview",
    "127.0.0.1",
    "RateLimitError",
    "task-17",
    "a retry after 45.8 s",
    "an_unusually_long_name_of_a_function_without_digits",
]


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "refused: {}", "({})", "https://x.example/?a={}", "a\n{}\nb"]
)
def test_secrets_and_addresses_are_masked_wherever_they_stand(secret: str, around: str) -> None:
    """Alone, in a sentence, in a URL, on a line of their own."""
    masked = safe_text(around.format(secret))
    assert secret not in masked
    assert MASK in masked


def test_credentials_in_a_url_are_masked() -> None:
    """The host may stay."""
    masked = safe_text("postgresql://jo:hunter2@db/careerops")
    assert "hunter2" not in masked


@pytest.mark.parametrize("word", WORDS)
def test_our_own_words_stay_readable(word: str) -> None:
    """A log that masks everything is no log."""
    assert safe_text(word) == word


def test_a_secret_across_the_cut_is_masked_whole() -> None:
    """Cutting first would leave half a key."""
    text = "x " * 98 + SECRETS["google"]
    assert len(text) > MAX_VALUE_CHARS
    assert "AIza" not in safe_text(text)


def test_control_characters_cannot_reach_a_terminal() -> None:
    """Escape sequences, line breaks, direction marks, half surrogates."""
    assert safe_text("a\x1b[31mb\nc\u202ed\ud800e") == "a?[31mb?c?d?e"


def test_ids_are_kept_only_where_they_are_hexadecimal() -> None:
    """The id fields are no way around."""
    assert safe_id("ab" * 32) == "ab" * 32
    assert safe_id("ab" * 33) == MASK
    assert safe_id(SECRETS["groq"]) == MASK
    assert safe_id("jo@example.com") == MASK


def test_numbers_and_truth_values_pass() -> None:
    """As long as JSON can carry them."""
    assert [safe_value(v) for v in (1, -5, 0.5, True, None)] == [1, -5, 0.5, True, None]
    assert safe_value(float("nan")) == "nan"
    assert safe_value(float("inf")) == "inf"
    assert safe_value(2**63) == MASK


def test_anything_else_becomes_its_type_and_is_not_looked_into() -> None:
    """Its text form may hold a mail."""
    assert safe_value({"body": "x"}) == "<dict>"
    assert safe_value(ValueError("x")) == "<ValueError>"
    assert safe_value(b"x") == "<bytes>"


@given(st.text(max_size=3000))
def test_any_text_is_bounded_and_printable(text: str) -> None:
    """Whatever is logged fits on a line."""
    masked = safe_text(text)
    assert len(masked) <= MAX_VALUE_CHARS
    assert masked.isprintable()


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_an_address_in_any_text_is_masked(text: str) -> None:
    """No surroundings hide it."""
    assert "@example.com" not in safe_text(f"{text} jo@example.com")


@pytest.mark.parametrize(
    "text", ["x", "a-", "a@", "1 ", "(1", "+1", "key ", "0-", "a1_", "sk-a ", "://"]
)
def test_hostile_text_is_not_read_again_and_again(text: str) -> None:
    """What it costs grows as its length does."""
    assert growth(safe_text, text, 100_000) < FOURFOLD


def test_a_word_that_ends_like_a_keys_prefix_is_no_key() -> None:
    """`task_died` is an event, not a key of a vendor whose keys begin with `sk_`."""
    assert safe_text("task_died risk_review") == "task_died risk_review"
