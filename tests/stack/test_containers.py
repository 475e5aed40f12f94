"""The container files, checked as far as a machine without a container engine can."""

from __future__ import annotations

import importlib
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest

from deploy.cli import VERBS, main
from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.places import server_account
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from deploy.settings import load
from tests.servers import temporary_home

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DEPLOY = CHECKOUT / "deploy"
OURS = {"migrate", "ingest", "analytics", "alarms", "maintenance", "watch", "api"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    yaml: Any = importlib.import_module("yaml")  # it brings no types
    found: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return found


def test_ports_are_published_on_loopback_only(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_our_processes_are_verbs_that_understand_their_options(services: dict[str, dict[str, Any]]) -> None:
    ours = {name: service for name, service in services.items() if service["image"] == "ioe-energy"}
    assert set(ours) >= OURS
    context = click.Context(main)
    for service in ours.values():
        verb, *words = service["command"]
        assert verb in VERBS
        command = main.get_command(context, verb)
        assert command is not None
        command.make_context(verb, list(words), parent=context)


def test_everything_that_is_waited_for_says_when_it_is_ready(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, waited in service.get("depends_on", {}).items():
            if waited["condition"] == "service_healthy":
                assert "healthcheck" in services[name]
            else:
                assert services[name]["restart"] == "no"
    assert "healthcheck" in services["api"]


def test_the_image_holds_every_package() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    sources = {word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for word in line.split()}
    packages = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert set(packages["wheel"]["packages"]) <= sources
    allowed = [line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in sources:
        assert (CHECKOUT / source).exists(), f"the Dockerfile copies {source}, which is not there"
        assert any(fnmatch(source, f"{name}*") for name in allowed), f".dockerignore keeps {source} out"


def test_the_settings_of_the_containers_are_accepted() -> None:
    loaded = load(DEPLOY / "container.toml", discover=False)
    loaded.api.check()
    assert loaded.api.published_on_loopback


def statements(configuration: str) -> dict[str, list[str]]:
    """Settings of a Mosquitto configuration, without comments."""
    found: dict[str, list[str]] = {}
    for line in configuration.splitlines():
        if line.strip() and not line.startswith("#"):
            key, _, value = line.partition(" ")
            found.setdefault(key, []).append(value)
    return found


def test_both_brokers_are_configured_alike(servers: Stack) -> None:
    embedded = statements(servers.broker.configuration())
    container = statements((DEPLOY / "mosquitto.conf").read_text("utf-8"))
    place = {"listener", "persistence_location", "max_queued_bytes"}
    assert embedded.keys() == container.keys()
    assert {key: embedded[key] for key in embedded.keys() - place} == {
        key: container[key] for key in container.keys() - place
    }


def test_mosquitto_accepts_the_file(servers: Stack) -> None:
    with temporary_home() as home:
        port = free_port()
        text = (DEPLOY / "mosquitto.conf").read_text("utf-8")
        text = text.replace("listener 1883", f"listener {port} 127.0.0.1").replace(
            "/mosquitto/data/", f"{home}/broker/"
        )

        class FromFile(EmbeddedBroker):
            def configuration(self) -> str:
                return text

        broker = FromFile(servers.programs.mosquitto, home, port, server_account())
        broker.start()
        broker.stop()
        assert broker.exit_code == 0
