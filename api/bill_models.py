"""Bills as they are asked for and answered. Amounts are exact: they come as decimal text."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from analytics.billing.bill import LineKind
from analytics.billing.inputs import SubjectKind
from api.instants import Instant
from api.money import Exact
from api.names import CONTRACT, MONTH, PATH
from api.reasons import Reason, ReasonOrNone

Status = Literal["draft", "closed", "restatement"]


class BillHead(BaseModel):
    """A bill in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(examples=["kunshan/grid/2026-04/meter/main/1"])]
    site: str
    contract: str
    subject: SubjectKind
    name: Annotated[str, Field(description="A meter's code, or the path of a space or unit.", examples=["b1/f2"])]
    month: Annotated[date, Field(description="The first day of the local month.")]
    status: Annotated[Status, Field(description="Drafts may be made again; the others never change.")]
    restates: Annotated[str | None, Field(description="The bill whose figures this one adds to.")]
    currency: Annotated[str, Field(examples=["CNY"])]
    total: Annotated[Exact, Field(description="Signed; of a restatement the difference.")]
    actor: str
    reason: str
    at: Instant


class BillLine(BaseModel):
    """One item: so much of something at a price."""

    model_config = ConfigDict(from_attributes=True)

    kind: LineKind
    component: Annotated[str, Field(examples=["purchase"])]
    name: str
    name_zh: str | None
    band: Annotated[str | None, Field(description="null: the same in every band.", examples=["peak"])]
    quantity: Exact
    unit: Annotated[str, Field(examples=["kWh"])]
    price: Annotated[Exact, Field(description="Currency per unit; of the power factor a share of its base.")]
    amount: Exact
    from_day: date
    until_day: Annotated[date, Field(description="The day after the last one that the line is for.")]
    detail: str


class BillDetail(BillHead):
    """A bill with its lines; the total is their sum."""

    lines: list[BillLine]
    notes: Annotated[list[str], Field(description="What the energy behind it is worth: estimated, missing, unbilled.")]


class BillSubject(BaseModel):
    """Whose bill."""

    model_config = ConfigDict(extra="forbid")

    kind: SubjectKind
    name: Annotated[str, Field(pattern=PATH, description="A meter's code, or a path.", examples=["b1/f2"])]


class NewBills(BaseModel):
    """Which drafts to make."""

    model_config = ConfigDict(extra="forbid")

    contract: Annotated[str, Field(pattern=CONTRACT, examples=["kunshan/grid"])]
    month: Annotated[str, Field(pattern=MONTH, examples=["2026-04"])]
    subjects: Annotated[list[BillSubject], Field(max_length=1000, description="None: the main meters.")] = []


class Bills(BaseModel):
    """The bills that were made, closed or restated, by name."""

    bills: list[str]


class Closing(BaseModel):
    """How a month is closed."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[
        ReasonOrNone, Field(description="Why it is closed although energy is missing or quarantined.")
    ] = ""


class Restating(BaseModel):
    """Why a month is restated."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Reason, Field(examples=["a meter was read late"])]


class Part(BaseModel):
    """What a topmost space or unit bears."""

    name: str
    amount: Exact


class Division(BaseModel):
    """A month's whole bill divided; parts and the unallocated rest are the total."""

    currency: str
    total: Exact
    parts: list[Part]
    unallocated: Exact
