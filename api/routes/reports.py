"""What somebody who stands before a machine says is wrong with it: they scan its label, and need no account.

The label leads to `#/report/<key>` of the console. Whoever has the key learns the machine's name and place, nothing
else, and can leave a report: a work order that is `requested`, and waits until somebody of maintenance accepts it. A
client may leave six in a minute, and on one machine thirty are taken in an hour, whoever sends them.
"""

import math
import time
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from api.context import Context, Database, Shared
from api.instants import zoned
from api.openapi_parts import WITH_A_BODY, problems
from api.problems import Problem
from api.uploads import FORM, STRANGERS, File, form_of, is_form, refusing_files
from services import people, reports
from services.attachments import keeping
from services.database import Connection
from services.papers.texts import on_line, shortened
from services.reports import LabelledRow
from services.work_orders import files, opening

router = APIRouter(prefix="/reports", tags=["maintenance"], dependencies=[Depends(zoned)])

_TITLE_AT_MOST = 120
_TEXT_AT_LEAST = 3


def _telling(text: str) -> str:
    """Refuse a text that a reader would see nothing of. Raises ValueError."""
    if len(on_line(text)) < _TEXT_AT_LEAST:
        raise ValueError(f"say in {_TEXT_AT_LEAST} letters or more what is wrong")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=_TEXT_AT_LEAST, max_length=2000),
    AfterValidator(_telling),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class LabelledMachine(BaseModel):
    """The machine that a label is of: what anybody who stands before it can see as well."""

    model_config = ConfigDict(from_attributes=True)

    machine: Annotated[str, Field(validation_alias="name", examples=["Compressor 1"])]
    machine_zh: Annotated[str | None, Field(validation_alias="name_zh")]
    place: Annotated[str | None, Field(validation_alias="space_name", examples=["Compressor room"])]
    place_zh: Annotated[str | None, Field(validation_alias="space_name_zh")]
    site: Annotated[str, Field(validation_alias="site_name", examples=["Kunshan works"])]
    site_zh: Annotated[str | None, Field(validation_alias="site_name_zh")]


class NewReport(BaseModel):
    """What is wrong, in the words of whoever saw it. As JSON, or as a form with a photo in the field `photo`."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, Field(examples=["Oil under the compressor, and it sounds rough"])]
    name: Annotated[Name, Field(description="Who asks, so that somebody can ask back; it is not checked.")] = ""
    client_key: Annotated[
        UUID | None, Field(description="Of the phone's own making; sent again, the same report is not made twice.")
    ] = None


class ReportReceived(BaseModel):
    """The report arrived."""

    order: Annotated[str, Field(description="Under this number it can be asked for.", examples=["kunshan/41"])]


@router.get(
    "/{report_key}",
    operation_id="get_labelled_machine",
    summary="Which machine a label is of",
    responses=problems("report-not-found"),
)
async def get_labelled_machine(connection: Database, report_key: UUID) -> LabelledMachine:
    """Its name and place."""
    return LabelledMachine.model_validate(await _machine(connection, report_key))


@router.post(
    "/{report_key}",
    operation_id="report_trouble",
    summary="Say what is wrong with a machine",
    status_code=201,
    responses=problems("report-not-found", "too-many-reports", "file-refused", *WITH_A_BODY),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": NewReport.model_json_schema()},
                FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["text"],
                        "properties": {
                            **NewReport.model_json_schema()["properties"],
                            "photo": {"type": "string", "format": "binary"},
                        },
                    }
                },
            },
        }
    },
)
async def report_trouble(shared: Shared, request: Request, report_key: UUID) -> ReportReceived:
    """A work order that is requested: somebody of maintenance looks at it, and accepts or cancels it."""
    _hold_back(shared, request.client.host if request.client else "", report_key)
    async with shared.connections.borrow() as connection:
        await _machine(connection, report_key)
    given, photo = await _given(request)
    with refusing_files():
        # A photo is drawn anew over seconds: no connection waits for it.
        kept = None if photo is None else await keeping.prepared(photo.content, photo.name)
    async with shared.connections.borrow() as connection, connection.transaction():
        machine = await _machine(connection, report_key)
        order = opening.NewOrder(
            site=machine.site,
            origin="request",
            subject_kind="equipment",
            subject=machine.equipment,
            title=_title(given.text),
            description=given.text,
            requested_by=given.name,
            client_key=given.client_key,
        )
        now = datetime.now(UTC)
        whoever = await people.actor(connection, None)
        opened = await opening.open_order(connection, order, whoever, now)
        if kept is not None and opened.is_new:
            await files.add(connection, opened.ref, kept, whoever, now)
    return ReportReceived(order=opened.ref.address)


async def _machine(connection: Connection, report_key: UUID) -> LabelledRow:
    found = await reports.labelled(connection, report_key)
    if found is None:
        raise Problem("report-not-found", "No machine has this label. Scan the one on the machine again.")
    return found


def _hold_back(shared: Context, client: str, report_key: UUID) -> None:
    """Refuse more than people have to say. Raises Problem."""
    now_s = time.monotonic()
    wait_s = shared.reports_of_client.wait_s(client, now_s) or shared.reports_of_label.wait_s(str(report_key), now_s)
    if wait_s:
        wait_s = math.ceil(wait_s)
        raise Problem(
            "too-many-reports",
            f"There were many reports in a short time: send this one again in {wait_s} s. In danger do not wait: call "
            "the people on duty.",
            headers={"Retry-After": str(wait_s)},
        )


async def _given(request: Request) -> tuple[NewReport, File | None]:
    """The report and its photo. Raises Problem, RequestValidationError."""
    if not is_form(request):
        return _checked(await request.body()), None
    form = await form_of(request, STRANGERS)
    fields = {name: text for name, text in form.texts.items() if text or name == "text"}
    if unknown := form.files.keys() - {"photo"}:
        raise Problem("invalid-request", f"A report has one file, `photo`, and no {min(unknown)!r}.")
    return _checked(fields), form.files.get("photo")


def _checked(given: bytes | dict[str, str]) -> NewReport:
    try:
        if isinstance(given, bytes):
            return NewReport.model_validate_json(given)
        return NewReport.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from None


def _title(text: str) -> str:
    """The first line of a report that says something, as the title of its order."""
    return shortened(next(filter(None, map(on_line, text.splitlines()))), _TITLE_AT_MOST)
