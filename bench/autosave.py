"""What Mosquitto's saving costs and what a SIGKILL loses, for each way of saving: `python -m bench.autosave`.

For each setting a broker of its own, and a subscriber whose session exists and who is away:

    fill      messages until the backlog is as deep as asked
    publish   QoS 1 messages as fast as the broker acknowledges them          -> messages a second
    SIGKILL   at the last acknowledgement, then a restart on the same folder
    drain     the subscriber comes back and counts what is there              -> lost = acknowledged - found

    and once more with the same backlog: how fast the subscriber gets it      -> drained a second

The publisher speaks MQTT 3.1.1 over a plain socket, because there an acknowledgement is always four bytes: counting
bytes costs nothing, so the broker is what is measured.
"""

from __future__ import annotations

import argparse
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.places import server_account
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Programs, programs
from tests.servers import temporary_home

TOPIC = "bench/autosave"
PAYLOAD_BYTES = 500
WINDOW = 1000  # messages in flight: 50 gateways with 20 each
QUIET_S = 15.0  # a broker that saves a gigabyte says nothing meanwhile
LONGEST_DRAIN_S = 120.0  # a setting that has not delivered by then is told by its rate
SETTINGS = {
    "persistence alone (1800 s)": (),
    "every 60 s": ("autosave_on_changes false", "autosave_interval 60"),
    "every 30 s": ("autosave_on_changes false", "autosave_interval 30"),
    "every 10 s": ("autosave_on_changes false", "autosave_interval 10"),
    "every 1 s": ("autosave_on_changes false", "autosave_interval 1"),
    "each 100000 changes": ("autosave_on_changes true", "autosave_interval 100000"),
    "each 10000 changes": ("autosave_on_changes true", "autosave_interval 10000"),
    "each 1000 changes": ("autosave_on_changes true", "autosave_interval 1000"),
    "each 100 changes": ("autosave_on_changes true", "autosave_interval 100"),
    "each change": ("autosave_on_changes true", "autosave_interval 1"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One setting at one depth of the queue."""

    acknowledged: int
    seconds: float
    slowest_s: float
    lost: int
    drained_per_s: float

    @property
    def rate_per_s(self) -> float:
        """Messages acknowledged a second."""
        return self.acknowledged / self.seconds


def publish(port: int, count: int, give_up_s: float = 30.0) -> tuple[int, float, float]:
    """Publish until `count` are acknowledged or time is up: messages, seconds, the longest silence between answers."""
    topic = TOPIC.encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05bench")
        assert connection.recv(4) == b"\x20\x02\x00\x00", "the broker refused the publisher"
        body = struct.pack(">H", len(topic)) + topic
        length = len(body) + 2 + PAYLOAD_BYTES
        head = bytes((0x32, 0x80 | (length & 0x7F), length >> 7)) + body
        payload = b"x" * PAYLOAD_BYTES
        started_s = last_s = time.monotonic()
        sent, answered_bytes, slowest_s = 0, 0, 0.0
        while answered_bytes < 4 * count and time.monotonic() - started_s < give_up_s:
            burst = min(count - sent, WINDOW - (sent - answered_bytes // 4))
            connection.sendall(
                b"".join(head + struct.pack(">H", (sent + i) % 65535 + 1) + payload for i in range(burst))
            )
            sent += burst
            answered_bytes += len(connection.recv(65536))
            now_s = time.monotonic()
            slowest_s, last_s = max(slowest_s, now_s - last_s), now_s
        return answered_bytes // 4, time.monotonic() - started_s, slowest_s


def subscribe(port: int, at_most: int, quiet_s: float) -> int:
    """Be the subscriber whose session outlives its connection: take and acknowledge what waits; how many came.

    Every frame here has the same length, so a buffer of them is a table with the packet's number in two columns.
    """
    topic = TOPIC.encode()
    frame_bytes = 3 + 2 + len(topic) + 2 + PAYLOAD_BYTES
    number_at = 3 + 2 + len(topic)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\x10\x10\x00\x04MQTT\x04\x00\x00\x00\x00\x04away")
        connack = connection.recv(4, socket.MSG_WAITALL)
        assert connack[3] == 0, "the broker refused the subscriber"
        if not connack[2]:  # no session yet; a session that is there begins to send at once
            subscription = b"\x00\x01" + struct.pack(">H", len(topic)) + topic + b"\x01"
            connection.sendall(b"\x82" + bytes((len(subscription),)) + subscription)
            connection.recv(5, socket.MSG_WAITALL)
        connection.settimeout(quiet_s)
        taken, buffer, give_up_at_s = 0, bytearray(), time.monotonic() + LONGEST_DRAIN_S
        while taken < at_most and time.monotonic() < give_up_at_s:
            try:
                part = connection.recv(1 << 20)
            except TimeoutError:
                break
            buffer += part
            whole = len(buffer) // frame_bytes
            table = np.frombuffer(bytes(buffer[: whole * frame_bytes]), dtype=np.uint8).reshape(whole, frame_bytes)
            answers = np.empty((whole, 4), dtype=np.uint8)
            answers[:, :2] = (0x40, 2)
            answers[:, 2:] = table[:, number_at : number_at + 2]
            connection.sendall(answers.tobytes())
            del buffer[: whole * frame_bytes]
            taken += whole
            if not part:
                break
        connection.sendall(b"\xe0\x00")
        return taken


@contextmanager
def filled(found: Programs, saving: tuple[str, ...], depth: int) -> Iterator[EmbeddedBroker]:
    """A broker that saves in the given way and holds `depth` messages for a subscriber that is away."""
    with temporary_home("ioe-bench-") as home:
        broker = EmbeddedBroker(found.mosquitto, home, free_port(), server_account(), autosave=())
        broker.start()
        try:
            subscribe(broker.port, 0, QUIET_S)
            taken = publish(broker.port, depth, 120.0)[0] if depth else 0
            assert taken == depth, "the broker did not take the backlog"
            broker.stop()  # saves the backlog
            broker.autosave = saving
            broker.start()
            yield broker
        finally:
            broker.stop()


def measure(found: Programs, saving: tuple[str, ...], depth: int, count: int) -> Measured:
    """One setting with a queue of `depth` messages before the measurement."""
    with filled(found, saving, depth) as broker:
        acknowledged, seconds, slowest_s = publish(broker.port, count)
        broker.kill()
        broker.autosave = ()  # counting must not be slowed by what is measured
        broker.start()
        lost = depth + acknowledged - subscribe(broker.port, depth + acknowledged, QUIET_S)
    drained_per_s = 0.0
    if depth:
        with filled(found, saving, depth) as broker:
            started_s = time.monotonic()
            drained_per_s = subscribe(broker.port, depth, QUIET_S) / (time.monotonic() - started_s)
    return Measured(acknowledged, seconds, slowest_s, lost, drained_per_s)


def main() -> None:
    """Print one line for each setting and depth."""
    parser = argparse.ArgumentParser(prog="python -m bench.autosave", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="messages to publish for each measurement")
    parser.add_argument("--depth", type=int, nargs="+", default=[0, 100_000], help="messages queued before it")
    parser.add_argument("--only", nargs="+", default=[""], help="settings whose name contains one of these texts")
    choice = parser.parse_args()
    found = programs(print)
    columns = ("queued", "published", "a second", "longest pause s", "lost", "drained a second")
    print(f"{'saving':28}", *(f"{column:>{max(8, len(column))}}" for column in columns))
    for depth in choice.depth:
        for name, saving in SETTINGS.items():
            if not any(text in name for text in choice.only):
                continue
            got = measure(found, saving, depth, choice.count)
            print(
                f"{name:28} {depth:8} {got.acknowledged:9} {got.rate_per_s:8.0f} {got.slowest_s:15.2f} {got.lost:8} "
                f"{got.drained_per_s:16.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
