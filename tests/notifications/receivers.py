"""Real receivers of notifications on loopback: an SMTP server and an HTTP server that remember what they got."""

# ruff: noqa: ANN401 - what the servers' libraries hand over has no types

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.embedded.processes import free_port


@dataclass
class Request:
    """A request as it came."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """Answers each POST with the next of `answers`, then with the last one for ever."""

    port: int
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"")])
    requests: list[Request] = field(default_factory=list)
    location: str = ""
    hangs: int = 0
    """So many requests are taken and never answered."""
    may_answer: threading.Event = field(default_factory=threading.Event)
    """Requests are answered once it is set."""

    def __post_init__(self) -> None:
        self.may_answer.set()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """Where requests went, the first one first."""
        return [request.path for request in self.requests]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        self.requests.append(Request(scope["path"], scope["query_string"].decode(), headers, body))
        if self.hangs > 0:
            self.hangs -= 1
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await asyncio.to_thread(self.may_answer.wait)
        status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        told = [(b"content-type", b"application/json")]
        if self.location:
            told.append((b"location", self.location.encode()))
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": answer})


@contextmanager
def http_receiver(certificate: Path | None = None, key: Path | None = None) -> Iterator[HttpReceiver]:
    """An HTTP server in a thread, with TLS where a certificate is given."""
    receiver = HttpReceiver(free_port())
    config = uvicorn.Config(
        receiver,
        host="127.0.0.1",
        port=receiver.port,
        log_level="critical",
        lifespan="off",
        ws="none",
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    started = threading.Event()

    class Started(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Started(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield receiver
    finally:
        receiver.may_answer.set()
        server.should_exit = True
        thread.join(10)


@dataclass
class MailReceiver:
    """Takes mail from the one user it knows; `says` answers a message otherwise, once for each entry."""

    port: int
    user: str = ""
    password: str = ""
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    not_yet: list[str] = field(default_factory=list)
    """Recipients that are put off, once for each entry."""
    stays: bool = False
    """Whether it never says goodbye."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if address in self.unknown:
            return "550 no such mailbox"
        if address in self.not_yet:
            self.not_yet.remove(address)
            return "450 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        if self.says:
            return self.says.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((list(envelope.rcpt_tos), letter))
        return "250 taken"

    async def handle_QUIT(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session, envelope
        if self.stays:
            await asyncio.Event().wait()
        return "221 bye"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        del server, session, envelope, mechanism
        assert isinstance(data, LoginPassword)
        good = data.login == self.user.encode() and data.password == self.password.encode()
        return AuthResult(success=good)


@asynccontextmanager
async def mail_receiver(
    *, user: str = "", password: str = "", starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[MailReceiver]:
    """An SMTP server in this event loop, with TLS and a login where they are given."""
    receiver = MailReceiver(0, user, password)
    lines: list[SMTP] = []

    def line() -> SMTP:
        made = SMTP(
            receiver,
            hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=receiver.authenticate if user else None,
            auth_required=bool(user),
            auth_require_tls=tls is None,
        )
        lines.append(made)
        return made

    server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for each in lines:
            if isinstance(each.transport, asyncio.WriteTransport):
                each.transport.abort()
        await server.wait_closed()
