"""notifications.toml: a good one, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path

from analytics.notifications.model import Channel, Escalation, Route
from services.notifications.folder import read_notifications

GOOD = """\
[[channel]]
code = "mail"
kind = "email"
host = "smtp.example.com"
user = "alarms@example.com"
password = "IOE_SECRET_SMTP"
sender = "alarms@example.com"
to = ["maintenance@example.com"]

[[channel]]
code = "group"
kind = "dingtalk"
address = "IOE_SECRET_DINGTALK_ADDRESS"
secret = "IOE_SECRET_DINGTALK"

[[route]]
code = "air"
channels = ["group", "mail"]
systems = ["compressed_air"]
priority = "high"
language = "zh"
[[route.escalation]]
after_minutes = { critical = 10, high = 30 }
channels = ["mail"]
team = "managers"
"""

BAD = """\
[[channel]]
code = "mail"
kind = "email"
host = "smtp.example.com"
security = "none"
user = "alarms"
password = "IOE_SECRET_SMTP"
sender = "alarms"
to = ["maintenance"]
url = "https://example.com"

[[channel]]
code = "hook"
kind = "webhok"

[[channel]]
code = "hook"
kind = "webhook"
url = "ftp://example.com/"
secret = "hunter2"

[[channel]]
code = "robot"
kind = "wecom"

[[route]]
code = "air"
channels = ["mial"]
systems = ["compressd_air"]
priority = "urgent"
group_wait_s = 1000
service_alarms = "yes"
[[route.escalation]]
after_minutes = { critical = 0 }
channels = []

[[route]]
code = "air"
channels = ["hook"]
team = "crew"
[[route.escalation]]
after_minutes = inf
channels = [["hook"]]
"""

MISTAKES = """\
5: a password would travel in plain text: use 'starttls' or 'tls'
8: 'sender' must be an e-mail address, not 'alarms'
9: 'maintenance' is no e-mail address
10: 'url' is not known here
14: kind 'webhok' is not known: did you mean 'webhook'?
17: channel 'hook' is there already: leave one of the two
19: 'url' must be https://host/path
20: 'secret' must name an environment variable such as IOE_SECRET_MAIL: put the secret there, not here
22: 'address' is missing
28: there is no channel 'mial': did you mean 'mail'?
29: system 'compressd_air' is not known: did you mean 'compressed_air'?
30: priority 'urgent' is not known: use critical, high, low or medium
31: 'group_wait_s' must be from 0 to 300, not 1000
32: 'service_alarms' must be true or false, not 'yes'
34: 'after_minutes' must be minutes, as 15, or { critical = 10, high = 30 }; at most 10080
35: 'channels' is missing: by which of [[channel]] is this told?
38: route 'air' is there already: leave one of the two
40: a team is told by e-mail: name a channel of kind 'email' too
42: 'after_minutes' must be minutes, as 15, or { critical = 10, high = 30 }; at most 10080
43: 'channels' is missing: by which of [[channel]] is this told?
43: 'channels' must be a text or a list of texts
"""


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "notifications.toml").write_text(text, "utf-8")
    (tmp_path / "site.toml").write_text('code = "kunshan"\nname = "Kunshan"\ntime_zone = "Asia/Shanghai"\n', "utf-8")
    return tmp_path


def test_a_good_file(tmp_path: Path) -> None:
    found = read_notifications(folder(tmp_path, GOOD))
    assert list(found.mistakes) == []
    assert found.wanted is not None
    mail = Channel(
        "mail", "email", host="smtp.example.com", port=587, user="alarms@example.com", password="IOE_SECRET_SMTP",
        sender="alarms@example.com", to=("maintenance@example.com",),
    )  # fmt: skip
    group = Channel("group", "dingtalk", address="IOE_SECRET_DINGTALK_ADDRESS", secret="IOE_SECRET_DINGTALK")
    assert found.wanted.channels == [mail, group]
    step = Escalation({"critical": 10.0, "high": 30.0}, ("mail",), "managers")
    air = Route("air", ("group", "mail"), ("compressed_air",), "high", language="zh", escalations=(step,))
    assert found.wanted.routes == [air]


def test_every_mistake_has_its_line_and_no_secret_is_repeated(tmp_path: Path) -> None:
    found = read_notifications(folder(tmp_path, BAD))
    assert [f"{mistake.line}: {mistake.text}" for mistake in found.mistakes] == MISTAKES.splitlines()
    assert found.wanted is None
    assert "hunter2" not in MISTAKES


def test_no_file_says_nothing(tmp_path: Path) -> None:
    assert read_notifications(tmp_path).wanted is None
