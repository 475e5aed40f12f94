"""Pieces of the OpenAPI document that many routes share: problem answers, media types, tags."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import KINDS, MEDIA_TYPE, ProblemKind


class InvalidPlace(BaseModel):
    """One place in a request that does not fit."""

    where: Annotated[str, Field(alias="in", examples=["query"])]
    name: Annotated[str, Field(examples=["limit"])]
    message: Annotated[str, Field(examples=["input should be less than or equal to 1000"])]


class ProblemDocument(BaseModel):
    """An error after RFC 9457. Program against `type`; show `detail` to people."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(description="Stable; the address of its explanation.", examples=["/problems/not-found"])]
    title: str
    status: Annotated[int, Field(examples=[404])]
    detail: Annotated[str, Field(description="What happened here, and what to do.")]
    instance: Annotated[str, Field(examples=["/api/v1/points/kunshan/m-101/active_power_kw"])]
    request_id: Annotated[str, Field(description="As in the header X-Request-ID and in the service's log.")]
    errors: Annotated[list[InvalidPlace] | None, Field(description="Of `invalid-request`: each place.")] = None


def problems(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for slug in slugs:
        kind = KINDS[slug]
        content = {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}, "examples": {}}
        entry = by_status.setdefault(kind.status, {"description": kind.title, "content": {MEDIA_TYPE: content}})
        entry["content"][MEDIA_TYPE]["examples"][slug] = {"summary": kind.title, "value": _example(kind)}
    return by_status


#: What any route may answer with.
ANYWHERE = (
    "invalid-request",
    "unknown-parameter",
    "host-not-allowed",
    "internal-error",
    "collision",
    "database-unavailable",
    "schema-behind",
)

#: What a route that reads a body may answer with.
WITH_A_BODY = ("malformed-body", "body-too-large")


def _example(kind: ProblemKind) -> dict[str, object]:
    return {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.remedy,
        "instance": "/api/v1/...",
        "request_id": "0d5ee0a5b2b74b7a9f3c4c0e6c1f4a55",
    }
