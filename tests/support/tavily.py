"""A strict fake of Tavily's search API.

There is no full emulator. Written from the vendor's documentation ("POST /search"): fields,
types and bounds of a request are checked as it says, and answers have its shape.
"""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from support.httpfake import Vendor

KEY = "tvly-PLANTEDKEY0123456789"
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "query": str,
    "topic": str,
    "search_depth": str,
    "max_results": int,
    "include_answer": (bool, str),
    "include_raw_content": (bool, str),
    "include_images": bool,
    "time_range": str,
    "include_domains": list,
    "exclude_domains": list,
    "country": str,
}
_WORDS = {
    "topic": {"general", "news", "finance"},
    "search_depth": {"basic", "advanced", "fast", "ultra-fast"},
}
MAX_QUERY_CHARS = 400


def result(title: str, content: str, url: str, score: float = 0.9) -> dict[str, Any]:
    """One of the results."""
    return {"title": title, "url": url, "content": content, "score": score, "raw_content": None}


@dataclass(slots=True)
class TavilyFake:
    """The vendor, with one valid key.

    Attributes:
        vendor: the server; script it for faults.
        keys: those that are valid.
        answer: of a general search.
        results: of a search by topic.
    """

    vendor: Vendor = field(default_factory=Vendor)
    keys: set[str] = field(default_factory=lambda: {KEY})
    answer: str = "Bluefin Energy builds tidal power stations. It raised 30 million in 2025."
    results: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            "general": [
                result("Bluefin Energy", "Tidal power.", "https://bluefin-energy.example/about")
            ],
            "news": [result("Bluefin opens a plant", "...", "https://news.example/bluefin")],
        }
    )

    def __post_init__(self) -> None:
        """Answer by the rules what is not scripted."""
        self.vendor.otherwise = self.handle

    @property
    def queries(self) -> list[dict[str, Any]]:
        """What was searched for."""
        return [seen.json for seen in self.vendor.seen if seen.method == "POST"]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request, by the vendor's rules."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or key not in self.keys:
            return _error(401, "Unauthorized: missing or invalid API key.")
        if (request.method, request.path) == ("GET", "/usage"):
            return web.json_response({"key": {"usage": 150, "limit": 1000}})
        if (request.method, request.path) != ("POST", "/search"):
            return _error(404, "Not Found")
        body = self.vendor.seen[-1].json
        fault = _fault(body) if request.content_type == "application/json" else "not JSON"
        if fault:
            return _error(400, fault)
        topic = body.get("topic", "general")
        return web.json_response(
            {
                "query": body["query"],
                "answer": self.answer if body.get("include_answer") else None,
                "images": [],
                "results": self.results[topic],
                "response_time": 0.8,
                "request_id": "123e4567-e89b-12d3-a456-426614174111",
            }
        )


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"detail": {"error": text}}, status=status)


def _fault(body: dict[str, Any]) -> str:
    for name, value in body.items():
        if name not in _FIELDS:
            return f"unknown field {name}"
        if not isinstance(value, _FIELDS[name]):
            return f"{name} is of another type"
        if name in _WORDS and value not in _WORDS[name]:
            return f"{name} is not one of its words"
    if not 0 < len(body.get("query", "")) <= MAX_QUERY_CHARS:
        return "query is missing or too long"
    return "" if 0 <= body.get("max_results", 5) <= 20 else "max_results"
