"""A strict fake of the WhatsApp Cloud API's message endpoint.

There is no emulator of it. Written from Meta's documentation ("Cloud API, Messages", "Error
Codes"): it refuses what the vendor refuses, with the vendor's codes, and may be told to fail.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from support.httpfake import Answer, Vendor

PHONE_ID = "106540352242922"
VERSION = "v23.0"
TOKEN = "EAAPLANTEDTOKEN0123456789"
PERSON = "491700000000"
_MESSAGE_KEYS = {"messaging_product", "recipient_type", "to", "type", "text", "template", "context"}
_UNREADABLE_PARAMETER = re.compile(r"[\n\t]| {5,}")


class Refused(Exception):
    """The vendor's error."""

    def __init__(self, status: int, code: int, title: str) -> None:
        """With its HTTP status and `error.code`."""
        super().__init__(title)
        self.status, self.code, self.title = status, code, title


def refusal(status: int, code: int, title: str, headers: dict[str, str] | None = None) -> Answer:
    """An error as the vendor writes it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        error = {
            "message": f"(#{code}) {title}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": title},
            "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
        }
        return web.json_response({"error": error}, status=status, headers=headers)

    return answer


@dataclass(slots=True)
class WhatsAppFake:
    """The vendor with one number, one valid token and some open 24-hour windows.

    Attributes:
        vendor: the server; script it for faults.
        tokens: those that are valid.
        windows: who has written within 24 hours, None = everybody.
        templates: approved ones: name -> number of parameters in the body.
        accepted: messages taken, as they were sent.
    """

    vendor: Vendor = field(default_factory=Vendor)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    windows: set[str] | None = None
    templates: dict[str, int] = field(default_factory=lambda: {"career_event": 1})
    accepted: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answer by the rules what is not scripted."""
        self.vendor.otherwise = self.handle

    @property
    def texts(self) -> list[str]:
        """What people have read."""
        found = []
        for message in self.accepted:
            if message["type"] == "text":
                found.append(message["text"]["body"])
            else:
                parameters = message["template"]["components"][0]["parameters"]
                found.append(parameters[0]["text"])
        return found

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request, by the vendor's rules."""
        try:
            self._authorize(request)
            if request.method == "GET" and request.path == f"/{VERSION}/{PHONE_ID}":
                return web.json_response({"id": PHONE_ID})
            message = self._checked(request, self.vendor.seen[-1].text)
        except Refused as refused:
            return await refusal(refused.status, refused.code, refused.title)(request)
        self.accepted.append(message)
        identity = f"wamid.{len(self.accepted):032d}"
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": message["to"], "wa_id": message["to"].lstrip("+")}],
                "messages": [{"id": identity}],
            }
        )

    def _authorize(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if "access_token" in request.query:
            raise Refused(400, 100, "a token belongs into the header")
        if scheme != "Bearer" or not token:
            raise Refused(401, 0, "An access token is required")
        if token not in self.tokens:
            raise Refused(401, 190, "Error validating access token: Session has expired")

    def _checked(self, request: web.Request, text: str) -> dict[str, Any]:
        if request.method != "POST" or request.path != f"/{VERSION}/{PHONE_ID}/messages":
            raise Refused(400, 33, "Unsupported request: object does not exist")
        if request.content_type != "application/json":
            raise Refused(400, 100, "Invalid parameter")
        message = json.loads(text)
        if message.get("messaging_product") != "whatsapp":
            raise Refused(400, 100, "The parameter messaging_product is required")
        if not set(message) <= _MESSAGE_KEYS:
            raise Refused(400, 100, "Unexpected key on param")
        if not re.fullmatch(r"\+?[0-9]{6,15}", str(message.get("to", ""))):
            raise Refused(400, 131009, "Parameter value is not valid")
        {"text": self._check_text, "template": self._check_template}.get(
            message.get("type"), _unknown_type
        )(message)
        return message

    def _check_text(self, message: dict[str, Any]) -> None:
        body = message.get("text", {}).get("body")
        if not isinstance(body, str) or not body:
            raise Refused(400, 131008, "Required parameter is missing")
        if len(body) > 4096:
            raise Refused(400, 100, "Param text['body'] must be at most 4096 characters long")
        if self.windows is not None and message["to"] not in self.windows:
            raise Refused(400, 131047, "Re-engagement message")

    def _check_template(self, message: dict[str, Any]) -> None:
        template = message.get("template", {})
        if template.get("name") not in self.templates or not template.get("language", {}).get(
            "code"
        ):
            raise Refused(404, 132001, "Template name does not exist in the translation")
        parameters = [p for c in template.get("components", []) for p in c.get("parameters", [])]
        if len(parameters) != self.templates[template["name"]]:
            raise Refused(400, 132000, "Number of parameters does not match")
        if any(
            _UNREADABLE_PARAMETER.search(p["text"]) or len(p["text"]) > 1024 for p in parameters
        ):
            raise Refused(400, 100, "Param text cannot have new-line/tab characters")


def _unknown_type(message: dict[str, Any]) -> None:
    raise Refused(400, 100, f"Param type must be one of {{TEXT, TEMPLATE}}: {sorted(message)}")
