"""Ready or not, and why; figures for Prometheus."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from services.batch import DeadLetter, UnmappedSample
from services.database import Connection
from services.workers import report
from tests.api.conftest import Service
from tests.api.plant import NOON_US, POWER, SECOND_US, store
from tests.api.serving import streaming

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(service: Service) -> Service:
    """The service before any worker started."""
    await service.connection.execute("TRUNCATE ingest_worker, ingest_tally")
    return service


async def checks(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = (await client.get("/api/v1/health/ready")).json()
    return {"": answer["status"], **{check["name"]: check["status"] for check in answer["checks"]}}


async def test_without_a_worker_the_service_is_ready_and_warns(quiet: Service) -> None:
    assert await checks(quiet.client) == {
        "": "degraded",
        "database": "ok",
        "migrations": "ok",
        "ingest": "warning",
        "duty energy": "warning",
        "duty alarms": "warning",
        "duty maintenance": "warning",
        "duty watch": "warning",
        "duty notifications": "warning",
        "live feed": "ok",
    }


async def test_a_worker_that_receives_is_well_and_one_that_is_silent_is_not(quiet: Service) -> None:
    await report(quiet.connection, "ingest-1", "receiving", "")
    await all_duties_are_done(quiet.connection)
    assert (await checks(quiet.client))[""] == "ready"
    await report(quiet.connection, "ingest-1", "paused", "0.4 GB of disk are left")
    answer = (await quiet.client.get("/api/v1/health/ready")).json()
    assert "It is paused: 0.4 GB of disk are left." in [check["detail"] for check in answer["checks"]]
    await report(quiet.connection, "ingest-1", "receiving", "")
    await quiet.connection.execute("UPDATE ingest_worker SET seen_at = now() - interval '5 minutes'")
    assert (await checks(quiet.client))["ingest ingest-1"] == "warning"


async def test_a_watch_that_is_silent_is_told_here(quiet: Service) -> None:
    """It raises the alarms of all others, and cannot raise its own."""
    await report(quiet.connection, "ingest-1", "receiving", "")
    await all_duties_are_done(quiet.connection)
    await quiet.connection.execute("UPDATE duty SET beat_at = now() - interval '20 s' WHERE name = 'watch'")
    found = await checks(quiet.client)
    assert (found[""], found["duty watch"], found["duty alarms"]) == ("degraded", "warning", "ok")


async def all_duties_are_done(connection: Connection) -> None:
    await connection.execute(
        "INSERT INTO duty (name, backend_pid, holder, since, beat_at) SELECT name, 0, 'one', now(), now() "
        "FROM unnest(ARRAY['energy', 'alarms', 'maintenance', 'watch', 'notifications']) AS name "
        "ON CONFLICT (name) DO UPDATE SET beat_at = now()"
    )


async def test_metrics_tell_what_the_database_and_the_process_know(quiet: Service) -> None:
    await store(
        quiet.connection,
        {(quiet.points[POWER], NOON_US): 1.0},
        worker="ingest-1",
        letters=[DeadLetter("future", "x")],
        unmapped=[UnmappedSample("kunshan", "x", "y", NOON_US, 1.0)],
    )
    async with streaming(quiet.client) as stream:
        await stream.frame()
        answer = await quiet.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["ioe_ingest_samples_total", "ingest-1", "stored"] == 1
    assert found["ioe_ingest_samples_total", "future", "ingest-1"] == 1
    assert found["ioe_ingest_worker_state", "ingest-1", "receiving"] == 1
    assert found["ioe_dead_letters", "future"] == 1
    assert found["ioe_unmapped",] == 1
    assert found["ioe_points",] == len(quiet.points)
    assert found["ioe_batch_log_batches_total",] >= 1
    assert found["ioe_stream_clients",] == 1
    assert found["ioe_live_feed_following",] == 1
    assert found["ioe_latest_reading_age_seconds",] < 60
    assert found["ioe_http_request_seconds_count", "/health/ready", "200", "GET"] >= 1


async def test_ingest_counts_by_hour_and_reason(quiet: Service) -> None:
    await store(
        quiet.connection, {(quiet.points[POWER], NOON_US + SECOND_US): 1.0}, letters=[DeadLetter("future", "x")]
    )
    await store(quiet.connection, {(quiet.points[POWER], NOON_US + SECOND_US): 1.0})
    await quiet.connection.execute(
        "INSERT INTO ingest_tally SELECT 'old', hour - interval '30 hours', reason, 100 FROM ingest_tally"
    )
    answer = (await quiet.client.get("/api/v1/ingest?hours=2")).json()
    assert answer["totals"] == {"stored": 1, "duplicate": 1, "future": 1}
    assert {hour["reason"]: hour["count"] for hour in answer["hours"]} == answer["totals"]
    assert (await quiet.client.get("/api/v1/ingest?hours=48")).json()["totals"]["stored"] == 101


async def test_every_answer_carries_a_request_id_and_is_not_kept(quiet: Service) -> None:
    answer = await quiet.client.get("/api/v1/sites")
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for sent, kept in (("mine-1", True), ("x" * 65, False), ("a b", False)):
        got = (await quiet.client.get("/api/v1/sites", headers={"X-Request-ID": sent})).headers["x-request-id"]
        assert (got == sent) is kept
