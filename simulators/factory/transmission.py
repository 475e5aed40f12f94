"""What happens to samples between device and line: silence, backlog, repetition, disorder, wrong clocks.

    sample --> wrong value --> wrong clock --> silent? --> held back? --> out of order? --> twice? --> batches
                                                 |             |
                                            (replacement)  (drop-out: sent as a backlog when it ends)

A drop-out is the field bus or the radio failing: the device measures on and delivers later what its memory holds.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator

from simulators.factory.fault import Fault, Kind
from simulators.factory.telemetry import Sample, Value

_MEMORY_SAMPLES = 20_000
_BACKLOG_SAMPLES = 50  # in one message
_SHUFFLED_SAMPLES = 4
_OFFSET_DECIMALS = 3  # as fine as the finest display

Batch = list[Sample]


class Transmission:
    """The way of all samples; remembers what is held back."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._stuck: dict[str, Value] = {}
        self._backlog: dict[str, deque[Sample]] = {}
        self._shuffled: dict[str, Batch] = {}

    def send(self, samples: Iterable[Sample], active: list[Fault]) -> Iterator[Batch]:
        """Return the messages to publish now: one sample each, or a backlog of several of one device."""
        yield from self._returned(active)
        self._stuck = {
            name: value for name, value in self._stuck.items() if any(fault.name == name for fault in active)
        }
        for sample in samples:
            mine = [fault for fault in active if fault.device in (sample.device, sample.gateway)]
            yield from self._one(sample, mine) if mine else ([sample],)

    def _one(self, sample: Sample, faults: list[Fault]) -> Iterator[Batch]:
        kinds = {fault.kind for fault in faults}
        sample = self._bent(sample, faults)
        if Kind.REPLACEMENT in kinds:
            return
        if Kind.DROP_OUT in kinds:
            self._backlog.setdefault(sample.device, deque(maxlen=_MEMORY_SAMPLES)).append(sample)
            return
        ready = [sample]
        if Kind.REORDERING in kinds:
            waiting = self._shuffled.setdefault(sample.device, [])
            waiting.append(sample)
            if len(waiting) < _SHUFFLED_SAMPLES:
                return
            ready = self._shuffled.pop(sample.device)
            self._dice.shuffle(ready)
        for one in ready:
            yield [one]
            if Kind.DUPLICATES in kinds:
                yield [one]

    def _bent(self, sample: Sample, faults: list[Fault]) -> Sample:
        for fault in faults:
            if fault.kind is Kind.STUCK_SENSOR and fault.key in sample.values:
                value = self._stuck.setdefault(fault.name, sample.values[fault.key])
                sample = sample._replace(values={**sample.values, fault.key: value})
            elif fault.kind is Kind.SENSOR_OFFSET and fault.key in sample.values:
                shown = float(sample.values[fault.key]) + fault.size
                sample = sample._replace(values={**sample.values, fault.key: round(shown, _OFFSET_DECIMALS)})
            elif fault.kind is Kind.CLOCK_SKEW:
                sample = sample._replace(time_s=sample.time_s + fault.size)
        return sample

    def _returned(self, active: list[Fault]) -> Iterator[Batch]:
        """Yield what was held back for faults that are over."""
        if self._backlog:
            silent = {fault.device for fault in active if fault.kind is Kind.DROP_OUT}
            for device, samples in list(self._backlog.items()):
                if device not in silent and samples[0].gateway not in silent:
                    held = list(self._backlog.pop(device))
                    yield from (held[at : at + _BACKLOG_SAMPLES] for at in range(0, len(held), _BACKLOG_SAMPLES))
        if self._shuffled:
            disordered = {fault.device for fault in active if fault.kind is Kind.REORDERING}
            for device, waiting in list(self._shuffled.items()):
                if device not in disordered and waiting[0].gateway not in disordered:
                    yield from ([sample] for sample in self._shuffled.pop(device))

    def rest(self) -> Iterator[Batch]:
        """Yield everything that is still held back: a device that is switched off delivers before it goes."""
        yield from self._returned([])
