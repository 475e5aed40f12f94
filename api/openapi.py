"""The OpenAPI document, complete enough to generate a client; `python -m api.openapi > docs/openapi.json` writes it.

The framework derives paths, parameters and models from the routes. What it cannot know is put in here: every error is a
problem document, the stream is a stream, and a request id comes with every answer. A test holds the committed file
against the routes.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from api.context import new_context
from api.openapi_parts import ProblemDocument
from api.problems import MEDIA_TYPE
from api.settings import ApiSettings
from services.database import DatabaseSettings

DESCRIPTION = """Energy and machine data of factories: what there is, what it measures now, what it measured.

**Names.** Things are named by code: a site `kunshan`, a space by its path `b1/f2` below its site, a device
`kunshan/m-101`, a point `kunshan/m-101/active_power_kw`. A name that was changed goes on being found.

**Times** are ISO 8601 with offset. Answers are in UTC unless `time_zone` names another zone. Spans are half-open,
`[start, stop)`.

**Units.** The name of a number ends in its unit; readings are in the point's `unit`. Import from the grid is positive.

**Lists** come a page at a time: `limit`, then `cursor` with the `next` of the page before, all other parameters kept.
The same address is in the `Link` header.

**Errors** are problem documents after RFC 9457, `application/problem+json`; `type` is stable and leads to its
explanation. An unknown parameter is an error.

Every answer carries `X-Request-ID`; send one to choose it.
"""

TAGS = [
    {"name": "health", "description": "Is the service alive and ready; figures for Prometheus."},
    {"name": "live", "description": "What is true now, once or as a stream, and what has just happened."},
    {"name": "readings", "description": "What points measured."},
    {"name": "registry", "description": "What there is: sites, spaces, units, equipment, devices, points."},
    {"name": "energy", "description": "Energy, demand and cost by meter, space, unit and band; what was produced."},
    {"name": "ingest", "description": "What came in, what could not be stored, and what no point has."},
    {
        "name": "ledger",
        "description": "What was not plain in the energy of a meter, what people decided, does it add up.",
    },
    {
        "name": "tariffs",
        "description": "When each band holds, what it costs, and under which terms a site is supplied.",
    },
    {"name": "bills", "description": "What a month cost, by meter, space and unit, beside what the supplier asks for."},
    {"name": "alarms", "description": "What is wrong now, what was, what people do about it, and by which rules."},
    {
        "name": "maintenance",
        "description": "Work orders from raise to verified, plans, parts, each machine's record, who works when.",
    },
    {"name": "problems", "description": "What each kind of error means."},
]


def describe(app: FastAPI) -> None:
    """Make the application give the completed document."""
    derive = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(derive())
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]  # the framework's documented way to extend the document


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas[ProblemDocument.__name__] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["components"]["responses"] = _share_answers(document)
    return document


def _share_answers(document: dict[str, Any]) -> dict[str, Any]:
    """Let operations refer to the problem answers that they have in common; gives these by name."""
    answers = [
        (operation["responses"], status)
        for operations in document["paths"].values()
        for operation in operations.values()
        for status in operation["responses"]
        if int(status) >= 400
    ]
    uses = Counter(json.dumps(of[status], sort_keys=True) for of, status in answers)
    shared: dict[str, Any] = {}
    for of, status in answers:
        if uses[json.dumps(of[status], sort_keys=True)] > 1:
            slugs = of[status]["content"][MEDIA_TYPE]["examples"]
            name = "Or".join(slug.title().replace("-", "") for slug in slugs)
            shared[name] = of[status]
            of[status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(shared.items()))


def document() -> dict[str, Any]:
    """The document of this version, built without a database."""
    from api.application import application  # noqa: PLC0415 - the application itself imports this module

    return application(new_context(ApiSettings(), DatabaseSettings(), timedelta())).openapi()


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
