"""From a host's name to an IMAP connection that is authenticated."""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from careerops.adapters.mailbox.imap_channel import Channel, ConnectionLostError
from careerops.adapters.mailbox.imap_client import ImapClient, RefusedError
from careerops.adapters.mailbox.imap_options import ImapOptions
from careerops.adapters.mailbox.imap_syntax import quoted
from careerops.domain.errors import ConfigurationError


class CredentialsError(Exception):
    """The server refuses user name, password or token."""


async def log_in(options: ImapOptions, activity: asyncio.Event) -> ImapClient:
    """Connect and authenticate.

    Raises:
        ConfigurationError: the CA file or the secret cannot be read, or TLS is not offered.
        ConnectionLostError: no connection, or it ended; reason `certificate` for one that the
            authorities we trust did not sign for this host.
        CredentialsError: refused, also with the secret read again.
    """
    secret = options.password or options.token
    try:
        return await _attempt(options, activity)
    except CredentialsError:
        if secret is None or not await asyncio.to_thread(secret.refresh):
            raise
    return await _attempt(options, activity)


async def _attempt(options: ImapOptions, activity: asyncio.Event) -> ImapClient:
    client = await _connect(options, activity)
    try:
        authenticated = await client.greet()
        if options.tls == "starttls":
            # PREAUTH would have us go on in the clear, and may be an attacker's.
            await _start_tls(client, options, refuse=authenticated)
        await client.read_capabilities()
        if not authenticated:
            await _authenticate(client, options)
            await client.read_capabilities()
    except RefusedError as error:
        await client.close()
        raise ConnectionLostError("refused") from error
    except BaseException:
        await client.close()
        raise
    return client


async def _connect(options: ImapOptions, activity: asyncio.Event) -> ImapClient:
    context = await _tls_context(options) if options.tls == "implicit" else None
    async with _as_lost(options.timeout_s):
        channel = await Channel.open(
            options.host, options.server_port, context, activity, options.timeout_s
        )
    return ImapClient(channel, options.timeout_s)


async def _start_tls(client: ImapClient, options: ImapOptions, *, refuse: bool) -> None:
    if refuse:
        raise ConnectionLostError("preauth_before_tls")
    try:
        await client.command(b"STARTTLS")
    except RefusedError:
        raise ConnectionLostError("no_starttls") from None
    context = await _tls_context(options)
    async with _as_lost(options.timeout_s):
        await client.channel.start_tls(context, options.host)


@asynccontextmanager
async def _as_lost(timeout_s: float) -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise ConnectionLostError("timeout") from None
    except ssl.SSLCertVerificationError:
        raise ConnectionLostError("certificate") from None
    except ssl.SSLError:
        raise ConnectionLostError("tls") from None
    except OSError:
        raise ConnectionLostError("unreachable") from None


async def _tls_context(options: ImapOptions) -> ssl.SSLContext:
    # In a thread: reading the system's certificates takes tens of milliseconds.
    try:
        return await asyncio.to_thread(ssl.create_default_context, cafile=options.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"ca_file {options.ca_file} is not readable as PEM ({type(error).__name__}): correct it"
        ) from None


async def _authenticate(client: ImapClient, options: ImapOptions) -> None:
    secret = options.password or options.token
    if secret is None:
        raise CredentialsError
    value = await asyncio.to_thread(secret.get)
    try:
        if options.token is not None:
            await _xoauth2(client, options.username, value)
        elif b"AUTH=PLAIN" in client.capabilities:
            await _sasl(client, b"PLAIN", f"\0{options.username}\0{value}")
        elif b"LOGINDISABLED" in client.capabilities:
            raise ConnectionLostError("login_disabled")
        else:
            await client.command(b"LOGIN %s %s" % (_astring(options.username), _astring(value)))
    except RefusedError as error:
        if error.temporary:
            raise ConnectionLostError("refused_now") from None
        raise CredentialsError from None


def _astring(text: str) -> bytes:
    try:
        return quoted(text)
    except ValueError:
        raise ConfigurationError(
            "this IMAP server knows no AUTHENTICATE PLAIN, and LOGIN carries neither user names"
            " nor passwords with letters beyond ASCII: set another password"
        ) from None


async def _xoauth2(client: ImapClient, username: str, token: str) -> None:
    """Google's and Microsoft's SASL mechanism: user and bearer token, separated by 0x01."""
    await _sasl(client, b"XOAUTH2", f"user={username}\x01auth=Bearer {token}\x01\x01")


async def _sasl(client: ImapClient, mechanism: bytes, text: str) -> None:
    """AUTHENTICATE; with SASL-IR (RFC 4959) in one step.

    The empty answer at the end is for XOAUTH2, which tells a failure as a challenge first.
    """
    answer = base64.b64encode(text.encode())
    command = b"AUTHENTICATE " + mechanism
    if b"SASL-IR" in client.capabilities:
        await client.command(command + b" " + answer, [b""])
    else:
        await client.command(command, [answer, b""])
