"""What the API says of a machine's record, its files and notes, its timeline."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.instants import Instant
from api.reasons import By, ReasonOrNone
from services.equipment.entries import EntryRow, Kind
from services.equipment.files import FileRow
from services.equipment.record import Criticality

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class Nameplate(BaseModel):
    """What a machine's nameplate says, and what else is to be known of it."""

    maker: Line = ""
    model: Line = ""
    serial: Line = ""
    built_year: Annotated[int | None, Field(ge=1800, le=2999)] = None
    installed_on: date | None = None
    commissioned_on: date | None = None
    supplier: Line = ""
    warranty_until: date | None = None
    criticality: Annotated[
        Criticality | None,
        Field(description="`a`: its stop stops the factory; `b`: it stops a part of it; `c`: it can wait."),
    ] = None
    camera: Annotated[Line, Field(description="Which camera looks at it: a name, or an http or rtsp address.")] = ""
    rated: Annotated[
        dict[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)], Line],
        Field(description="What else the nameplate says, in its own words.", examples=[{"power": "75 kW"}]),
    ] = {}
    notes: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)] = ""


class NameplateGiven(Nameplate):
    """A record as a whole: what is left out is empty."""

    model_config = ConfigDict(extra="forbid")

    by: By = None
    reason: ReasonOrNone = ""


class MachineFile(BaseModel):
    """A document or a photo."""

    model_config = ConfigDict(from_attributes=True)

    key: Annotated[UUID, Field(description="The file is at `/api/v1/attachments/{key}`.")]
    kind: Literal["document", "photo"]
    title: str
    name: str
    media_type: str
    size_bytes: int
    width_px: int | None
    height_px: int | None
    added_at: Instant
    added_by: str

    @classmethod
    def of(cls, row: FileRow) -> "MachineFile":
        """The file as it is shown."""
        return cls.model_validate(row)


class RecordChange(BaseModel):
    """Who changed what of a record."""

    model_config = ConfigDict(from_attributes=True)

    at: Instant
    actor: str
    reason: str
    before: Any
    after: Any


class Record(BaseModel):
    """A machine's record."""

    equipment: Annotated[str, Field(description="`site/code`.", examples=["kunshan/compressor-1"])]
    name: str
    name_zh: str | None
    equipment_class: str
    space: str | None
    inside: Annotated[list[str], Field(description="Codes of the machines that are inside it, at any depth.")]
    record: Nameplate
    has_label: Annotated[bool, Field(description="Whether a label was made for it.")]
    files: Annotated[list[MachineFile], Field(description="The newest first.")]
    changes: Annotated[list[RecordChange], Field(description="Of the record, the newest first, at most a hundred.")]


class NoteGiven(BaseModel):
    """Something to write down about a machine."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    by: By = None


class Note(BaseModel):
    """Something that somebody wrote down. Plain text."""

    model_config = ConfigDict(from_attributes=True)

    at: Instant
    actor: str
    text: str


class Entry(BaseModel):
    """Something that happened to a machine. Texts are plain text, as people wrote them."""

    at: Instant
    ended_at: Annotated[Instant | None, Field(description="Null: it had no length, or it goes on.")]
    kind: Kind
    event: Annotated[
        str,
        Field(
            description="operation: day, fault, stopped, no_data ...; alarm: raised; repair, maintenance: opened, "
            "started, held, resumed, done, reopened, verified, cancelled, escalated, overdue; downtime: its reason; "
            "part: used, returned; document: document, photo; note: note; change: added, changed, retired, restored, "
            "renamed, record.",
            examples=["day"],
        ),
    ]
    machine: Annotated[str, Field(description="Its code: of the machine itself, or of one inside it.")]
    title: str
    title_zh: str
    text: str
    actor: Annotated[str | None, Field(description="Null: the service itself.")]
    reference: Annotated[
        str | None, Field(description="Which alarm `site/rule/machine`, which order `site/number`, which file's key.")
    ]
    detail: Annotated[
        dict[str, Any],
        Field(
            description="Figures of its kind: of a day run_h, loaded_h, idle_h, stopped_h, fault_h, no_data_h, starts.",
            examples=[{"day": "2026-11-23", "run_h": 7.5, "starts": 3}],
        ),
    ]

    @classmethod
    def of(cls, row: EntryRow) -> "Entry":
        """The entry as it is shown."""
        return cls(
            at=row.at,
            ended_at=row.ended_at,
            kind=row.kind,  # type: ignore[arg-type] # the statements' own kinds
            event=row.event,
            machine=row.machine,
            title=row.title,
            title_zh=row.title_zh,
            text=row.text,
            actor=row.actor,
            reference=row.reference,
            detail=row.detail,
        )
