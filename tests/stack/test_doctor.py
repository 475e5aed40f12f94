"""`ioe doctor` names what is wrong and how to mend it, and exits with 1 where something does not work."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.commands.doctor import command
from deploy.embedded.mqtt_probe import BrokerRefusedError, probe
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from services.database import connect


def examined(home: Path, *words: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit code and findings by name."""
    done = CliRunner().invoke(command, ["--home", str(home), "--json", *words])
    return done.exit_code, {finding["name"]: finding for finding in json.loads(done.stdout)}


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("IOE_") and name != "IOE_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("IOE_HOME", str(tmp_path))


def test_a_migrated_database_without_sites_and_workers(
    database_url: str, servers: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    monkeypatch.setenv("IOE_MQTT_URL", servers.broker.url)
    _, found = examined(tmp_path)
    assert "TimescaleDB" in found["database"]["detail"]
    assert found["database"]["status"] == "problem", "the servers of the tests run without fsync, and that is told"
    assert "power cut" in found["database"]["detail"]
    assert found["schema"]["status"] == "ok"
    assert found["sites"]["mend"].startswith("ioe site apply")
    assert found["ingest"]["mend"] == "ioe ingest"
    assert found["broker"]["status"] == "ok"


def test_a_database_of_an_older_version(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", empty_database_url)
    code, found = examined(tmp_path)
    assert code == 1
    assert found["schema"]["status"] == "problem"
    assert found["schema"]["mend"] == "ioe migrate"


def test_servers_that_are_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", f"postgresql://ioe:x@127.0.0.1:{free_port()}/ioe")
    monkeypatch.setenv("IOE_MQTT_URL", f"mqtt://127.0.0.1:{free_port()}")
    code, found = examined(tmp_path)
    assert code == 1
    assert "does not answer" in found["database"]["detail"]
    assert "does not answer" in found["broker"]["detail"]


def test_a_mistake_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[ingest]\nbatch_message = 1\n")
    code, found = examined(tmp_path, "--settings", str(path))
    assert code == 1
    assert "did you mean `batch_messages`?" in found["settings"]["detail"]


def test_a_busy_port_that_was_chosen_before(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"http": port, "mqtt": free_port(), "database": 1}))
        code, found = examined(tmp_path)
    assert code == 1
    assert f"(process {os.getpid()})" in found["port"]["detail"]
    assert "--port" in found["port"]["mend"]


def test_people_read_findings_with_their_mends(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--home", str(tmp_path)])
    lines = done.stdout.splitlines()
    assert any(line.startswith("ok       python") for line in lines)
    assert any("mend: `ioe up` starts both" in line for line in lines)


def test_what_is_no_broker_is_told_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            accepted, _ = other.accept()
            with accepted:
                accepted.recv(4096)
                accepted.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(80))

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(BrokerRefusedError, match="no MQTT broker"):
            probe("127.0.0.1", other.getsockname()[1])
        thread.join()


def test_a_brokers_limits_are_read(servers: Stack) -> None:
    limits = probe("127.0.0.1", servers.broker.port)
    assert limits.maximum_packet_bytes == 33_554_432
    assert limits.receive_maximum == 20_000
    assert limits.maximum_qos == 2
    assert limits.shared_subscriptions


async def test_duties_are_done_or_not(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    connection = await connect(database_url, name="test")
    await connection.execute(
        "INSERT INTO duty (name, backend_pid, holder, since, beat_at, detail) VALUES "
        "('energy', 0, 'host 7', now(), now(), '{\"behind_s\": 0.25}'), "
        "('alarms', 0, 'host 8', now() - interval '1 day', now() - interval '90 s', '{}')"
    )
    await connection.close()
    _, found = await asyncio.to_thread(examined, tmp_path)
    assert found["duty energy"]["status"] == "ok"
    assert found["duty energy"]["detail"].startswith("host 7, since ")
    assert found["duty energy"]["detail"].endswith(", 0.2 s behind")
    assert (found["duty alarms"]["status"], found["duty alarms"]["mend"]) == ("problem", "ioe analytics --duty alarms")
    assert (found["duty watch"]["status"], found["duty watch"]["mend"]) == ("warning", "ioe watch")
