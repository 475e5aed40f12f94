"""Circles: following what each thing rests on must come to an end.

A meter's parent, and the meters that a virtual meter is the sum of, may not lead back to it: its losses would be its
own, its energy never known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def circles(rests_on: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Circles among names, each once, beginning with its least name; names that rest on nothing may be absent."""
    settled: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(rests_on):
        if start in settled:
            continue
        way: dict[str, Iterator[str]] = {start: iter(sorted(rests_on[start]))}
        while way:
            name = next(reversed(way))
            below = next(way[name], None)
            if below is None:
                settled.add(name)
                del way[name]
            elif below in way:
                steps = list(way)
                found.append(_from_least(steps[steps.index(below) :]))
            elif below not in settled and below in rests_on:
                way[below] = iter(sorted(rests_on[below]))
    return found


def shown(circle: list[str]) -> str:
    """`a -> b -> a`."""
    return " -> ".join([*circle, circle[0]])


def _from_least(circle: list[str]) -> list[str]:
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]
