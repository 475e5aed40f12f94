"""Why a person decided something, and who it was. Blanks around a text are left out, and blanks alone are no reason."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.names import CODE

LONGEST = 1000
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
#: Where a reason is only needed sometimes.
ReasonOrNone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]

#: Who does it, by code. Until people sign in it is the caller who says so; without it nobody signed, `local`.
By = Annotated[
    str | None,
    Field(pattern=CODE, description="Code of the person who does it, as in /api/v1/people.", examples=["chen"]),
]
