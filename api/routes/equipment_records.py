"""A machine's record: its nameplate, its documents and photos, what people wrote down, the key on its label."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.context import Database, Shared
from api.equipment_models import MachineFile, Nameplate, NameplateGiven, Note, NoteGiven, Record, RecordChange
from api.instants import parse, zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted, counted, not_ours
from api.parameters import require_site
from api.problems import Problem, refused_as
from api.reasons import By, Reason, ReasonOrNone
from api.uploads import FILE_BODY, file_of, refusing_files
from services.attachments.keeping import prepared
from services.database import Connection
from services.equipment import files, record
from services.equipment.files import FileNotFoundOnMachineError
from services.equipment.record import EquipmentNotFoundError, EquipmentRecord, MachineRow
from services.people import PersonNotFoundError, actor

router = APIRouter(prefix="/equipment/{site}/{code}", tags=["maintenance"], dependencies=[Depends(zoned)])

Site = Annotated[str, Path(pattern=CODE, examples=["kunshan"])]
Code = Annotated[str, Path(pattern=CODE, examples=["compressor-1"])]
_CHANGES = 100
NOT_THERE = ("site-not-found", "equipment-not-found")


class LabelGiven(BaseModel):
    """Why the labels of before shall be worth nothing."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    by: By = None


async def require_machine(connection: Connection, site: str, code: str) -> MachineRow:
    """The machine of this name, also a retired one. Raises Problem where there is none."""
    try:
        return await record.machine(connection, site, code)
    except EquipmentNotFoundError as error:
        await require_site(connection, site)
        text = str(error)
        raise Problem("equipment-not-found", f"{text[:1].upper()}{text[1:]}.") from error


@contextmanager
def signed() -> Iterator[None]:
    """Answer a `by` that nobody has with what to give."""
    with refused_as("person-not-found", PersonNotFoundError):
        yield


@router.get(
    "/record", operation_id="get_equipment_record", summary="A machine's record", responses=problems(*NOT_THERE)
)
async def get_equipment_record(connection: Database, site: Site, code: Code) -> Record:
    """What its nameplate says and what else is to be known of it; empty where nobody wrote anything yet."""
    return await _shown(connection, await require_machine(connection, site, code))


@router.put(
    "/record",
    operation_id="put_equipment_record",
    summary="Write a machine's record",
    responses=problems(*NOT_THERE, "person-not-found", *WITH_A_BODY),
)
async def put_equipment_record(connection: Database, site: Site, code: Code, given: NameplateGiven) -> Record:
    """Write the record as a whole. What it was and is, and who changed it, is kept; the same once more is no change."""
    with refused_as("invalid-request", ValueError):
        wanted = msgspec.convert(given.model_dump(mode="json", exclude={"by", "reason"}), EquipmentRecord)
    with signed():
        async with connection.transaction():
            machine = await require_machine(connection, site, code)
            who = await actor(connection, given.by)
            await record.put(connection, machine.id, wanted, who.id, reason=given.reason)
    return await _shown(connection, await require_machine(connection, site, code))


@router.get("/files", operation_id="list_equipment_files", summary="A machine's files", responses=problems(*NOT_THERE))
async def list_equipment_files(connection: Database, site: Site, code: Code) -> list[MachineFile]:
    """Documents and photos, the newest first. Those of its orders are in the timeline."""
    machine = await require_machine(connection, site, code)
    return [MachineFile.of(row) for row in await files.files(connection, machine.id)]


@router.post(
    "/files",
    operation_id="add_equipment_file",
    summary="Add a document or a photo",
    status_code=201,
    openapi_extra=FILE_BODY,
    responses=problems(*NOT_THERE, "person-not-found", "file-refused", *WITH_A_BODY),
)
async def add_equipment_file(
    shared: Shared,
    request: Request,
    site: Site,
    code: Code,
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=200), Query(description="What it shows or says.")
    ] = "",
    name: Annotated[str, Query(max_length=300, description="The file's name, where the body is the file itself.")] = "",
    by: By = None,
) -> MachineFile:
    """Send the file as the body or in a form: a photo as JPEG, PNG or WebP, a document as PDF, up to 20 MB."""
    async with shared.connections.borrow() as connection:
        await require_machine(connection, site, code)
    sent = await file_of(request, name)
    with refusing_files():
        file = await prepared(sent.content, sent.name)
    async with shared.connections.borrow() as connection, connection.transaction():
        machine = await require_machine(connection, site, code)
        with signed():
            who = await actor(connection, by)
        return MachineFile.of(await files.add(connection, machine, file, title, who))


@router.delete(
    "/files/{key}",
    operation_id="remove_equipment_file",
    summary="Remove a file from a machine",
    status_code=204,
    responses=problems(*NOT_THERE, "attachment-not-found", "person-not-found"),
)
async def remove_equipment_file(
    connection: Database, site: Site, code: Code, key: UUID, by: By = None, reason: ReasonOrNone = ""
) -> Response:
    """The machine has it no longer. It is not erased: the timeline goes on saying that it was there."""
    async with connection.transaction():
        machine = await require_machine(connection, site, code)
        with signed(), refused_as("attachment-not-found", FileNotFoundOnMachineError):
            who = await actor(connection, by)
            await files.remove(connection, machine, key, who, datetime.now(UTC), reason=reason)
    return Response(status_code=204)


@router.get(
    "/notes",
    operation_id="list_equipment_notes",
    summary="Notes on a machine",
    responses=problems(*NOT_THERE, "invalid-cursor"),
)
async def list_equipment_notes(
    connection: Database, response: Response, wanted: PageWanted, site: Site, code: Code
) -> PageOf[Note]:
    """What people wrote down, the newest first."""
    machine = await require_machine(connection, site, code)
    before = None
    if wanted.after is not None:
        time, _, number = wanted.after.partition("|")
        try:
            before = parse(time), counted(number, below=2**63)
        except ValueError:
            raise not_ours() from None
    found, rest = await files.notes(connection, machine.id, wanted.limit, before)
    following = None if rest is None else f"{rest[0].isoformat()}|{rest[1]}"
    return wanted.page(response, map(Note.model_validate, found), following)


@router.post(
    "/notes",
    operation_id="add_equipment_note",
    summary="Write a note on a machine",
    status_code=201,
    responses=problems(*NOT_THERE, "person-not-found", *WITH_A_BODY),
)
async def add_equipment_note(connection: Database, site: Site, code: Code, given: NoteGiven) -> Note:
    """What the next one should know. A note is not changed afterwards: who knows better writes another."""
    async with connection.transaction():
        machine = await require_machine(connection, site, code)
        with signed():
            who = await actor(connection, given.by)
        return Note.model_validate(await files.add_note(connection, machine.id, given.text, who, datetime.now(UTC)))


@router.post(
    "/label",
    operation_id="replace_equipment_label",
    summary="Make a machine's labels of before worthless",
    status_code=204,
    responses=problems(*NOT_THERE, "person-not-found", *WITH_A_BODY),
)
async def replace_equipment_label(connection: Database, site: Site, code: Code, given: LabelGiven) -> Response:
    """Give the machine another key: print its label anew. Whoever scans a former one is told that it is not valid."""
    async with connection.transaction():
        machine = await require_machine(connection, site, code)
        with signed():
            who = await actor(connection, given.by)
        await record.new_report_key(connection, machine.id, who.id, given.reason)
    return Response(status_code=204)


async def _shown(connection: Connection, machine: MachineRow) -> Record:
    family = await record.family(connection, machine.id)
    changed = await record.changes(connection, machine.id)
    return Record(
        equipment=machine.address,
        name=machine.name,
        name_zh=machine.name_zh,
        equipment_class=machine.equipment_class,
        space=machine.space,
        inside=[each.code for each in family[1:]],
        record=Nameplate.model_validate(msgspec.to_builtins(machine.record)),
        has_label=machine.report_key is not None,
        files=[MachineFile.of(row) for row in await files.files(connection, machine.id)],
        changes=[RecordChange.model_validate(row) for row in changed[:_CHANGES]],
    )
