"""Notifications by WhatsApp, over Meta's Cloud API.

Source: Meta, "WhatsApp Business Platform: Cloud API, Messages": a text message, or outside the
24-hour window a template with one parameter in its body.
"""

import asyncio
import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from careerops.adapters.notifier.recipients import recipient_of
from careerops.adapters.notifier.whatsapp_errors import (
    OUTSIDE_WINDOW,
    TOKEN_EXPIRED,
    error_code,
    failure_of,
)
from careerops.domain.errors import ConfigurationError, Outage, OutcomeUnknown, Transient
from careerops.domain.notification import Notification
from careerops.domain.render import MAX_TEXT_CHARS, render_text
from careerops.ops.context import PartContext
from careerops.ops.http import HttpClient, HttpFailure, Response, checked_base_url, host_of
from careerops.ops.secrets import Secret

_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")
_OK: Final = 200
_REFUSALS: Final = 300
_UNAUTHORIZED: Final = 401


def _checked_phone(value: str) -> str:
    number = re.sub(r"[\s().-]", "", value)
    if not _PHONE.fullmatch(number):
        raise ValueError("write a number with its country code, such as +491700000000")
    return number.removeprefix("+")


Phone = Annotated[str, AfterValidator(_checked_phone)]


class WhatsAppOptions(BaseModel):
    """`[[notifier]] kind = "whatsapp"`.

    Attributes:
        phone_number_id: the vendor's id of the number that sends.
        access_token: of a system user; temporary ones die after a day.
        to: the number of this channel's account, or a table: account -> number.
        base_url, api_version: of the Graph API.
        template: name of an approved template with one text parameter in its body, used when the
            person has not written for 24 hours; '' = such a notification is refused.
        template_language: of the template, as the vendor writes it.
        timeout_s: of one call.
        zone: IANA zone of the times shown; '' = the sender's.
        max_chars: of the text; the vendor takes 4,096.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    phone_number_id: str = Field(pattern=r"^[0-9]{1,32}$")
    access_token: Secret
    to: Phone | dict[str, Phone]
    base_url: Annotated[str, AfterValidator(checked_base_url)] = "https://graph.facebook.com"
    api_version: str = Field(default="v23.0", pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")
    template: str = Field(default="", pattern=r"^[a-z0-9_]{0,512}$")
    template_language: str = Field(default="en", pattern=r"^[A-Za-z_]{2,10}$")
    timeout_s: float = Field(default=15.0, gt=0, le=40)
    zone: str = ""
    max_chars: int = Field(default=MAX_TEXT_CHARS, ge=100, le=4096)


class WhatsAppNotifier:
    """A `Notifier` over the Cloud API, with one pooled session."""

    Options = WhatsAppOptions

    def __init__(self, options: WhatsAppOptions, context: PartContext) -> None:
        """Connect at the first send."""
        self._options = options
        self._account = context.account
        self._clock = context.clock
        self._channel = context.name or "whatsapp"
        self._http = HttpClient(options.base_url, timeout_s=options.timeout_s)
        self._number = f"/{options.api_version}/{options.phone_number_id}"

    @property
    def channel(self) -> str:
        """The part's name, by default its kind."""
        return self._channel

    def egress(self) -> str:
        """The vendor's host."""
        return host_of(self._options.base_url)

    async def check(self) -> str:
        """Ask for the sending number's id: tests token and number, and tells nobody.

        Raises:
            ConfigurationError: token or number are not accepted.
            Transient: the vendor cannot be asked now.
        """
        try:
            response = await self._http.get(f"{self._number}?fields=id", await self._headers())
        except HttpFailure as failure:
            raise Transient(f"{self._channel}: {self.egress()}: {failure}") from None
        if response.status != _OK:
            raise ConfigurationError(
                f"{self._channel}: {self.egress()} answers with status {response.status}"
                f" (code {error_code(response)}): check access_token and phone_number_id"
            )
        return f"{self._channel}: {self.egress()} accepts token and number"

    async def send(self, notification: Notification) -> None:
        """Send; returns when the vendor has accepted the message.

        Raises:
            Transient: not told: no connection, or a failure of the vendor.
            Outage: token, permission, account or number are not accepted; or a rate limit is
                reached, exact until there is room again.
            Permanent: refused for good; outside the window without a template
                (reason `outside_window`); nobody is configured (reason `no_recipient`).
            OutcomeUnknown: the request went out and nobody knows what became of it.
        """
        to = recipient_of(notification, self._options.to, self._account)
        text = render_text(notification, max_chars=self._options.max_chars, zone=self._options.zone)
        response = await self._post(_text_message(to, text))
        if error_code(response) == OUTSIDE_WINDOW and self._options.template:
            response = await self._post(self._template_message(to, text))
        if response.status >= _REFUSALS:
            now = self._clock.now()
            raise failure_of(response, self._channel, response.retry_after_s(now), now)
        if not _accepted(response):
            raise OutcomeUnknown(f"{self._channel}: the vendor's answer names no message")

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._http.close()

    async def _post(self, message: dict[str, Any]) -> Response:
        """POST; an expired token is read again once."""
        response = await self._post_once(message)
        expired = error_code(response) in {TOKEN_EXPIRED, 0} or response.status == _UNAUTHORIZED
        if expired and await asyncio.to_thread(self._options.access_token.refresh):
            response = await self._post_once(message)
        return response

    async def _post_once(self, message: dict[str, Any]) -> Response:
        headers = await self._headers()
        try:
            return await self._http.post(f"{self._number}/messages", message, headers)
        except HttpFailure as failure:
            sent, why = failure.sent, f"{self._channel}: {self.egress()}: {failure}"
        if sent:
            raise OutcomeUnknown(why)
        raise Transient(why)

    async def _headers(self) -> dict[str, str]:
        try:
            token = await asyncio.to_thread(self._options.access_token.get)
        except ConfigurationError as error:
            raise Outage(str(error), scope=f"channel:{self._channel}") from None
        return {"Authorization": f"Bearer {token}"}

    def _template_message(self, to: str, text: str) -> dict[str, Any]:
        # The vendor refuses newlines, tabs and runs of blanks in a parameter.
        line = " · ".join(text.split("\n"))
        body = {"type": "body", "parameters": [{"type": "text", "text": line}]}
        template = {
            "name": self._options.template,
            "language": {"code": self._options.template_language},
            "components": [body],
        }
        return _message(to, "template", template)


def _text_message(to: str, text: str) -> dict[str, Any]:
    # No preview: the vendor would fetch the link, and tell its host that the mail was read.
    return _message(to, "text", {"preview_url": False, "body": text})


def _message(to: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": kind,
        kind: content,
    }


def _accepted(response: Response) -> bool:
    messages = response.value("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return isinstance(first, dict) and bool(first.get("id"))
