"""The application: routes, failures and what every request passes, put together around one context."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI

from api import failures
from api.context import Context
from api.entrance import Entrance
from api.parameters import strict
from api.routes import health, live

VERSION_PREFIX = "/api/v1"


def application(context: Context) -> FastAPI:
    """Build the application; it opens and starts nothing."""
    app = FastAPI(
        title="IOE Energy",
        version="1",
        dependencies=[Depends(strict)],
        max_body_size=context.settings.body_limit_bytes,
    )
    app.state.context = context
    failures.install(app)
    app.add_middleware(Entrance, host_names=context.settings.host_names, traffic=context.traffic)
    routes = APIRouter(prefix=VERSION_PREFIX)
    for part in (health, live):
        routes.include_router(part.router)
    app.include_router(routes)
    return app
