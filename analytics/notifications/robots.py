r"""Group robots of DingTalk, WeCom and Feishu: their JSON, their signatures, and how they say no.

Each answers HTTP 200 also where it refuses: what counts is the code in the answer's body.

    DingTalk  POST https://oapi.dingtalk.com/robot/send?access_token=...&timestamp=<ms>&sign=...
              sign = urlencode(base64(HMAC-SHA256(key: secret, text: "<ms>\n<secret>")))
              {"msgtype": "markdown", "markdown": {"title", "text"}}                 {"errcode": 0, "errmsg": "ok"}
    WeCom     POST https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...          no signature: the key is the secret
              {"msgtype": "markdown", "markdown": {"content": at most 4096 bytes}}   {"errcode": 0, "errmsg": "ok"}
    Feishu    POST https://open.feishu.cn/open-apis/bot/v2/hook/...
              sign = base64(HMAC-SHA256(key: "<s>\n<secret>", text: empty)), in the body beside the timestamp
              {"timestamp", "sign", "msg_type": "text", "content": {"text"}}         {"code": 0, "msg": "success"}

Sources, read in copies of the makers' pages and in reports of their users, not tried against the services themselves
[V2]: DingTalk open platform, custom robot security settings; WeCom developer centre, path 91770; Feishu open platform,
custom bot guide. The codes for "too often" are from general knowledge [M].
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from analytics.notifications.model import ChannelKind
from analytics.notifications.retry import Outcome
from analytics.notifications.texts import Text

#: Bytes of text that each takes; a longer one is cut between lines.
LIMITS_BYTES: Mapping[ChannelKind, int] = {"dingtalk": 18_000, "wecom": 4096, "feishu": 18_000}
#: Least seconds between two messages: DingTalk and WeCom take 20 a minute, Feishu 100.
PAUSES_S: Mapping[ChannelKind, float] = {"dingtalk": 3.0, "wecom": 3.0, "feishu": 0.6}
#: Codes that ask for patience, not for another message.
_TOO_OFTEN = frozenset({-1, 45009, 90030, 130101, 410100, 11232})
_CUT = "\n..."
#: What makes a line a heading or a quotation.
_MARK = re.compile(r"(?m)^[#>]")
_WIDE = {"#": "\N{FULLWIDTH NUMBER SIGN}", ">": "\N{FULLWIDTH GREATER-THAN SIGN}"}


@dataclass(frozen=True, slots=True)
class RobotRequest:
    """What is posted: parameters to add to the address, and the body."""

    parameters: Mapping[str, str]
    body: bytes


def request(kind: ChannelKind, text: Text, secret: str, now: datetime) -> RobotRequest:
    """The request that carries a message to a robot; signed where there is a secret."""
    text = Text(_plain(text.title), _plain(text.body))
    if kind == "dingtalk":
        words = _cut(f"### {text.title}\n\n{_markdown(text.body)}", LIMITS_BYTES[kind])
        body = {"msgtype": "markdown", "markdown": {"title": text.title, "text": words}}
        milliseconds = str(int(now.timestamp() * 1000))
        signed = {"timestamp": milliseconds, "sign": dingtalk_sign(secret, milliseconds)} if secret else {}
        return RobotRequest(signed, _json(body))
    if kind == "wecom":
        words = _cut(f"**{text.title}**\n{text.body}", LIMITS_BYTES[kind])
        return RobotRequest({}, _json({"msgtype": "markdown", "markdown": {"content": words}}))
    words = _cut(f"{text.title}\n{text.body}", LIMITS_BYTES[kind])
    told: dict[str, Any] = {"msg_type": "text", "content": {"text": words}}
    if secret:
        seconds = str(int(now.timestamp()))
        told = {"timestamp": seconds, "sign": feishu_sign(secret, seconds), **told}
    return RobotRequest({}, _json(told))


def dingtalk_sign(secret: str, milliseconds: str) -> str:
    """DingTalk's signature, before it is encoded for the address."""
    return _base64_hmac(secret.encode(), f"{milliseconds}\n{secret}".encode())


def feishu_sign(secret: str, seconds: str) -> str:
    """Feishu's: the text is the key, and nothing is signed with it."""
    return _base64_hmac(f"{seconds}\n{secret}".encode(), b"")


def address(url: str, parameters: Mapping[str, str]) -> str:
    """The robot's address with further parameters."""
    if not parameters:
        return url
    more = "&".join(f"{name}={quote_plus(value)}" for name, value in parameters.items())
    return f"{url}{'&' if '?' in url else '?'}{more}"


def outcome(kind: ChannelKind, body: bytes) -> Outcome:
    """What an answer with HTTP 200 says in its body."""
    names = ("code", "msg") if kind == "feishu" else ("errcode", "errmsg")
    try:
        answer = json.loads(body)
        code, said = int(answer[names[0]]), str(answer.get(names[1], ""))[:200]
    except (ValueError, KeyError, TypeError, AttributeError):
        return Outcome("refused", f"an answer without {names[0]}: is this the address of a {kind} robot?")
    if code == 0:
        return Outcome("taken", "")
    return Outcome("away" if code in _TOO_OFTEN else "refused", f"{names[0]} {code}: {said}")


def _base64_hmac(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode("ascii")


def _plain(text: str) -> str:
    """No name calls everybody (`<@all>`, `<at user_id=...>`), colours or links (`](`), is a heading or a quotation."""
    plain = text.replace("<", "\N{FULLWIDTH LESS-THAN SIGN}").replace("](", "] (")
    return _MARK.sub(lambda found: _WIDE[found[0]], plain)


def _markdown(body: str) -> str:
    """Markdown joins lines: each of ours ends with two spaces."""
    return body.replace("\n", "  \n")


def _cut(text: str, limit: int) -> str:
    """At most so many bytes, cut at the end of a line where there is one."""
    if len(text.encode()) <= limit:
        return text
    kept = text.encode()[: limit - len(_CUT)].decode("utf-8", "ignore")
    line = kept.rfind("\n")
    return (kept[:line] if line > 0 else kept) + _CUT


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
