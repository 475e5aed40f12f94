"""Whatever goes wrong, in the form of a problem document.

Problem ------------------------------ as raised by a route
RequestValidationError --------------- invalid-request, each place named, in words instead of a validator's codes
HTTPException of the framework ------- not-found, method-not-allowed, body-too-large ...
DatabaseAwayError -------------------- database-unavailable, Retry-After
two at the same rows ----------------- collision, Retry-After
an undefined table or column --------- schema-behind
a character that cannot be stored ---- invalid-request
anything else ------------------------ internal-error; the traceback goes to the log, never to the client
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.connections import DatabaseAwayError
from api.names import FORMS
from api.problems import MEDIA_TYPE, Problem, document
from services.database import COLLISIONS, UNSTORABLE
from services.health import SCHEMA_BEHIND
from services.registry.pages import PagePlaceError

log = logging.getLogger("ioe.api")

RETRY_AFTER_S = "2"
_BY_STATUS = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "body-too-large",
}


def answer(request: Request, problem: Problem) -> Response:
    """A problem as the response to a request."""
    request_id = request.scope.get("ioe.request_id", "")
    body = msgspec.json.encode(document(problem, request.url.path, request_id))
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(body, problem.kind.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make the application answer every failure with a problem document."""
    app.add_exception_handler(Problem, _raised)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(DatabaseAwayError, _away)
    for collision in COLLISIONS:
        app.add_exception_handler(collision, _collided)
    app.add_exception_handler(PagePlaceError, _lost)
    for behind in SCHEMA_BEHIND:
        app.add_exception_handler(behind, _behind)
    for unstorable in UNSTORABLE:
        app.add_exception_handler(unstorable, _unstorable)
    app.add_exception_handler(Exception, _unforeseen)


async def _raised(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    places = [_place(each) for each in found]
    if any(each["type"] == "json_invalid" for each in found):
        return answer(request, Problem("malformed-body", f"The body is not JSON: {places[0]['message']}."))
    if any(tuple(each["loc"]) == ("body",) for each in found):
        detail = "The body must be a JSON object, sent with `Content-Type: application/json`."
        return answer(request, Problem("malformed-body", detail))
    told = "; ".join(f"{place['in']} `{place['name']}`: {place['message']}" for place in places)
    return answer(request, Problem("invalid-request", f"{told}.", more={"errors": places}))


def _place(found: Mapping[str, Any]) -> dict[str, str]:
    where: Sequence[object] = found["loc"]
    kind, context = found["type"], found.get("ctx", {})
    if kind == "json_invalid":
        message = str(context["error"])
    elif kind == "string_pattern_mismatch":
        message = FORMS.get(context["pattern"], str(found["msg"]))
    elif kind == "extra_forbidden":
        message = "there is no such field"
    elif kind == "missing":
        message = "is missing"
    else:
        message = str(found["msg"]).removeprefix("Value error, ")
    return {
        "in": str(where[0]),
        "name": ".".join(str(part) for part in where[1:]),
        "message": message[:1].lower() + message[1:],
    }


async def _lost(request: Request, error: Exception) -> Response:
    return answer(request, Problem("invalid-cursor", f"{error}."))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = error.headers or {}
    slug = _BY_STATUS.get(error.status_code, "request-refused" if error.status_code < 500 else "internal-error")
    detail = {
        "not-found": f"There is nothing at {request.url.path}. See /docs for the addresses that exist.",
        "method-not-allowed": f"{request.method} is not allowed at {request.url.path}.",
        "body-too-large": "The body is larger than this service accepts. Send it in several smaller requests.",
    }.get(slug, str(error.detail))
    return answer(request, Problem(slug, detail, headers=headers))


async def _away(request: Request, error: Exception) -> Response:
    log.warning("database unavailable: %s", error)
    return answer(
        request,
        Problem(
            "database-unavailable",
            f"The database does not answer ({error}). Try again in {RETRY_AFTER_S} s.",
            headers={"Retry-After": RETRY_AFTER_S},
        ),
    )


async def _collided(request: Request, error: Exception) -> Response:
    log.warning("two at the same rows: %s", error)
    detail = "Somebody else was changing the same things at the same moment; nothing was done. Try again."
    return answer(request, Problem("collision", detail, headers={"Retry-After": RETRY_AFTER_S}))


async def _behind(request: Request, error: Exception) -> Response:
    log.warning("schema behind: %s", error)
    return answer(
        request,
        Problem(
            "schema-behind",
            f"The database lacks something this version needs ({error}). Run `ioe migrate`.",
            headers={"Retry-After": "30"},
        ),
    )


async def _unstorable(request: Request, error: Exception) -> Response:
    del error  # in the database's words, about its encoding
    detail = "A text of the request has a character that cannot be stored, such as NUL: leave it out."
    return answer(request, Problem("invalid-request", detail))


async def _unforeseen(request: Request, error: Exception) -> Response:
    del error  # the entrance logs it with its traceback
    request_id = request.scope.get("ioe.request_id", "")
    return answer(
        request, Problem("internal-error", f"The mistake is ours and is logged as request {request_id}; report it so.")
    )
