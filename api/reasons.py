"""Why a person decided something. Blanks around the text are left out, and blanks alone are no reason."""

from typing import Annotated

from pydantic import StringConstraints

LONGEST = 1000
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
#: Where a reason is only needed sometimes.
ReasonOrNone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]
