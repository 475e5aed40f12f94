"""What people give when they open an order, take a step of it, or write down what they did."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

from analytics.alarms.rule import Priority
from api.instants import InstantGiven
from api.names import CODE
from api.reasons import By, Reason, ReasonOrNone
from api.work_order_models import Kind

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000)]
Code = Annotated[str, Field(pattern=CODE)]
ClientKey = Annotated[
    UUID | None, Field(description="Of the client's own making; sent again, nothing is done a second time.")
]


class Signed(BaseModel):
    """What any writing call may have: who does it."""

    model_config = ConfigDict(extra="forbid")

    by: By = None


class NewWorkOrder(Signed):
    """An order by hand."""

    site: Annotated[Code, Field(examples=["kunshan"])]
    title: Annotated[Title, Field(examples=["Oil under compressor 1"])]
    title_zh: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    description: LongText = ""
    subject_kind: Literal["equipment", "device", "meter", "site"] = "equipment"
    subject: Annotated[Code, Field(description="Code of the machine, device or meter, or the site's.")]
    kind: Annotated[Kind | None, Field(description="Null: the job's, else `repair`.")] = None
    priority: Priority = "medium"
    job: Annotated[Code | None, Field(description="Its checklist, isolations and parts are copied.")] = None
    skill: Annotated[str | None, StringConstraints(min_length=1, max_length=64)] = None
    assignee: Annotated[Code | None, Field(description="Code of a person.")] = None
    team: Code | None = None
    due_at: Annotated[InstantGiven | None, Field(description="Null: by its priority.")] = None
    takes_out_of_service: Annotated[
        bool, Field(description="Starting it takes the machine's alarms out of service.")
    ] = False
    client_key: ClientKey = None


class OrderStep(Signed):
    """A step, with what a person may say to it."""

    comment: ReasonOrNone = ""


class Assigning(OrderStep):
    """To whom: a person, a team, or both."""

    assignee: Annotated[Code | None, Field(description="Code of a person.")] = None
    team: Code | None = None
    anyway: Annotated[bool, Field(description="Although the skill is missing; the comment says why.")] = False


class Starting(OrderStep):
    """Whether the machine's alarms are out of service meanwhile."""

    takes_out_of_service: Annotated[bool | None, Field(description="Null: as the order says.")] = None


class Completing(OrderStep):
    """What was found, and what was done."""

    cause: Annotated[
        str | None,
        Field(
            description="The true cause: one of the order's `cause_choices`. Needed of repairs and orders from alarms.",
            max_length=200,
            examples=["not-reproducible"],
        ),
    ] = None
    cause_note: LongText = ""
    resolution: LongText = ""


class Reopening(OrderStep):
    """Why it is not done after all."""

    keep_results: Annotated[bool, Field(description="Keep the results of its checklist.")] = True


class Urgency(OrderStep):
    """Another priority, and why."""

    priority: Priority


class Due(OrderStep):
    """Another due time, and why."""

    due_at: InstantGiven


class JobGiven(Signed):
    """After which job it is done."""

    job: Annotated[Code, Field(examples=["compressor-service"])]


class OrderComment(Signed):
    """A comment, as plain text."""

    comment: Reason


class TaskResult(Signed):
    """What a line of the checklist found. Of a measured one the value says whether it passed."""

    result: Annotated[
        Literal["passed", "failed", "skipped"] | None, Field(description="Left out for a measured value.")
    ] = None
    value: FiniteFloat | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class Locking(Signed):
    """A padlock hangs."""

    lock: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=64), Field(description="Number of the padlock.")
    ] = ""


class UsedPart(Signed):
    """A part that was taken for the order, or given back."""

    part: Annotated[Code, Field(examples=["oil-filter-90"])]
    quantity: Annotated[FiniteFloat, Field(gt=0, le=1e9)]
    returned: Annotated[bool, Field(description="Given back, not used.")] = False
    reason: ReasonOrNone = ""
    client_key: ClientKey = None


class Worked(Signed):
    """Hours that somebody worked: a person by code, or the name of somebody from outside."""

    person: Annotated[Code | None, Field(description="Code of a person; neither this nor a name: `by`.")] = None
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    began_at: Annotated[InstantGiven | None, Field(description="Null: they end now.")] = None
    hours: Annotated[FiniteFloat, Field(gt=0, le=24)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class Down(Signed):
    """The machine cannot do its work."""

    began_at: Annotated[InstantGiven | None, Field(description="Null: now.")] = None
    reason: Literal["breakdown", "planned", "waiting_for_parts", "no_supply", "other"] = "breakdown"
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class UpAgain(Signed):
    """It does its work again."""

    ended_at: Annotated[InstantGiven | None, Field(description="Null: now.")] = None
