"""Energy of increments laid on the minutes they cross, and minutes gathered into pieces.

An increment from a to b crosses a first minute, full ones and a last one. Each gets the floor of its linear share;
the millionths left over go one each to the largest remainders, among equal ones to the earlier minute. All full minutes
have the same share, so three shares describe an increment of any length:

    a--|-----|-----|-----|--b        first, full, full, full, last

Minutes of UTC lie wholly inside one piece: a quarter hour, or the part of it on one side of a band edge (`cuts_us`, on
whole minutes). Hence a piece is a sum of minutes, and so is every window that slides by a minute. A quality belongs to
an increment: measured inside one quarter hour, interpolated across its edge, estimated if longer than the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.metering.model import MINUTE_US, QUARTER_US
from analytics.readings import Int64

MEASURED, INTERPOLATED, ESTIMATED = 0, 1, 2

#: Beyond this length shares are worked out in Python integers: remainder x minute no longer fits 64 bits.
LONG_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Increments:
    """Energies of spans [starts_us, stops_us), none of them empty, in time order."""

    starts_us: Int64
    stops_us: Int64
    energies: Int64
    qualities: Int64


@dataclass(frozen=True, slots=True)
class Parts:
    """What falls of increments into minutes, in time order."""

    minutes_us: Int64
    energies: Int64
    covered_us: Int64
    qualities: Int64


def quality_of(start_us: int, stop_us: int, linear_us: int) -> int:
    """How well an increment tells when its energy flowed."""
    if start_us // QUARTER_US == (stop_us - 1) // QUARTER_US:
        return MEASURED
    return INTERPOLATED if stop_us - start_us <= linear_us else ESTIMATED


def spread(increments: Increments) -> Parts:
    """The parts of increments, by largest remainder."""
    starts, stops, energies = increments.starts_us, increments.stops_us, increments.energies
    first_minutes = starts // MINUTE_US
    counts = (stops - 1) // MINUTE_US - first_minutes + 1
    longest = int(counts.max())
    if longest == 1:
        return Parts(first_minutes * MINUTE_US, energies, stops - starts, increments.qualities)
    if longest == 2:
        return _halved(increments, first_minutes, counts)
    whole = counts == 1
    durations = stops - starts
    head_us = np.where(whole, durations, (first_minutes + 1) * MINUTE_US - starts)
    tail_us = durations - head_us - (counts - 2) * MINUTE_US
    full = np.maximum(counts - 2, 0)
    (head, full_each, tail), (head_left, full_left, tail_left) = _shares(durations, energies, head_us, tail_us)
    left = energies - head - full_each * full - np.where(whole, 0, tail)
    to_head = left > (full_left > head_left) * full + (tail_left > head_left)
    to_full = np.clip(left - ((head_left >= full_left) * 1 + (tail_left > full_left)), 0, full)
    to_tail = left > (head_left >= tail_left) * 1 + (full_left >= tail_left) * full

    owners = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    heads, tails = ends - counts, ends - 1
    places = np.arange(len(owners)) - heads[owners]
    parts = full_each[owners] + (places <= to_full[owners])
    parts[tails] = tail + to_tail
    parts[heads] = np.where(whole, energies, head + to_head)
    covered = np.full(len(owners), MINUTE_US, dtype=np.int64)
    covered[tails] = tail_us
    covered[heads] = head_us
    return Parts((first_minutes[owners] + places) * MINUTE_US, parts, covered, increments.qualities[owners])


def _halved(increments: Increments, first_minutes: Int64, counts: Int64) -> Parts:
    """The same where no increment crosses more than one edge of a minute, in fewer steps."""
    (crossing,) = (counts == 2).nonzero()
    minutes, energies = first_minutes.repeat(counts), increments.energies.repeat(counts)
    covered = (increments.stops_us - increments.starts_us).repeat(counts)
    heads = crossing + np.arange(len(crossing))
    tails = heads + 1
    durations, whole = covered[heads], energies[heads]
    head_us = (first_minutes[crossing] + 1) * MINUTE_US - increments.starts_us[crossing]
    per_us, left = np.divmod(whole, durations)
    head, head_left = np.divmod(left * head_us, durations)
    head += per_us * head_us + (2 * head_left >= durations)
    energies[heads], energies[tails] = head, whole - head
    covered[heads], covered[tails] = head_us, durations - head_us
    minutes[tails] += 1
    return Parts(minutes * MINUTE_US, energies, covered, increments.qualities.repeat(counts))


def _shares(
    durations: Int64, energies: Int64, head_us: Int64, tail_us: Int64
) -> tuple[tuple[Int64, Int64, Int64], tuple[Int64, Int64, Int64]]:
    """Floors and remainders of the shares of first, full and last minute."""
    per_us, left = np.divmod(energies, durations)
    head, head_left = np.divmod(left * head_us, durations)
    full, full_left = np.divmod(left * MINUTE_US, durations)
    tail, tail_left = np.divmod(left * tail_us, durations)
    floors = (head + per_us * head_us, full + per_us * MINUTE_US, tail + per_us * tail_us)
    remainders = (head_left, full_left, tail_left)
    for at in np.flatnonzero(durations > LONG_US).tolist():
        energy, duration = int(energies[at]), int(durations[at])
        for part, weight in enumerate((int(head_us[at]), MINUTE_US, int(tail_us[at]))):
            floors[part][at], remainders[part][at] = divmod(energy * weight, duration)
    return floors, remainders


def pieces_of(instants_us: Int64, cuts_us: Int64) -> Int64:
    """The start of the piece in which each instant lies."""
    quarters: Int64 = instants_us // QUARTER_US * QUARTER_US
    if len(cuts_us) == 0:
        return quarters
    before = cuts_us.searchsorted(instants_us, side="right") - 1
    cuts: Int64 = np.where(before >= 0, cuts_us[np.maximum(before, 0)], 0)
    return np.maximum(quarters, cuts)


def piece_at(instant_us: int, cuts_us: Int64) -> int:
    """The start of the piece in which one instant lies."""
    quarter = instant_us // QUARTER_US * QUARTER_US
    before = int(cuts_us.searchsorted(instant_us, side="right"))
    return max(quarter, int(cuts_us[before - 1])) if before else quarter


def runs_of(values: Int64) -> Int64:
    """Where runs of equal values begin."""
    new = np.empty(len(values), dtype=np.bool_)
    new[0] = True
    np.not_equal(values[1:], values[:-1], out=new[1:])
    starts: Int64 = new.nonzero()[0]
    return starts
