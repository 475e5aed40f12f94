"""The servers and those who use them: database, schema, sites, ingest workers, duties, broker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

from deploy.broker_answer import NO_ANSWER, broker_limits
from deploy.doctor.duties import look_at_duties
from deploy.doctor.finding import Finding, ok, problem, warning
from deploy.embedded.mqtt_probe import BrokerLimits
from deploy.settings import Settings
from ingest.settings import MqttSettings
from services.diagnosis import DatabaseUnreachableError, Facts, facts
from services.health import WorkerRow

#: A worker tells that it is there every few seconds.
_SILENT_S = 30.0
_CLOCKS_APART_S = 2.0
#: A payload of this size must reach ingest, which then names its sender; a broker that drops it leaves us blind.
_PACKET_BYTES = 10_000_000


def look(settings: Settings) -> Iterator[Finding]:
    """Everything about the servers."""
    if not settings.database.url:
        mend = "`ioe up` starts both, or set IOE_DATABASE_URL and IOE_MQTT_URL"
        yield warning("database", "no address is known and no stack runs here", mend)
        return
    yield from _database(settings)
    yield from _broker(settings.mqtt, settings.ingest.shared_group)


def _database(settings: Settings) -> Iterator[Finding]:
    asked_at = datetime.now(UTC)
    try:
        known = asyncio.run(facts(settings.database.url))
    except DatabaseUnreachableError as error:
        yield problem("database", f"does not answer: {error}", "start it, or correct IOE_DATABASE_URL")
        return
    yield _server(known)
    yield _schema(known)
    apart_s = abs((known.server.now - asked_at).total_seconds())
    if apart_s > _CLOCKS_APART_S:
        yield warning(
            "clocks", f"the database's clock is {apart_s:.1f} s from ours", "timedatectl set-ntp true, on both"
        )
    if not known.pending_migrations:
        yield _sites(known)
        yield from _workers(known)
        yield from look_at_duties(known.duties)


def _server(known: Facts) -> Finding:
    server = known.server
    if server.timescaledb_version is None:
        mend = "CREATE EXTENSION timescaledb, as superuser"
        return problem("database", f"PostgreSQL {server.version} has no TimescaleDB in this database", mend)
    detail = (
        f"PostgreSQL {server.version}, TimescaleDB {server.timescaledb_version} ({server.timescaledb_license}), "
        f"{server.size_bytes / 1e6:,.0f} MB"
    )
    if not server.durable:
        mend = "ALTER SYSTEM SET fsync = on, synchronous_commit = on"
        return problem("database", f"{detail}; a power cut would lose what was acknowledged", mend)
    return ok("database", detail)


def _schema(known: Facts) -> Finding:
    if known.pending_migrations:
        return problem("schema", f"{', '.join(known.pending_migrations)} did not run yet", "ioe migrate")
    return ok("schema", "of this version")


def _sites(known: Facts) -> Finding:
    if known.sites:
        return ok("sites", ", ".join(known.sites))
    return warning("sites", "the registry is empty: every message is unmapped", "ioe site apply deploy/sites/kunshan")


def _workers(known: Facts) -> Iterator[Finding]:
    if not known.workers:
        yield warning("ingest", "no worker ever ran: nothing is stored", "ioe ingest")
    for worker in known.workers:
        yield _worker(worker)


def _worker(worker: WorkerRow) -> Finding:
    name, silent_s = f"ingest {worker.name}", worker.silent_s
    again = f"ioe ingest --name {worker.name}"
    if worker.state == "stopped":
        return warning(name, f"stopped {silent_s:.0f} s ago; its queue fills", f"{again}, or --drain {worker.name}")
    if silent_s > _SILENT_S:
        return problem(name, f"silent for {silent_s:.0f} s; its queue fills", f"{again}, or --drain {worker.name}")
    if worker.state != "receiving":
        return problem(name, f"{worker.state}: {worker.detail}", "free the disk, or bring the broker back")
    return ok(name, "receives") if not worker.detail else warning(name, worker.detail, "bring the database back")


def _broker(settings: MqttSettings, shared_group: str) -> Iterator[Finding]:
    try:
        limits = broker_limits(settings)
    except NO_ANSWER as error:
        yield problem("broker", str(error), "start it, or correct IOE_MQTT_URL and IOE_MQTT_PASSWORD")
        return
    complaints = list(_complaints(limits, settings, shared_group))
    size = "any size" if limits.maximum_packet_bytes is None else f"{limits.maximum_packet_bytes / 1e6:.0f} MB"
    detail = f"lets us in; packets up to {size}, {limits.receive_maximum} in flight"
    if complaints:
        yield warning("broker", f"{detail}; {'; '.join(complaints)}", "see deploy/mosquitto.conf")
    else:
        yield ok("broker", detail)


def _complaints(limits: BrokerLimits, settings: MqttSettings, shared_group: str) -> Iterator[str]:
    if limits.maximum_qos < 1:
        yield "it has no QoS 1, so messages may be lost on the way"
    if limits.maximum_packet_bytes is not None and limits.maximum_packet_bytes < _PACKET_BYTES:
        yield "larger payloads are dropped where ingest cannot name their sender"
    if limits.session_expiry_s is not None and limits.session_expiry_s < settings.session_expiry_s:
        yield f"it keeps a queue for {limits.session_expiry_s} s only, not {settings.session_expiry_s} s"
    if shared_group and not limits.shared_subscriptions:
        yield "it has no shared subscriptions, and [ingest] shared_group asks for them"
