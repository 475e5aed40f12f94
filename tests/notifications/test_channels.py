"""Mail and webhooks end to end: an alarm's event in the database, real servers at the other end."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
from pathlib import Path

import pytest

from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver, mail_receiver
from tests.notifications.ways import hook, mail

TLS = Path(__file__).parent.parent / "tls"


def certified() -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "server.pem", TLS / "server.key")
    return context


async def test_a_raised_alarm_is_one_letter(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        await site.use([mail(receiver.port)])
        await site.raised(
            message="Compressor comp-3: element outlet 109.5 degC, limit 105",
            causes=[
                {
                    "code": "cooler",
                    "name": "Oil cooler fouled",
                    "likelihood": 0.72,
                    "action": "Clean the oil cooler.",
                },
                {"code": "fan", "name": "Fan stands", "likelihood": 0.2},
            ],
        )
        await site.round(after(1))
        assert receiver.letters == [], "alarms are collected for five seconds"
        await site.round(after(6.1))
        await site.round(after(60))
        ((recipients, letter),) = receiver.letters
    assert recipients == ["a@example.com"]
    assert letter["Subject"] == "[HIGH] Compressor comp-3: Element outlet temperature high"
    assert letter.get_content().replace("\r\n", "\n") == (
        "Compressor comp-3 (Kunshan): Element outlet temperature high\n"
        "Compressor comp-3: element outlet 109.5 degC, limit 105\n"
        "since 2026-11-23 08:00:00+08:00\n"
        "Likely cause: Oil cooler fouled (72%)\n"
        "What to do: Clean the oil cooler.\n"
        "Also possible: Fan stands (20%)\n"
        "\n"
        "Console: https://energy.example.com/#/alarms/kunshan/element-outlet-high/comp-3\n"
    )


async def test_a_webhook_is_signed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOE_SECRET_HOOK", "open sesame")
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url(), secret="IOE_SECRET_HOOK")])
            await site.tell()
        (request,) = receiver.requests
    told = request.headers["ioe-timestamp"]
    expected = hmac.new(b"open sesame", told.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["ioe-signature"] == f"v1={expected}"
    assert int(told) == int(after(6).timestamp())
    document = json.loads(request.body)
    assert document["notification"] == request.headers["idempotency-key"]
    assert [each["alarm"] for each in document["alarms"]] == ["kunshan/element-outlet-high/comp-3"]
    assert document["alarms"][0]["value"] == 109.53


async def test_a_webhook_whose_address_is_a_secret(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_receiver() as receiver:
        monkeypatch.setenv("IOE_SECRET_URL", receiver.url("/services/T0/secret"))
        async with plant(database_url) as site:
            await site.use([hook("", address="IOE_SECRET_URL")])
            await site.tell()
            assert await site.deliveries() == [("hook", "delivered", 1, "HTTP 200")]
        assert [request.path for request in receiver.requests] == ["/services/T0/secret"]


async def test_starttls_and_a_login(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOE_SECRET_SMTP", "swordfish")
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    async with (
        mail_receiver(user="ioe", password="swordfish", starttls=certified()) as receiver,
        plant(database_url) as site,
    ):
        await site.use(
            [mail(receiver.port, host="localhost", security="starttls", user="ioe", password="IOE_SECRET_SMTP")]
        )
        await site.tell()
        assert await site.deliveries() == [("mail", "delivered", 1, "")]
        assert len(receiver.letters) == 1


async def test_tls_from_the_first_byte(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    async with mail_receiver(tls=certified()) as receiver, plant(database_url) as site:
        await site.use([mail(receiver.port, host="localhost", security="tls")])
        await site.tell()
        assert await site.deliveries() == [("mail", "delivered", 1, "")]


async def test_a_certificate_of_somebody_else_is_said(database_url: str) -> None:
    async with mail_receiver(tls=certified()) as receiver, plant(database_url) as site:
        await site.use([mail(receiver.port, host="localhost", security="tls")])
        await site.tell()
        ((_, state, tries, detail),) = await site.deliveries()
        assert (state, tries) == ("waiting", 1)
        assert "certificate" in detail
        assert receiver.letters == []


async def test_https_checks_the_name(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    with http_receiver(certificate=TLS / "server.pem", key=TLS / "server.key") as receiver:
        async with plant(database_url) as site:
            good = hook(f"https://localhost:{receiver.port}/hook", "good")
            wrong = hook(f"https://ip6-localhost.localdomain:{receiver.port}/hook", "wrong")
            await site.use([good, wrong])
            monkeypatch.setattr("socket.getaddrinfo", _everything_is_here)
            await site.tell()
            found = {code: (state, detail) for code, state, _, detail in await site.deliveries()}
        assert found["good"] == ("delivered", "HTTP 200")
        assert found["wrong"] == ("waiting", "ip6-localhost.localdomain cannot be reached: ConnectError")
        assert [request.headers["host"] for request in receiver.requests] == [f"localhost:{receiver.port}"]


def _everything_is_here(host: object, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
    """A name service in which every name leads to this machine."""
    del host
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
