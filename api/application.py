"""The application: routes, failures, console and what every request passes, put together around one context."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse

from api import console, failures
from api.context import Context
from api.entrance import Entrance
from api.openapi import DESCRIPTION, TAGS, describe
from api.openapi_parts import ANYWHERE, problems
from api.parameters import strict
from api.reference import page
from api.routes import (
    alarm_actions,
    alarm_figures,
    alarm_occurrences,
    alarm_rules,
    alarms,
    attachments,
    bills,
    cause_counts,
    commissioning,
    contracts,
    corrections,
    dead_letters,
    decisions,
    demand,
    devices,
    energy,
    equipment,
    equipment_figures,
    equipment_labels,
    equipment_records,
    equipment_states,
    equipment_timelines,
    events,
    explanations,
    health,
    ingest,
    invoices,
    jobs,
    ledger,
    live,
    meters,
    metrics,
    notifications,
    parts,
    people,
    places,
    plans,
    points,
    production,
    readings,
    reconciliation,
    reports,
    shift_notes,
    tariffs,
    unmapped,
    work_order,
    work_order_files,
    work_order_papers,
    work_order_results,
    work_order_sheets,
    work_order_steps,
    work_orders,
)

VERSION_PREFIX = "/api/v1"
VERSIONED = (
    health,
    live,
    readings,
    corrections,
    places,
    equipment,
    equipment_records,
    equipment_timelines,
    equipment_states,
    equipment_figures,
    equipment_labels,
    devices,
    points,
    meters,
    energy,
    demand,
    production,
    events,
    ingest,
    dead_letters,
    unmapped,
    tariffs,
    contracts,
    bills,
    invoices,
    ledger,
    decisions,
    reconciliation,
    commissioning,
    alarms,
    alarm_rules,
    alarm_actions,
    alarm_occurrences,
    alarm_figures,
    cause_counts,
    notifications,
    people,
    work_orders,
    work_order_sheets,
    work_order,
    work_order_steps,
    work_order_results,
    work_order_files,
    work_order_papers,
    reports,
    shift_notes,
    plans,
    jobs,
    attachments,
    parts,
)
BESIDE = (metrics, explanations)


def application(context: Context) -> FastAPI:
    """Build the application; it opens and starts nothing."""
    app = FastAPI(
        title="IOE Energy",
        version="1",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        dependencies=[Depends(strict)],
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    anywhere = problems(*ANYWHERE)
    versioned = APIRouter(prefix=VERSION_PREFIX, responses=anywhere)
    for part in VERSIONED:
        versioned.include_router(part.router)
    app.include_router(versioned)
    for part in BESIDE:
        app.include_router(part.router, responses=anywhere)
    describe(app)
    app.add_api_route("/docs", lambda: HTMLResponse(page(app.openapi())), include_in_schema=False)
    failures.install(app)
    folder = context.settings.console_folder
    console.install(app, Path(folder) if folder else console.checkout_console())
    return app


def served(context: Context) -> Entrance:
    """The application as a server runs it: outermost the entrance, which also sees what the framework answers."""
    return Entrance(application(context), context.settings, context.traffic)
