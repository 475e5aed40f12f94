"""Every error of the API: a problem document after RFC 9457.

    {"type": "/problems/point-not-found", "title": "...", "status": 404,
     "detail": "what happened here, and what to do", "instance": "/api/v1/points/k/m-1/x", "request_id": "..."}

`type` is stable and safe to program against; following it gives the page that explains it. `title` never changes for
a type, `detail` does. The table below is all there is: a route raises `Problem(kind, detail)`, whatever else goes wrong
is brought into the same form by the answers in api/failures.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of error: its stable slug, its HTTP status, its title and what a client does about it."""

    slug: str
    status: int
    title: str
    remedy: str


_KINDS = (
    ProblemKind(
        "invalid-request",
        422,
        "The request does not fit the interface",
        "Mend the parameters or the body: `errors` names each place and what was expected there.",
    ),
    ProblemKind(
        "unknown-parameter",
        422,
        "The request has a parameter that does not exist",
        "Remove or respell it. A misspelt filter is refused, because ignoring it would answer another question.",
    ),
    ProblemKind(
        "invalid-cursor",
        400,
        "The cursor cannot be read",
        "Start again without `cursor`. A cursor is only valid for the list and the filters that it came from.",
    ),
    ProblemKind("malformed-body", 400, "The body cannot be read", "Send JSON with `Content-Type: application/json`."),
    ProblemKind("not-found", 404, "There is no such address", "See /docs for the addresses that exist."),
    ProblemKind(
        "site-not-found", 404, "There is no such site", "Look the code up in /api/v1/sites; codes are lower case."
    ),
    ProblemKind("space-not-found", 404, "There is no such space", "Look the path up in /api/v1/spaces, as in `b1/f2`."),
    ProblemKind("org-unit-not-found", 404, "There is no such organisational unit", "Look it up in /api/v1/org-units."),
    ProblemKind("equipment-not-found", 404, "There is no such equipment", "Look the code up in /api/v1/equipment."),
    ProblemKind("device-not-found", 404, "There is no such device", "Look the code up in /api/v1/devices."),
    ProblemKind(
        "point-not-found", 404, "There is no such point", "Look it up in /api/v1/points; its name is `site/device/key`."
    ),
    ProblemKind(
        "meter-not-found",
        404,
        "There is no such meter or register",
        "Look it up in /api/v1/meters; a meter has a register for each flow that it counts.",
    ),
    ProblemKind(
        "ruling-refused",
        409,
        "The ruling cannot be made",
        "Name a quarantined span by its exact ends, as the ledger shows them: `detail` lists the open ones.",
    ),
    ProblemKind(
        "manual-reading-refused",
        409,
        "The reading cannot be entered",
        "Mend the value or its time: `detail` says what the register can show.",
    ),
    ProblemKind(
        "replacement-refused",
        409,
        "The replacement cannot be entered",
        "Mend it, or undo what stands in its way first: `detail` says which.",
    ),
    ProblemKind(
        "not-reconcilable",
        409,
        "There is nothing to reconcile",
        "Ask about a meter with a register that has been judged, or for losses about one with children.",
    ),
    ProblemKind(
        "contract-not-found", 404, "There is no such contract", "Contracts come with the site folder: apply it first."
    ),
    ProblemKind(
        "tariff-not-found", 404, "There is no such tariff", "Look it up in /api/v1/tariffs; codes are lower case."
    ),
    ProblemKind("bill-not-found", 404, "There is no such bill", "Look it up in /api/v1/bills, or make it."),
    ProblemKind(
        "billing-refused",
        409,
        "The bill cannot be made",
        "Mend what `detail` names: a closed month is restated, a tariff without a price is completed.",
    ),
    ProblemKind(
        "closing-refused",
        409,
        "The month cannot be closed or restated",
        "Mend what `detail` names, or give a reason to close it all the same.",
    ),
    ProblemKind("invoice-not-found", 404, "There is no such invoice", "Look it up in /api/v1/invoices."),
    ProblemKind(
        "channel-not-found",
        404,
        "There is no such notification channel",
        "Look it up in /api/v1/notification-channels; channels come with the site folder's notifications.toml.",
    ),
    ProblemKind(
        "alarm-not-found",
        404,
        "There is no such alarm",
        "Look it up in /api/v1/alarms; its name is `site/rule/subject`.",
    ),
    ProblemKind(
        "alarm-action-refused",
        409,
        "The alarm does not take that step",
        "`detail` says why and what to do instead.",
    ),
    ProblemKind(
        "machine-not-found",
        404,
        "No rule is on such a machine",
        "Give the code of a device, meter or equipment as /api/v1/alarms?include=normal shows it.",
    ),
    ProblemKind("rule-not-found", 404, "There is no such rule", "Look it up in /api/v1/alarm-rules, by site and code."),
    ProblemKind(
        "rule-refused",
        422,
        "The rule or override cannot be stored",
        "Mend everything that `mistakes` names; docs/alarms.md says what a rule may have.",
    ),
    ProblemKind(
        "trial-refused",
        409,
        "The rule cannot be tried, or not over so much history",
        "`detail` says why, and how much can be tried at once; `ioe rules try` has no limit.",
    ),
    ProblemKind(
        "work-order-not-found",
        404,
        "There is no such work order",
        "Look it up in /api/v1/work-orders; its name is `site/number`. `include=over` lists those that are over, too.",
    ),
    ProblemKind(
        "work-order-step-refused",
        409,
        "The work order does not take that step",
        "`detail` says what is to be done first, `reason` names it; `possible` of the order lists what can be done.",
    ),
    ProblemKind(
        "person-not-found",
        404,
        "There is no such person",
        "Look the code up in /api/v1/people; people come with the site folder's people.toml.",
    ),
    ProblemKind("team-not-found", 404, "There is no such team", "Look the code up in /api/v1/teams."),
    ProblemKind(
        "report-not-found",
        404,
        "No machine has this label",
        "Scan the label on the machine again; one that was replaced is no longer valid.",
    ),
    ProblemKind(
        "too-many-reports",
        429,
        "Too many reports in a short time",
        "Wait for the seconds in `Retry-After`. In danger do not wait: call the people on duty.",
    ),
    ProblemKind(
        "file-refused",
        415,
        "The file is not of a kind that is kept",
        "`detail` says what is accepted: photos as JPEG, PNG or WebP, documents as PDF.",
    ),
    ProblemKind(
        "attachment-not-found",
        404,
        "There is no such photo or document",
        "Take its key from `files` of the order or of the machine's record.",
    ),
    ProblemKind("job-not-found", 404, "There is no such job", "Look it up in /api/v1/jobs, by site and code."),
    ProblemKind(
        "plan-not-found", 404, "There is no such plan", "Look it up in /api/v1/maintenance-plans, by site and code."
    ),
    ProblemKind(
        "maintenance-refused",
        422,
        "The job or plan cannot be stored",
        "Mend everything that `mistakes` names; docs/maintenance.md says what a job and a plan may have.",
    ),
    ProblemKind(
        "version-moved",
        409,
        "Somebody else has changed it meanwhile",
        "Read it again, look what has changed, and change the newest version.",
    ),
    ProblemKind("part-not-found", 404, "There is no such part", "Look it up in /api/v1/parts, by site and code."),
    ProblemKind(
        "part-refused",
        409,
        "The stock cannot be changed so",
        "`detail` says how many there are and what to do: receive what has come, or count the shelf.",
    ),
    ProblemKind("dead-letter-not-found", 404, "There is no such dead letter", "It may have been dropped by retention."),
    ProblemKind(
        "unmapped-not-found",
        404,
        "Nothing unmapped has that name",
        "Look it up in /api/v1/unmapped; it may have been mapped by now.",
    ),
    ProblemKind(
        "mapping-refused",
        409,
        "The mapping cannot be made",
        "Choose another point, or mend the registry: `detail` says what stands in the way.",
    ),
    ProblemKind(
        "method-not-allowed", 405, "The method is not allowed here", "Use a method listed in the `Allow` header."
    ),
    ProblemKind("not-acceptable", 406, "No representation of the wanted type", "Ask for application/json or text/csv."),
    ProblemKind("body-too-large", 413, "The body is too large", "Send it in several smaller requests."),
    ProblemKind("request-refused", 400, "The request was refused", "See `detail`."),
    ProblemKind(
        "host-not-allowed",
        421,
        "The API does not answer to this host name",
        "Call it by localhost or 127.0.0.1, or add the name to [api] host_names.",
    ),
    ProblemKind(
        "internal-error",
        500,
        "The service made a mistake",
        "It is logged under the request id; report it with that id.",
    ),
    ProblemKind(
        "database-unavailable",
        503,
        "The database does not answer",
        "Try again after the seconds in `Retry-After`; `ioe doctor` says what is wrong.",
    ),
    ProblemKind(
        "collision",
        503,
        "Somebody else changed the same things at the same moment",
        "Nothing was done; send the same request again.",
    ),
    ProblemKind(
        "schema-behind",
        503,
        "The database has an older schema than this service",
        "Run `ioe migrate`, then try again.",
    ),
    ProblemKind(
        "not-ready",
        503,
        "The service is not ready",
        "`checks` names what is missing; try again after the seconds in `Retry-After`.",
    ),
)

KINDS: Mapping[str, ProblemKind] = MappingProxyType({kind.slug: kind for kind in _KINDS})


class Problem(Exception):  # noqa: N818 - it is the answer to a request, named as the standard names it
    """An answer other than what was asked for. `more` are members of the document beside the standard ones."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        more: Mapping[str, object] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.kind = KINDS[slug]
        self.detail = detail
        self.more = more
        self.headers = headers
        super().__init__(f"{slug}: {detail}")


@contextmanager
def refused_as(slug: str, *kinds: type[Exception]) -> Iterator[None]:
    """Answer a refusal of the application with a problem of this kind, in its own words."""
    try:
        yield
    except kinds as error:
        raise Problem(slug, _sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = str(error)
    named = "/" in text.partition(" ")[0]  # an id stays as it is written
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith(("?", ".")) else ".")


def document(problem: Problem, instance: str, request_id: str) -> dict[str, object]:
    """The problem document's members, the standard's in the order of the standard."""
    return {
        "type": f"/problems/{problem.kind.slug}",
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
        "instance": instance,
        "request_id": request_id,
        **problem.more,
    }
