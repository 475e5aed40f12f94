"""Settings: the sample file is complete, a mistake is named, secrets stay out of files."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import msgspec
import pytest

from deploy import settings
from deploy.addresses import Addresses, publish, withdraw
from deploy.settings import Settings, SettingsError, load

SAMPLE = Path(settings.__file__).with_name("ioe.toml")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("IOE_DATABASE_URL", "IOE_DATABASE_DISK_PATH", "IOE_MQTT_URL", "IOE_MQTT_PASSWORD", "IOE_CONSOLE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IOE_HOME", str(tmp_path))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_the_sample_holds_every_key_with_its_default() -> None:
    assert msgspec.to_builtins(Settings(), builtin_types=(tuple,)) == _lists_as_tuples(
        tomllib.loads(SAMPLE.read_text("utf-8"))
    )


def _lists_as_tuples(value: object) -> object:
    if isinstance(value, dict):
        return {key: _lists_as_tuples(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ingest]\nbatch_message = 3", "[ingest] has no key `batch_message`: did you mean `batch_messages`?"),
        ("[ingst]\n", "there is no section [ingst]: did you mean `ingest`?"),
        ("[ingest]\nbatch_ms = -3", "[ingest] batch_ms: Expected `int` >= 1"),
        ("[ingest\n", "is not TOML"),
        ('[mqtt]\npassword = "x"', "IOE_MQTT_PASSWORD"),
        ('[database]\nurl = "postgresql://a:b@h/d"', "IOE_DATABASE_URL"),
        ("[retention]\nraw_readings_days = 30", "raw_retention_days = 400"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(written(tmp_path, text))
    assert says in refused.value.message
    assert "mine.toml" in refused.value.message


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, '[mqtt]\nurl = "mqtt://file:1"\n[database]\nurl = "postgresql://file/ioe"')
    assert load(path).mqtt.url == "mqtt://file:1"
    monkeypatch.setenv("IOE_MQTT_URL", "mqtt://environment:2")
    monkeypatch.setenv("IOE_DATABASE_URL", "postgresql://environment/ioe")
    assert load(path).mqtt.url == "mqtt://environment:2"
    assert load(path).database.url == "postgresql://environment/ioe"
    monkeypatch.setenv("IOE_CONSOLE_URL", "https://energy.example.com")
    assert load(path).notifications.console_url == "https://energy.example.com"


def test_commands_find_the_stack_that_runs_in_the_home(tmp_path: Path) -> None:
    found = Addresses(os.getpid(), "postgresql://ioe:p@127.0.0.1:5/ioe", "mqtt://127.0.0.1:6", "http://x", "/data")
    publish(tmp_path, found)
    assert load(None).database.url == found.database_url
    assert load(None).database.disk_path == "/data"
    assert load(None).mqtt.url == found.mqtt_url
    assert load(None).notifications.console_url == "http://x"
    named = written(tmp_path, '[notifications]\nconsole_url = "https://energy.example.com"')
    assert load(named).notifications.console_url == "https://energy.example.com"
    assert (tmp_path / "addresses.json").stat().st_mode & 0o077 == 0
    withdraw(tmp_path)
    assert load(None).database.url == ""
