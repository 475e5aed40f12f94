"""An instant on the command line: ISO 8601 with an offset, as in 2026-11-23T16:00:00+08:00."""

from __future__ import annotations

from datetime import UTC, datetime

import click


class Instant(click.ParamType[datetime]):
    """A time that says which instant it means; a local time without its offset is refused."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it. Ends the command with 2 where it is none."""
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time: write it as in 2026-11-23T16:00:00+08:00", param, ctx)
        if time.tzinfo is None:
            self.fail(f"{value!r} has no offset: write it as in 2026-11-23T16:00:00+08:00", param, ctx)
        try:
            return time.astimezone(UTC)
        except OverflowError:  # year 1 or 9999, and the offset leads out of it
            self.fail(f"{value!r} is outside the calendar: write it as in 2026-11-23T16:00:00+08:00", param, ctx)


INSTANT = Instant()


def shown(time: datetime) -> str:
    """An instant in UTC, to the second where it is a whole one."""
    return time.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
