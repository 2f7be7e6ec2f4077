"""Research by the Tavily search API. The company's name leaves the machine, nothing of the mail.

Its HTTP API is called directly: the vendor's Python client maps 403, 432 and 433 to one error.
Source: docs.tavily.com, "POST /search": request and response fields, status codes 400, 401, 429,
432 (the plan's limit), 433 (the pay-as-you-go limit), 500.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from careerops.domain.career import CareerEvent
from careerops.domain.errors import (
    CareerOpsError,
    ConfigurationError,
    Outage,
    Permanent,
    Transient,
)
from careerops.domain.identity import collapse, digest
from careerops.domain.notification import Briefing
from careerops.domain.plain import plain_line, without_urls
from careerops.ops.context import PartContext
from careerops.ops.http import HttpClient, HttpFailure, Response, checked_base_url, host_of
from careerops.ops.secrets import Secret

_KEPT: Final = timedelta(days=30)
_NOTHING_KEPT: Final = timedelta(days=1)
_RATE_S: Final = 60.0
_RESULTS: Final = 5
_SUMMARY_CHARS: Final = 500
_NEWS_CHARS: Final = 160
_NEWS: Final = 3
_MIN_SCORE: Final = 0.3
_URL_CHARS: Final = 300
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_FUNDING: Final = re.compile(
    r"\b(?:funding|raised|series [a-h]\b|seed round|venture|valuation|ipo|finanzierung)",
    re.IGNORECASE,
)


class TavilyOptions(BaseModel):
    """`[[researcher]] kind = "tavily"`.

    Attributes:
        api_key: of Tavily; a development key allows 100 requests a minute.
        base_url: of its API.
        timeout_s: of one search.
        news: whether to search for news too, which costs a second credit a company.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_key: Secret = Secret("env:TAVILY_API_KEY")
    base_url: Annotated[str, AfterValidator(checked_base_url)] = "https://api.tavily.com"
    timeout_s: float = Field(default=6.0, gt=0, le=60)
    news: bool = True


class TavilyResearcher:
    """A `Researcher` over Tavily's search; remembers each company for 30 days."""

    Options = TavilyOptions

    def __init__(self, options: TavilyOptions, context: PartContext) -> None:
        """Connect at the first search."""
        self._options = options
        self._clock = context.clock
        self._cache = context.cache
        self._name = context.name or "tavily"
        self._http = HttpClient(options.base_url, timeout_s=options.timeout_s)
        self._blocked: Outage | None = None

    @property
    def name(self) -> str:
        """The part's name, by default its kind."""
        return self._name

    def egress(self) -> str:
        """The host that company names are sent to."""
        return host_of(self._options.base_url)

    async def check(self) -> str:
        """Ask for the use of the key, which costs no credit.

        Raises:
            ConfigurationError: the key is refused.
            Outage, Transient: it cannot be asked now.
        """
        try:
            response = await self._http.get("/usage", await self._authorization())
        except HttpFailure as failure:
            message = f"{self._name}: {self.egress()}: {failure}"
            raise Transient(message, provider=self._name) from None
        if response.status in {401, 403}:
            raise ConfigurationError(f"{self._name}: the key is refused: renew api_key")
        return f"{self._name}: {self.egress()} answers (status {response.status})"

    async def research(self, event: CareerEvent) -> Briefing:
        """What a search for the company's name finds; nothing without a name.

        Raises:
            Transient: no answer, or a failure of the server.
            Outage: rate, plan or pay-as-you-go limit (432, 433), or the key is refused.
            Permanent: the search is refused (reason `bad_request`).
        """
        company = collapse(plain_line(without_urls(event.company), 100))
        if not company:
            return Briefing()
        key = "tavily:v1:" + digest(company.casefold())
        kept = await self._cache.get(key, self._clock.now())
        known = _decoded(kept) if kept is not None else None
        if known is not None:
            return known
        found = await self._search(company)
        lifetime = _KEPT if found != Briefing() else _NOTHING_KEPT
        await self._cache.put(key, found.model_dump_json().encode(), self._clock.now() + lifetime)
        return found

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._http.close()

    async def _search(self, company: str) -> Briefing:
        general = {"query": f"{company} company: business, funding", "include_answer": "basic"}
        about = await self._post(general | {"topic": "general"})
        news = (
            await self._post({"query": f"{company} company news", "topic": "news"})
            if self._options.news
            else None
        )
        return _briefing(about, news)

    async def _post(self, body: dict[str, Any]) -> Response:
        self._check_blocked()
        wanted = body | {"search_depth": "basic", "max_results": _RESULTS}
        try:
            response = await self._authorized(wanted)
        except HttpFailure as failure:
            raise Transient(f"{self._name}: {failure}", provider=self._name) from None
        error = self._error(response)
        if isinstance(error, Outage):
            self._blocked = error
        if error is not None:
            raise error
        return response

    async def _authorized(self, body: dict[str, Any]) -> Response:
        response = await self._http.post("/search", body, await self._authorization())
        if response.status == 401 and await asyncio.to_thread(self._options.api_key.refresh):  # noqa: PLR2004  # HTTP: unauthorized
            response = await self._http.post("/search", body, await self._authorization())
        return response

    async def _authorization(self) -> dict[str, str]:
        try:
            key = await asyncio.to_thread(self._options.api_key.get)
        except ConfigurationError as error:
            raise Outage(str(error), scope=self._name) from None
        return {"Authorization": f"Bearer {key}"}

    def _check_blocked(self) -> None:
        """Nobody holds research back for a limit, so that it is remembered here."""
        blocked = self._blocked
        if blocked is None:
            return
        if blocked.retry_at is not None and blocked.retry_at <= self._clock.now():
            self._blocked = None
            return
        raise Outage(str(blocked), scope=blocked.scope, retry_at=blocked.retry_at)

    def _error(self, response: Response) -> CareerOpsError | None:
        now, status = self._clock.now(), response.status
        if status == 200:  # noqa: PLR2004  # HTTP: OK
            return None
        limits: dict[int, tuple[str, str, datetime]] = {
            401: ("refuses the key: renew api_key", "key", now + timedelta(minutes=5)),
            403: ("refuses the key: renew api_key", "key", now + timedelta(minutes=5)),
            429: ("limits the rate", "rate", now + timedelta(seconds=self._asked_s(response))),
            432: ("has no credit left in the plan this month", "plan", _next_month(now)),
            433: ("has reached the pay-as-you-go limit", "paygo", now + timedelta(days=1)),
        }
        if status in limits:
            what, scope, retry_at = limits[status]
            return Outage(f"{self._name} {what}", scope=f"{self._name}:{scope}", retry_at=retry_at)
        if status in {400, 404, 422}:
            message = f"{self._name} refused a search (status {status})"
            return Permanent(message, reason="bad_request")
        return Transient(f"{self._name} answered with status {status}", provider=self._name)

    def _asked_s(self, response: Response) -> float:
        asked_s = response.retry_after_s(self._clock.now())
        return _RATE_S if asked_s is None else max(asked_s, 1.0)


def _next_month(now: datetime) -> datetime:
    """When a plan's credits are renewed: the first of the month, UTC."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def _decoded(kept: bytes) -> Briefing | None:
    try:
        return Briefing.model_validate_json(kept)
    except ValidationError:
        return None


def _briefing(about: Response, news: Response | None) -> Briefing:
    """The results as a briefing. They are strangers' text: short, plain, without links."""
    answer = about.value("answer")
    results = list(_results(about))
    fresh = list(_results(news)) if news is not None else []
    texts = [answer] if isinstance(answer, str) and answer.strip() else []
    texts += [text for _, text, _ in results]
    sources = [url for _, _, url in (*results, *fresh) if url]
    return Briefing(
        summary=_plain(texts[0], _SUMMARY_CHARS) if texts else "",
        funding=_funding(texts),
        recent_news=tuple(_plain(title, _NEWS_CHARS) for title, _, _ in fresh if title)[:_NEWS],
        sources=tuple(dict.fromkeys(sources))[:_RESULTS],
    )


def _results(response: Response) -> Iterator[tuple[str, str, str]]:
    """(title, content, URL) of the results that are about the query."""
    results = response.value("results")
    for result in results[:_RESULTS] if isinstance(results, list) else []:
        if not isinstance(result, dict):
            continue
        title, content, url = (result.get(name) for name in ("title", "content", "url"))
        score = result.get("score")
        if isinstance(score, int | float) and score < _MIN_SCORE:
            continue
        yield _text(title), _text(content), _source(url)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _source(value: object) -> str:
    url = _text(value)
    safe = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
    return url if safe and len(url) <= _URL_CHARS else ""


def _plain(text: str, max_chars: int) -> str:
    return plain_line(without_urls(text[: 20 * max_chars]), max_chars)


def _funding(texts: list[str]) -> str:
    for text in texts:
        for sentence in _SENTENCE.split(_plain(text, 2000)):
            if _FUNDING.search(sentence):
                return plain_line(sentence, 200)
    return ""
