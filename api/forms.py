"""In which form an answer is wanted: JSON, or a file of another type, by the request's `Accept`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeVar

from api.problems import Problem

Form = TypeVar("Form", bound=str)

AS_CSV: Mapping[str, Literal["csv"]] = MappingProxyType({"text/csv": "csv"})


def accepted(accept: str, what: str, files: Mapping[str, Form]) -> Form | Literal["json"]:
    """The first accepted form that there is; `files`: forms other than JSON by media type. Raises Problem for none."""
    for part in accept.split(","):
        wanted = part.partition(";")[0].strip().lower()
        if wanted in ("*/*", "application/json", "application/*", ""):
            return "json"
        for media_type, form in files.items():
            if wanted in (media_type, f"{media_type.partition('/')[0]}/*"):
                return form
    there = ", ".join(("application/json", *files))
    raise Problem("not-acceptable", f"{what} as {there}, not as {accept[:100]}.")
