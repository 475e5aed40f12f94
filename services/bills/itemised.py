"""A bill in words: what stands on it wherever it is written, on paper or in a workbook, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from analytics.billing.bill import Line
from analytics.billing.inputs import next_month
from analytics.tariffs.bands import Band
from services.bills.contracts import ContractRow
from services.bills.stored import Kept

BANDS: Mapping[Band, str] = MappingProxyType(
    {
        Band.UNBILLED: "unbilled 未计价",
        Band.CRITICAL_PEAK: "critical peak 尖",
        Band.PEAK: "peak 峰",
        Band.INTERMEDIATE: "intermediate 平",
        Band.OFF_PEAK: "off peak 谷",
        Band.DEEP_OFF_PEAK: "deep off peak 深谷",
    }
)
_STATUS = {"draft": "DRAFT 草稿", "closed": "closed 已结账", "restatement": "restatement 更正"}
_SUBJECTS = {"meter": "Meter 电表", "space": "Space 区域", "org_unit": "Unit 部门"}
COLUMNS = (
    "Item 项目",
    "Band 时段",
    "Days 日期",
    "Quantity 数量",
    "Unit 单位",
    "Price 单价",
    "Amount 金额",
    "Remarks 备注",
)


@dataclass(frozen=True, slots=True)
class Item:
    """A line: texts, and the numbers as they are."""

    name: str
    band: str
    days: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    remarks: str


@dataclass(frozen=True, slots=True)
class Itemised:
    """Title, facts in the order they are shown, lines, total, notes of the data's quality."""

    title: str
    status: str
    facts: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    currency: str
    total: Decimal
    notes: tuple[str, ...]
    reference: str
    amount_decimals: int


def itemised(contract: ContractRow, kept: Kept) -> Itemised:
    """The words of a bill."""
    head, inputs = kept.head, kept.head.worked_out_from
    facts = [
        ("Bill 账单", head.reference),
        ("Status 状态", _STATUS[head.status]),
        ("Site 工厂", _both(contract.site_name, contract.site_name_zh)),
        ("Contract 合同", f"{_both(contract.name, contract.name_zh)} ({contract.carrier})"),
        (_SUBJECTS[head.subject], head.name),
        ("Month 月份", f"{head.month:%Y-%m} ({contract.time_zone})"),
        ("Tariff 电价", ", ".join(dict.fromkeys(part.tariff for part in inputs.stretches if part.tariff)) or "none 无"),
        ("Made 制单", f"{head.at:%Y-%m-%d %H:%M} UTC, {head.actor}"),
    ]
    if head.restates is not None:
        facts.append(("Restates 更正", head.restates))
    if head.reason:
        facts.append(("Reason 原因", head.reason))
    if inputs.peak is not None:
        facts.append(("Highest demand 最大需量", f"{inputs.peak.power_kw:f} kW, 15 min {inputs.peak.window}"))
    return Itemised(
        title="Bill 账单" if head.status != "restatement" else "Restatement of a bill 账单更正",
        status=head.status,
        facts=tuple(facts),
        items=tuple(
            _item(line, head.month == line.from_day and line.until_day == next_month(head.month))
            for line in kept.bill.lines
        ),
        currency=kept.bill.currency,
        total=kept.bill.total,
        notes=kept.bill.notes,
        reference=head.reference,
        amount_decimals=inputs.amount_decimals,
    )


def file_name(reference: str, suffix: str) -> str:
    """A name that any file system takes."""
    return f"bill_{reference.replace('/', '_')}.{suffix}"


def _item(line: Line, whole_month: bool) -> Item:
    return Item(
        _both(line.name, line.name_zh),
        "" if line.band is None else BANDS[line.band],
        "" if whole_month else f"{line.from_day:%d}-{line.until_day - timedelta(days=1):%d}",
        line.quantity,
        line.unit,
        line.price,
        line.amount,
        line.detail,
    )


def _both(name: str, name_zh: str | None) -> str:
    return name if not name_zh or name_zh == name else f"{name} {name_zh}"


def grouped(value: Decimal, least_decimals: int = 0) -> str:
    """A number as people read it: thousands apart, no zeros at the end beyond so many decimals."""
    text = f"{value:,f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least_decimals, "0")
    return f"{whole}.{decimals}" if decimals else whole


def texts(items: Sequence[Item], amount_decimals: int) -> list[list[str]]:
    """Lines as texts, in the order of `COLUMNS`."""
    return [
        [
            item.name,
            item.band,
            item.days,
            grouped(item.quantity),
            item.unit,
            grouped(item.price, 4),
            grouped(item.amount, amount_decimals),
            item.remarks,
        ]
        for item in items
    ]
