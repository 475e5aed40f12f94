"""The pages that problem types lead to: what a kind of error means and what to do about it."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.openapi_parts import problems
from api.problems import KINDS, Problem, ProblemKind

router = APIRouter(prefix="/problems", tags=["problems"])


class Explanation(BaseModel):
    """A kind of error."""

    type: Annotated[str, Field(description="As in problem documents.", examples=["/problems/point-not-found"])]
    status: int
    title: str
    remedy: Annotated[str, Field(description="What a client does about it.")]


class Explanations(BaseModel):
    """Every kind of error there is."""

    items: list[Explanation]


@router.get("", operation_id="list_problems", summary="All kinds of errors")
async def list_problems() -> Explanations:
    """Every problem type of this API."""
    return Explanations(items=[_shown(kind) for kind in KINDS.values()])


@router.get("/{slug}", operation_id="get_problem", summary="One kind of error", responses=problems("not-found"))
async def get_problem(slug: Annotated[str, Path(max_length=64)]) -> Explanation:
    """What a problem type means."""
    kind = KINDS.get(slug)
    if kind is None:
        raise Problem("not-found", f"There is no problem type {slug!r}: see /problems.")
    return _shown(kind)


def _shown(kind: ProblemKind) -> Explanation:
    return Explanation(type=f"/problems/{kind.slug}", status=kind.status, title=kind.title, remedy=kind.remedy)
