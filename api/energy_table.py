"""The energy analysis as a table: a row for each group and bucket, as CSV or as a workbook."""

import csv
import io
from collections.abc import Iterator
from typing import Literal

from fastapi import Response
from openpyxl import Workbook

from api.energy_answer import EnergyAnswer, EnergyFigures, EnergyGroup
from api.instants import shown

Form = Literal["json", "csv", "xlsx"]
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: dict[str, Form] = {"text/csv": "csv", _WORKBOOK: "xlsx"}
_HEAD = (
    "start", "stop", "carrier", "meter", "space", "org_unit", "band", "energy", "unit", "measured", "interpolated",
    "estimated", "missing_s", "cost", "currency", "average_price", "unbilled", "peak_share", "critical_peak", "peak",
    "intermediate", "off_peak", "deep_off_peak",
)  # fmt: skip


def table(answer: EnergyAnswer, form: Form) -> Response:
    """The whole answer as a file."""
    name = f"energy_{answer.site}_{answer.start:%Y%m%d}_{answer.stop:%Y%m%d}.{form}"
    if form == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(_rows(answer))
        content, media_type = text.getvalue().encode(), "text/csv; charset=utf-8; header=present"
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("energy")
        for row in _rows(answer):
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        content, media_type = file.getvalue(), _WORKBOOK
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _rows(answer: EnergyAnswer) -> Iterator[list[str | float | None]]:
    yield list(_HEAD)
    for group in answer.groups:
        if not group.points:
            yield _row(group, group.total, shown(answer.start), shown(answer.stop))
        for point in group.points:
            yield _row(group, point, shown(point.start), shown(point.stop))


def _row(group: EnergyGroup, figures: EnergyFigures, start: str, stop: str) -> list[str | float | None]:
    quality = figures.quality
    return [
        start, stop, group.carrier, group.meter, group.space, group.org_unit, group.band, figures.energy, group.unit,
        *((None,) * 3 if quality is None else (quality.measured, quality.interpolated, quality.estimated)),
        figures.missing_s, figures.cost, group.currency, figures.average_price, figures.unbilled, figures.peak_share,
        *(figures.by_band.get(band) for band in _HEAD[-5:]),
    ]  # fmt: skip
