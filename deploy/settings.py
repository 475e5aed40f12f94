"""All settings of one installation: one annotated TOML file, addresses and secrets from the environment.

    IOE_DATABASE_URL, IOE_MQTT_URL, IOE_MQTT_PASSWORD     win over
    the file (`--settings FILE` or IOE_SETTINGS)          wins over
    a stack that `ioe up` runs in this user's home        wins over
    the defaults

`deploy/ioe.toml` is the sample and the manual: it holds every key with its default. A key that does not exist is an
error that names it, because a misspelt limit that is silently ignored is found by an incident. A password in the
file is an error too: files are copied, backed up and committed.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from api.settings import ApiSettings
from deploy.addresses import running
from deploy.embedded.places import default_home
from ingest.settings import IngestSettings, MqttSettings
from services.database import DatabaseSettings
from services.notifications.settings import NotificationSettings
from services.retention import RetentionSettings


class SettingsError(click.ClickException):
    """The settings cannot be used; the message names the file, the key and the mend."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sections of the file."""

    database: DatabaseSettings = DatabaseSettings()
    mqtt: MqttSettings = MqttSettings()
    ingest: IngestSettings = IngestSettings()
    retention: RetentionSettings = RetentionSettings()
    api: ApiSettings = ApiSettings()
    notifications: NotificationSettings = NotificationSettings()


settings_option = click.option(
    "--settings",
    "settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="IOE_SETTINGS",
    help="Settings file (TOML); deploy/ioe.toml is the annotated sample.",
)


def load(path: Path | None, *, discover: bool = True, home: Path | None = None) -> Settings:
    """Settings from the file if there is one, and from the environment. Raises SettingsError.

    `discover`: where neither says where the servers are, look for a stack that runs in `home` (default: this user's).
    """
    given = _read(path) if path is not None else {}
    settings = _convert(given, path)
    _refuse_secrets(settings, path)
    if settings.retention.raw_readings_days < settings.ingest.raw_retention_days:
        raise SettingsError(
            f"{path}: [retention] raw_readings_days = {settings.retention.raw_readings_days} is shorter than "
            f"[ingest] raw_retention_days = {settings.ingest.raw_retention_days}: what ingest accepts must be kept"
        )
    return _with_environment(_with_running(settings, home or default_home()) if discover else settings)


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error


def _convert(given: dict[str, object], path: Path | None) -> Settings:
    try:
        return msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {_explain(str(error))}") from error


def _explain(problem: str) -> str:
    """A validation error in the words of the file: the section, the key, and the key that was probably meant."""
    where = re.search(r" - at `\$\.?([^`]*)`$", problem)
    section = where[1] if where else ""
    text = problem[: where.start()] if where else problem
    unknown = re.search(r"unknown field `([^`]*)`", text)
    if unknown is None:
        name, _, key = section.partition(".")
        return f"[{name}] {key}: {text}" if key else f"{section}: {text}"
    key = unknown[1]
    known = _keys(section)
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"
    return f"[{section}] has no key `{key}`: {hint}" if section else f"there is no section [{key}]: {hint}"


def _keys(section: str) -> list[str]:
    struct = {field.name: field.type for field in msgspec.structs.fields(Settings)}.get(section, Settings)
    return [field.name for field in msgspec.structs.fields(struct)]


def _refuse_secrets(settings: Settings, path: Path | None) -> None:
    if settings.mqtt.password or urlsplit(settings.mqtt.url).password:
        raise SettingsError(f"{path}: [mqtt] holds a password: put it into the environment as IOE_MQTT_PASSWORD")
    if urlsplit(settings.database.url).password:
        raise SettingsError(
            f"{path}: [database] url holds a password: put the address into the environment as IOE_DATABASE_URL"
        )


def _with_running(settings: Settings, home: Path) -> Settings:
    """Servers that the file does not name, or names by the default address only, are those that run in the home."""
    found = running(home)
    if found is None:
        return settings
    database, mqtt = settings.database, settings.mqtt
    if not database.url:
        database = msgspec.structs.replace(database, url=found.database_url, disk_path=found.disk_path)
    if mqtt.url == MqttSettings().url:
        mqtt = msgspec.structs.replace(mqtt, url=found.mqtt_url)
    notifications = settings.notifications
    if not notifications.console_url:
        notifications = msgspec.structs.replace(notifications, console_url=found.console_url)
    return msgspec.structs.replace(settings, database=database, mqtt=mqtt, notifications=notifications)


def _with_environment(settings: Settings) -> Settings:
    database, mqtt = settings.database, settings.mqtt
    url = os.environ.get("IOE_DATABASE_URL")
    if url:
        # The disk path belongs to the address it was given with.
        database = msgspec.structs.replace(database, url=url, disk_path=os.environ.get("IOE_DATABASE_DISK_PATH", ""))
    changes = {"url": os.environ.get("IOE_MQTT_URL"), "password": os.environ.get("IOE_MQTT_PASSWORD")}
    mqtt = msgspec.structs.replace(mqtt, **{key: value for key, value in changes.items() if value})
    notifications, console = settings.notifications, os.environ.get("IOE_CONSOLE_URL")
    if console:
        notifications = msgspec.structs.replace(notifications, console_url=console)
    return msgspec.structs.replace(settings, database=database, mqtt=mqtt, notifications=notifications)
