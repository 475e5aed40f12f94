"""Parts as requests and answers have them."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from api.instants import Instant
from api.money import ExactGiven
from api.reasons import By, ReasonOrNone
from services.parts.stock import MOST

#: A quantity or a cost in an answer: a plain number, which a screen shows as it is.
Figure = Annotated[Decimal, PlainSerializer(float, return_type=float), WithJsonSchema({"type": "number"})]
Given = Annotated[ExactGiven, Field(ge=0, le=int(MOST))]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
ClientKey = Annotated[
    UUID | None, Field(description="Made by the client for each movement: sent again with it, it is done once.")
]


class SparePart(BaseModel):
    """A part of a site."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/oil-filter"])]
    site: str
    code: Annotated[str, Field(examples=["oil-filter"])]
    name: str
    name_zh: str
    unit: Annotated[str, Field(examples=["pcs"])]
    location: Annotated[str, Field(description="Where it lies.", examples=["A-3"])]
    supplier: str
    stock: Figure
    minimum: Annotated[Figure, Field(description="Fewer are too few.")]
    is_low: Annotated[bool, Field(description="Whether there are fewer than its minimum.")]
    unit_cost: Annotated[Figure | None, Field(description="What one costs when it comes next.")]
    currency: str | None
    retired_at: Instant | None


class Movement(BaseModel):
    """What changed a stock."""

    model_config = ConfigDict(from_attributes=True)

    part: Annotated[str, Field(description="Its code.")]
    site: str
    at: Instant
    kind: Literal["received", "used", "returned", "counted"]
    quantity: Annotated[Figure, Field(description="What it did to the stock.", examples=[-2])]
    stock: Annotated[Figure, Field(description="What there was after it.")]
    unit: str
    unit_cost: Annotated[Figure | None, Field(description="What one cost at that time.")]
    currency: str | None
    order: Annotated[str | None, Field(description="The order that took it or brought it back.")]
    actor: str
    reason: str


class PutPart(BaseModel):
    """A part as it is to be; what is left out is empty."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    name_zh: _Line = ""
    unit: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)] = "pcs"
    location: _Line = ""
    supplier: _Line = ""
    minimum: Given = Decimal(0)
    unit_cost: Given | None = None
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$", examples=["CNY"])] = None
    opening_stock: Annotated[Given, Field(description="Counts where the part is new.")] = Decimal(0)
    is_retired: Annotated[bool, Field(description="It is kept no longer; its movements stay.")] = False
    reason: ReasonOrNone = ""
    by: By = None


class Received(BaseModel):
    """Some have come."""

    model_config = ConfigDict(extra="forbid")

    quantity: Given
    unit_cost: Annotated[Given | None, Field(description="What one cost: the part costs that from now on.")] = None
    reason: ReasonOrNone = ""
    by: By = None
    client_key: ClientKey = None


class Counted(BaseModel):
    """So many are on the shelf."""

    model_config = ConfigDict(extra="forbid")

    stock: Given
    reason: ReasonOrNone = ""
    by: By = None
    client_key: ClientKey = None
