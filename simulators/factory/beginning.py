"""Where a run begins: with a new factory, or where the state file left the last one.

                 state file          crash                   now - history       now
    last run ------- o ------------- x .......................... o ------------- o
                     |  again, unseen  |  unseen, in long steps   |   published   | real time
                     +-----------------+--------------------------+---------------+

A new factory runs unseen for half an hour first: tanks, rooms and oil have to find their temperatures. A factory that
goes on was never switched off, only nobody heard it: what happened meanwhile is simulated unseen, at most six hours of
it. After a crash the first minutes, which may have been published already, are repeated step by step; being a function
of seed and state they come out the same, so no counter goes back and no reading is said twice with two values.
"""

from __future__ import annotations

import math

from simulators.factory import state_file
from simulators.factory.clock import iso_local
from simulators.factory.factory import LONGEST_STEP_S, Factory
from simulators.factory.settings import BadSettingsError, Settings
from simulators.factory.state_file import SAVE_EVERY_S
from simulators.factory.telemetry import Telemetry

_WARM_UP_S = 1800
_LONGEST_GAP_S = 6 * 3600
# What may have been published after the last save before a crash: twice, because saving may have been late.
_REPEATED_S = 2 * SAVE_EVERY_S


def begin(settings: Settings, now_s: float) -> tuple[Factory, Telemetry]:
    """Return a factory at the time at which publishing starts, and its registers."""
    factory = Factory(settings.seed)
    telemetry = Telemetry(factory.fleets, settings.seed)
    saved = None
    if settings.state is not None:
        saved = state_file.load(settings.state, factory, telemetry, settings.seed)
    if saved is None:
        start_s = _on_grid(settings, settings.start_s if settings.start_s is not None else now_s - settings.history_s)
        _unseen(factory, start_s - _WARM_UP_S, start_s, LONGEST_STEP_S)
    else:
        _go_on(factory, settings, now_s, saved)
    factory.take_changes()
    return factory, telemetry


def _go_on(factory: Factory, settings: Settings, now_s: float, saved: state_file.Saved) -> None:
    ended_s, step_s = saved.time_s, settings.main_leg.step_s
    start_s = settings.start_s if settings.start_s is not None else now_s
    if ended_s > start_s + step_s:
        raise BadSettingsError(
            f"{settings.state} ended at {iso_local(ended_s)}, after this run's start: its counters would run in the "
            "past. Give a later --start, or remove the file to begin with a new factory."
        )
    if not saved.orderly:
        again_s = min(ended_s + _REPEATED_S, math.floor(start_s))
        _unseen(factory, ended_s, again_s - (again_s - ended_s) % step_s, step_s)
    if settings.start_s is None and settings.history_s:
        start_s = max(now_s - settings.history_s, factory.time_s)
    start_s = max(_on_grid(settings, start_s), factory.time_s)
    _unseen(factory, max(factory.time_s, start_s - _LONGEST_GAP_S), start_s, LONGEST_STEP_S)


def _on_grid(settings: Settings, start_s: float) -> int:
    """Round down so that quarter hours are whole numbers of steps."""
    step_s = (settings.history_leg if settings.history_s else settings.main_leg).step_s
    return math.floor(start_s / step_s) * step_s


def _unseen(factory: Factory, from_s: int, to_s: int, step_s: int) -> None:
    """Let time pass; steps end on the grid, shorter ones lead on to it and off it."""
    factory.time_s = from_s
    while factory.time_s < to_s:
        next_s = min((factory.time_s // step_s + 1) * step_s, to_s)
        factory.step(next_s, next_s - factory.time_s)
