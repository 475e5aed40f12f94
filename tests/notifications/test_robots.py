"""Group robots: what they are sent, checked as their makers' own examples check it, and what their answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs

import pytest

from analytics.notifications import robots
from analytics.notifications.model import Channel, ChannelKind
from analytics.notifications.plan import Item
from analytics.notifications.texts import Setting, Text, message
from tests.notifications.office import T0, after, plant
from tests.notifications.receivers import Request, http_receiver

OK = {"dingtalk": b'{"errcode":0,"errmsg":"ok"}', "wecom": b'{"errcode":0,"errmsg":"ok"}', "feishu": b'{"code":0}'}


def robot(kind: ChannelKind, secret: str = "") -> Channel:
    return Channel("group", kind, allow_private=True, address="IOE_SECRET_ADDRESS", secret=secret)


async def sent(
    database_url: str, monkeypatch: pytest.MonkeyPatch, kind: ChannelKind, secret: str = ""
) -> tuple[Request, list[tuple[str, str, int, str]]]:
    with http_receiver() as receiver:
        receiver.answers = [(200, OK[kind])]
        monkeypatch.setenv("IOE_SECRET_ADDRESS", receiver.url("/robot/send?access_token=abc"))
        monkeypatch.setenv("IOE_SECRET_SIGN", "SECabc")
        async with plant(database_url) as site:
            await site.use([robot(kind, secret)])
            await site.raised()
            await site.round(T0)
            await site.round(after(6))
            deliveries = await site.deliveries()
        (request,) = receiver.requests
    return request, deliveries


async def test_dingtalk_is_signed_in_the_address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, deliveries = await sent(database_url, monkeypatch, "dingtalk", "IOE_SECRET_SIGN")
    query = parse_qs(request.query)
    stamp = query["timestamp"][0]
    expected = base64.b64encode(hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()).decode()
    assert query["access_token"] == ["abc"]
    assert query["sign"] == [expected]
    assert int(stamp) == int(after(6).timestamp() * 1000)
    body = json.loads(request.body)
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["title"] == "[HIGH] Compressor comp-3: Element outlet temperature high"
    assert body["markdown"]["text"].startswith("### [HIGH] Compressor comp-3")
    assert deliveries == [("group", "delivered", 1, "")]


@pytest.mark.parametrize("kind", ["dingtalk", "wecom", "feishu"])
async def test_what_is_secret_is_not_logged(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: ChannelKind
) -> None:
    with caplog.at_level("DEBUG", "ioe"), caplog.at_level("INFO"):
        await sent(database_url, monkeypatch, kind, "IOE_SECRET_SIGN" if kind != "wecom" else "")
    assert "abc" not in caplog.text


def test_where_a_channel_leads_is_said_without_the_path() -> None:
    for url in ("https://example.com:8443/hooks/abc", "https://example.com:8443?token=abc"):
        assert Channel("hook", "webhook", url=url).where == "https://example.com:8443/..."


async def test_wecom_has_its_key_in_the_address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, deliveries = await sent(database_url, monkeypatch, "wecom")
    assert request.query == "access_token=abc"
    body = json.loads(request.body)
    assert set(body) == {"msgtype", "markdown"}
    assert "Element outlet temperature high" in body["markdown"]["content"]
    assert deliveries == [("group", "delivered", 1, "")]


async def test_feishu_is_signed_in_the_body(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, deliveries = await sent(database_url, monkeypatch, "feishu", "IOE_SECRET_SIGN")
    body = json.loads(request.body)
    key = f"{body['timestamp']}\nSECabc".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert body["msg_type"] == "text"
    assert body["content"]["text"].startswith("[HIGH] Compressor comp-3")
    assert deliveries == [("group", "delivered", 1, "")]


@pytest.mark.parametrize(
    ("kind", "answer", "state", "says"),
    [
        ("dingtalk", b'{"errcode":310000,"errmsg":"sign not match"}', "refused", "errcode 310000: sign not match"),
        ("dingtalk", b'{"errcode":130101,"errmsg":"send too fast"}', "away", "errcode 130101: send too fast"),
        ("wecom", b'{"errcode":93000,"errmsg":"invalid webhook url"}', "refused", "errcode 93000: invalid webhook url"),
        (
            "wecom",
            b'{"errcode":45009,"errmsg":"api freq out of limit"}',
            "away",
            "errcode 45009: api freq out of limit",
        ),
        ("feishu", b'{"code":19021,"msg":"sign match fail"}', "refused", "code 19021: sign match fail"),
        ("feishu", b'{"code":0,"msg":"success","data":{}}', "taken", ""),
        ("feishu", b"<html>", "refused", "an answer without code: is this the address of a feishu robot?"),
        ("wecom", b"[]", "refused", "an answer without errcode: is this the address of a wecom robot?"),
    ],
)
def test_what_an_answer_with_200_says(kind: ChannelKind, answer: bytes, state: str, says: str) -> None:
    outcome = robots.outcome(kind, answer)
    assert (outcome.answer, outcome.detail) == (state, says)


async def test_an_error_in_the_body_is_no_delivery(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OK, "feishu", b'{"code":19021,"msg":"sign match fail"}')
    _, deliveries = await sent(database_url, monkeypatch, "feishu")
    assert deliveries == [("group", "waiting", 1, "code 19021: sign match fail")]


@pytest.mark.parametrize("kind", ["dingtalk", "wecom", "feishu"])
@pytest.mark.parametrize("mark", ["#", ">"])
def test_a_name_is_words_and_nothing_else(kind: ChannelKind, mark: str) -> None:
    name = mark + ' P <@all> <at user_id="all">x</at>\n# [free](https://example.com) ![](https://example.com/a.png)'
    payload = {"site": "kunshan", "rule": "r", "subject": "p-1", "machine": name, "name": "High\r\nBcc: x", "value": 1}
    item = Item("raised", 0, 1, "kunshan", "kunshan/r/p-1", payload)
    text = message("alarms", [item], Setting("en", "Kunshan", "UTC"), T0)
    assert len(text.title.splitlines()) == 1
    told = json.loads(robots.request(kind, text, "", T0).body)
    sent = json.dumps(told, ensure_ascii=False)
    assert "<" not in sent
    assert "](" not in sent
    assert f"\\n{mark}" not in sent


@pytest.mark.parametrize("kind", ["dingtalk", "wecom", "feishu"])
def test_a_long_text_is_cut_at_a_line(kind: ChannelKind) -> None:
    body = robots.request(kind, Text("多", "\n".join(["报警" * 20] * 2000)), "", T0).body
    told = json.loads(body)
    text = {
        "dingtalk": lambda: told["markdown"]["text"],
        "wecom": lambda: told["markdown"]["content"],
        "feishu": lambda: told["content"]["text"],
    }[kind]()
    assert len(text.encode()) <= {"dingtalk": 20_000, "wecom": 4096, "feishu": 20_000}[kind]
    *lines, last = text.splitlines()
    assert last == "..."
    assert {line.strip() for line in lines[1:]} - {""} == {"报警" * 20}
