"""What a load is made of: messages that anybody can compute again from a few numbers.

    message i of N:   device d = i mod D,  its s-th message, s = i div D
    time              start_ms + s * step_ms           so (device, time) is unique
    value k           ((seed + 31 d + 17 s + 7 k) mod 10007) / 100   kW

A test computes the rows it expects with these three lines and none of our code. In which order messages leave, which
are held back behind newer ones (late, as from a gateway that was away) and which come twice is decided by a random
generator with the same seed, so a run can be repeated exactly.
"""

import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from simulators import mqtt_frames

MODULUS = 10_007
_NUMBERS = [b"%d.%02d" % divmod(hundredths, 100) for hundredths in range(MODULUS)]


def device_code(device: int) -> str:
    """The code of a device of the load."""
    return f"load-{device:05d}"


def value_key(value: int) -> str:
    """The key of a value of the load."""
    return f"v{value:03d}_kw"


@dataclass(frozen=True, slots=True)
class Content:
    """The messages of a load."""

    site: str
    devices: int
    messages: int
    values: int
    seed: int
    start_ms: int
    step_ms: int

    def topic_fields(self) -> list[bytes]:
        """Each device's topic as it stands in a packet."""
        return [mqtt_frames.text(f"ioe/v1/{self.site}/{device_code(d)}/telemetry") for d in range(self.devices)]

    def template(self) -> bytes:
        """The payload with a place for the time and for each value."""
        places = ",".join(f'"{value_key(value)}":%b' for value in range(self.values))
        return f'{{"ts":%d,"values":{{{places}}}}}'.encode()

    def payload(self, template: bytes, message: int) -> bytes:
        """The payload of a message, written into `template`."""
        sequence, device = divmod(message, self.devices)
        first = self.seed + 31 * device + 17 * sequence
        numbers = [_NUMBERS[number % MODULUS] for number in range(first, first + 7 * self.values, 7)]
        return template % (self.start_ms + sequence * self.step_ms, *numbers)

    def values_of(self, message: int) -> tuple[float, ...]:
        """The values of a message, as numbers."""
        sequence, device = divmod(message, self.devices)
        first = self.seed + 31 * device + 17 * sequence
        return tuple((first + 7 * value) % MODULUS / 100 for value in range(self.values))


@dataclass(frozen=True, slots=True)
class Order:
    """How far from orderly the devices are."""

    late: float = 0.0  # share of messages held back behind newer ones
    duplicates: float = 0.0  # share sent a second time, later
    span: int = 1000  # by at most how many messages of the same connection

    def sequence(
        self, content: Content, connection: int, connections: int
    ) -> "array[int]":  # quoted: subscriptable for the type checker only
        """The numbers of the messages that one connection sends, in the order it sends them.

        A device stays with one connection, as a real one does.
        """
        own = (m for m in range(content.messages) if m % content.devices % connections == connection)
        return array("I", self._shuffled(own, random.Random(f"{content.seed} {connection}")))

    def _shuffled(self, messages: Iterator[int], dice: random.Random) -> Iterator[int]:
        held: list[tuple[int, int]] = []  # (leaves at this position, message)
        for position, message in enumerate(messages):
            while held and held[0][0] <= position:
                yield heappop(held)[1]
            if self.duplicates and dice.random() < self.duplicates:
                heappush(held, (position + dice.randint(1, self.span), message))
            if self.late and dice.random() < self.late:
                heappush(held, (position + dice.randint(1, self.span), message))
            else:
                yield message
        while held:
            yield heappop(held)[1]
