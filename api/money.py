"""Exact numbers in JSON: amounts, prices and quantities as decimal text (`"88512.00"`), which no reader rounds."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer, WithJsonSchema


def _text(value: Decimal) -> str:
    return f"{value:f}"


_AS_TEXT: Callable[[Decimal], str] = _text

#: A number in an answer.
Exact = Annotated[
    Decimal,
    PlainSerializer(_AS_TEXT, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["88512.00"]}),
]

#: A number in a request: text, or a JSON number as it is written.
ExactGiven = Annotated[Decimal, Field(max_digits=30, decimal_places=12, allow_inf_nan=False, examples=["88512.00"])]
