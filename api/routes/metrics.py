"""Figures for Prometheus, at the address where Prometheus looks for them."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response

from api.context import Database, Shared
from api.metrics import CONTENT_TYPE, exposition, snapshot
from services import health

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    },
)
async def get_metrics(shared: Shared, connection: Database) -> Response:
    """Ingest by worker and reason, followers' lag, dead letters, streams and requests of this process."""
    shared.traffic.following.set(float(shared.feed.following))
    room = health.disk(shared.database.disk_path)
    seen = await snapshot(connection, datetime.now(UTC), room)
    return Response(exposition(shared.traffic, seen), media_type=CONTENT_TYPE)
