"""A work order on paper: what it is about, what is to be done and locked out, what was used, all that happened, photos.

Printed before the work it is the sheet that a technician takes along: what is open has a box or a line to write on.
Printed after it, it is the proof that goes into the file. Times are those of clocks on the site.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from services.papers.pages import BODY, LABEL, SECTION, TITLE, document, facts, paragraph, photo, table
from services.work_orders.isolation import IsolationRow
from services.work_orders.reads import Detail
from services.work_orders.rows import OrderRow
from services.work_orders.tasks import TaskRow
from services.work_orders.trail import EntryRow

_BOX: Final = "□"
_LINE: Final = "____________"
_RESULTS: Final = {"passed": "passed 合格", "failed": "FAILED 不合格", "skipped": "skipped 跳过"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of the order as JPEG, and what is said about it."""

    title: str
    jpeg: bytes


def order_paper(order: Detail, pictures: Sequence[Picture], zone: tzinfo) -> bytes:
    """The file."""
    name = order.order.ref.address
    return document(f"{name}  {order.order.title}", list(_story(order, pictures, zone)))


def _story(found: Detail, pictures: Sequence[Picture], zone: tzinfo) -> Iterator[Flowable]:
    order = found.order
    yield paragraph(order.title, TITLE)
    if order.title_zh:
        yield paragraph(order.title_zh, TITLE)
    yield Spacer(1, 3 * mm)
    yield facts(list(_facts(order, zone)))
    for title, text in (
        ("Description 说明", order.description),
        ("Recommended 建议", "\n".join(filter(None, (order.action, order.action_zh)))),
        ("Resolution 处理结果", order.resolution),
    ):
        if text:
            yield paragraph(title, SECTION)
            yield paragraph(text)
    yield from _section(
        "Lock-out 能量隔离",
        ("energy 能量", "where and how 位置与方法", "locked 已上锁", "lock 锁号", "removed 已解锁"),
        [_isolation(each, zone) for each in found.isolations],
        (36, 60, 34, 16, 34),
    )
    yield from _section(
        "Checklist 检查表",
        ("", "task 项目", "limits 限值", "result 结果", "note 备注", "by 签名"),
        [_task(each, zone) for each in found.tasks],
        (8, 66, 26, 28, 28, 24),
    )
    yield from _section(
        "Parts 备件",
        (
            "part 备件",
            "name 名称",
            "planned 计划",
            "used 使用",
            "unit 单位",
            "cost each 单价",
            "place 库位",
            "stock 库存",
        ),
        [
            (
                each.part,
                each.name,
                _number(each.planned),
                _number(each.used) if each.used else _LINE[:6],
                each.unit,
                "" if each.unit_cost is None else f"{each.unit_cost:,.2f} {each.currency or ''}",
                each.location,
                _number(each.stock),
            )
            for each in found.parts
        ],
        (28, 42, 18, 16, 14, 28, 18, 16),
        {2, 3, 5, 7},
    )
    yield from _section(
        "Labour 工时",
        ("who 人员", "from 开始", "hours 小时", "note 备注"),
        [(each.name, _clock(each.began_at, zone), _number(each.hours), each.note) for each in found.labour],
        (50, 34, 20, 76),
        {2},
    )
    yield from _section(
        "Downtime 停机",
        ("from 开始", "to 结束", "reason 原因", "note 备注"),
        [
            (_clock(each.began_at, zone), _clock(each.ended_at, zone) or "goes on", each.reason, each.note)
            for each in found.downtime
        ],
        (34, 34, 36, 76),
    )
    yield from _section(
        "Alarms 报警",
        ("alarm 报警", "raised 发生", "ended 恢复", "value 数值", "message 内容"),
        [
            (
                each.alarm,
                _clock(each.raised_at, zone),
                _clock(each.ended_at, zone) or ("stands" if each.is_standing else ""),
                "" if each.value is None else f"{each.value:,.6g} {each.unit}",
                each.message,
            )
            for each in found.alarms
        ],
        (48, 28, 28, 22, 54),
    )
    yield from _section(
        "Trail 记录",
        ("when 时间", "what 事件", "state 状态", "who 人员", "comment 说明"),
        [_entry(each, zone) for each in found.trail],
        (30, 26, 28, 24, 72),
    )
    if not found.order.done_at:
        yield Spacer(1, 10 * mm)
        yield paragraph(f"Done by 完成人 {_LINE}    Verified by 验收人 {_LINE}", BODY)
    for number, picture in enumerate(pictures, 1):
        shown: list[Flowable] = [photo(picture.jpeg, 120, 90), paragraph(picture.title or f"Photo {number}", LABEL)]
        yield KeepTogether([Spacer(1, 5 * mm), *shown])


def _facts(order: OrderRow, zone: tzinfo) -> Iterator[tuple[str, str]]:
    yield "Work order 工单", order.ref.address
    yield "Machine 设备", " ".join(filter(None, (order.machine, order.machine_zh, f"({order.subject})")))
    if order.space:
        yield "Place 位置", order.space
    yield "State 状态", f"{order.state} since {_clock(order.since, zone)}"
    yield "Priority, kind 优先级, 类型", f"{order.priority}, {order.kind}, from {order.origin}"
    yield "Opened 创建", _by(order.opened_at, order.opened_by or order.requested_by, zone)
    yield "Start by, due 响应, 截止", f"{_clock(order.respond_by, zone) or '-'}, {_clock(order.due_at, zone) or '-'}"
    who = ", ".join(filter(None, (order.assignee_name, order.team_name)))
    yield "Given to 负责", who or "nobody yet"
    if order.suspected:
        yield "Suspected 疑似原因", " ".join(filter(None, (order.suspected_name, order.suspected_name_zh)))
    if order.cause:
        yield "Cause 真实原因", f"{order.cause}. {order.cause_note}" if order.cause_note else order.cause
    if order.done_at:
        yield "Done 完成", _by(order.done_at, order.done_by, zone)
    if order.verified_at:
        yield "Verified 验收", _by(order.verified_at, order.verified_by, zone)


def _section(
    title: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths_mm: Sequence[float],
    right: frozenset[int] | set[int] = frozenset(),
) -> Iterator[Flowable]:
    if rows:
        yield paragraph(title, SECTION)
        yield table(titles, rows, widths_mm, right)


def _isolation(row: IsolationRow, zone: tzinfo) -> tuple[str, ...]:
    what = row.isolation
    return (
        what.energy,
        ": ".join(filter(None, (what.where, what.how))),
        _by(row.confirmed_at, row.confirmed_by, zone) if row.confirmed_at else _BOX,
        row.lock or _LINE[:6],
        _by(row.removed_at, row.removed_by, zone) if row.removed_at else _BOX,
    )


def _task(row: TaskRow, zone: tzinfo) -> tuple[str, ...]:
    task = row.task
    limits = [f"{limit:,.6g}" if limit is not None else "" for limit in (task.minimum, task.maximum)]
    measured = "" if row.value is None else f"{row.value:,.6g} {task.unit} "
    return (
        f"{row.position}",
        "\n".join(filter(None, (task.text, task.text_zh))),
        f"{limits[0]} … {limits[1]} {task.unit}" if any(limits) else task.unit,
        f"{measured}{_RESULTS[row.result]}" if row.result else _BOX,
        row.note,
        _by(row.at, row.by, zone) if row.at else "",
    )


def _entry(entry: EntryRow, zone: tzinfo) -> tuple[str, ...]:
    states = "" if entry.from_state == entry.to_state else " > ".join(filter(None, (entry.from_state, entry.to_state)))
    return (_clock(entry.at, zone), entry.event.replace("_", " "), states, entry.actor or "the service", entry.comment)


def _by(at: datetime | None, who: str | None, zone: tzinfo) -> str:
    return " ".join(filter(None, (_clock(at, zone), who or "")))


def _clock(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _number(value: float | Decimal) -> str:
    return f"{value:,.6g}"
