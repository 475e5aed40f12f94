"""Carrying the factory over a restart: every part's memory, and where the registers stand, in one JSON file.

A second start finds the counters where the first left them, so no meter goes backwards. Faults are not carried over.
The file is written whole or not at all; one that does not fit this version is refused, never half used.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from simulators.factory.factory import Factory
from simulators.factory.telemetry import Telemetry

_FORMAT = 1
SAVE_EVERY_S = 60


class StateFileError(ValueError):
    """The file cannot be used; the message says why and what to do."""


class Saved(NamedTuple):
    """When the state was saved, and whether the run ended with it."""

    time_s: int
    orderly: bool


def save(path: Path, factory: Factory, telemetry: Telemetry, seed: int, *, orderly: bool) -> None:
    """Write the state of this instant; `orderly`: nothing was published after it."""
    memories = _memories(factory, telemetry)
    document = {
        "format": _FORMAT, "seed": seed, "time_s": factory.time_s, "orderly": orderly,
        "memories": {name: _plain(memory) for name, memory in memories.items()},
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(json.dumps(document), encoding="utf-8")
    part.replace(path)


def load(path: Path, factory: Factory, telemetry: Telemetry, seed: int) -> Saved | None:
    """Take the state over and return when it was saved; None where there is no file yet."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StateFileError(f"{path} cannot be read ({error}): remove it to begin with a new factory") from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT or document.get("seed") != seed:
        raise StateFileError(f"{path} is of another version or another --seed: remove it to begin with a new factory")
    try:
        _take_over(_memories(factory, telemetry), document["memories"])
        factory.time_s = int(document["time_s"])
        return Saved(factory.time_s, bool(document["orderly"]))
    except (KeyError, TypeError, ValueError) as error:
        raise StateFileError(f"{path} does not fit this version ({error}): remove it to begin anew") from error


def _take_over(memories: dict[str, Any], stored: dict[str, Any]) -> None:
    if stored.keys() != memories.keys():
        raise TypeError(f"parts differ: {', '.join(sorted(stored.keys() ^ memories.keys()))}")
    for name, memory in memories.items():
        _fill(memory, stored[name])


def _memories(factory: Factory, telemetry: Telemetry) -> dict[str, Any]:
    parts = {f"registers {fleet.fleet.template}": fleet.registers.memory for fleet in telemetry.fleets}
    return {**factory.memories(), **parts}


def _plain(value: Any) -> Any:  # noqa: ANN401  a walk over whatever a memory holds
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _fill(memory: Any, document: dict[str, Any]) -> None:  # noqa: ANN401  as above
    names = {field.name for field in dataclasses.fields(memory)}
    if names != document.keys():
        raise TypeError(f"fields differ: {', '.join(sorted(names ^ document.keys()))}")
    for name in names:
        setattr(memory, name, _like(getattr(memory, name), document[name], name))


def _like(present: Any, value: Any, name: str) -> Any:  # noqa: ANN401  as above
    if isinstance(present, np.ndarray):
        array = np.array(value, dtype=float)
        # A fleet without registers has an empty array, whose second dimension JSON cannot tell.
        if array.shape != present.shape and array.size + present.size:
            raise TypeError(f"{name} has another size")
        return array.reshape(present.shape)
    if dataclasses.is_dataclass(present):
        _fill(present, value)
        return present
    if isinstance(present, list):
        if len(present) != len(value):
            raise TypeError(f"{name} has another length")
        for item, stored in zip(present, value, strict=True):
            _fill(item, stored)
        return present
    return type(present)(value)
