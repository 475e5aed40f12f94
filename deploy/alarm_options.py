"""What a person adds to a step of an alarm on the command line: a comment, and for how long it is shelved.

The API takes the same and no more: what one way refuses the other must not store.
"""

from __future__ import annotations

import math

import click

COMMENT_AT_MOST = 1000
YEAR_MINUTES = 366 * 24 * 60
"""What the API takes at most; how long shelving may last is a setting, and less."""


def commented(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """A comment as it is stored; blank is none."""
    comment = value.strip()
    if param.required and not comment:
        raise click.BadParameter("it is empty: say why, others will ask", ctx, param)
    if len(comment) > COMMENT_AT_MOST:
        raise click.BadParameter(f"it has {len(comment)} characters, at most {COMMENT_AT_MOST} are kept", ctx, param)
    return comment


def _a_figure(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    """Minutes that are a figure: `nan` passes every comparison of a range."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("it is no figure: write minutes, as in 30", ctx, param)
    return value


minutes_option = click.option(
    "--minutes",
    type=click.FloatRange(0, YEAR_MINUTES, min_open=True),
    callback=_a_figure,
    help="For how long; without it an hour.",
)
"""For how long something is shelved."""
