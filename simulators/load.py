"""Load for benchmarks and crash tests: a fixed number of messages, as fast as the broker takes them, and then an end.

    content (which messages) --> order (in which sequence) --> connections (a window each) --> broker

    python -m simulators.load --url mqtt://127.0.0.1:1883 --site load --devices 100 --messages 200000 --values 5

What it prints at the end is JSON: counts, speed, and the numbers from which anybody can compute the content. The exit
code is 0 when every message was acknowledged, 1 when not; SIGINT and SIGTERM end it early with the same report.

With `--fill CLIENT --filter FILTER` the broker first gets a session of that name, subscribed to that filter, and so
keeps all messages for it: a backlog for a receiver that starts later.

It refuses to be a weapon: loopback addresses only, bounded in messages and in time.
"""

import asyncio
import dataclasses
import ipaddress
import json
import math
import signal
import socket
import sys
import time

import click

from simulators import mqtt_frames as frames
from simulators.broker_address import BadBrokerUrlError, BrokerAddress
from simulators.load_connection import Connection, Tally
from simulators.load_content import Content, Order

MOST_MESSAGES = 20_000_000
MOST_SECONDS = 3600.0
_WEEK_S = 7 * 86_400


class LoadRefusedError(ValueError):
    """The load cannot be run as asked; the message says what to ask instead."""


def local_broker(url: str) -> BrokerAddress:
    """The broker's address, which must be this machine's own."""
    broker = BrokerAddress.parse(url)
    if broker.tls:
        raise LoadRefusedError("the load generator speaks no TLS: write mqtt://")
    host = str(socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)[0][4][0])
    if not ipaddress.ip_address(host).is_loopback:
        raise LoadRefusedError(f"{broker.host} is another machine: load goes to a broker on this one (127.0.0.1) only")
    return dataclasses.replace(broker, host=host)


async def open_session(broker: BrokerAddress, client_id: str, topic_filter: str) -> None:
    """Give the broker a session that is away, so that it keeps what comes for it; one that exists stays as it is."""
    reader, writer = await asyncio.open_connection(broker.host, broker.port)
    hello = frames.connect(
        client_id, clean_start=False, session_expiry_s=_WEEK_S, user=broker.user, password=broker.password
    )
    answers = frames.Reader()
    for request, awaited in ((hello, frames.CONNACK), (frames.subscribe(1, topic_filter), frames.SUBACK)):
        writer.write(request)
        kind, body = next(iter(answers.packets(await asyncio.wait_for(reader.read(4096), 10.0))), (0, b""))
        if kind != awaited or (body[1] if kind == frames.CONNACK else body[-1]) >= 0x80:
            raise LoadRefusedError(f"the broker does not let {client_id!r} subscribe to {topic_filter!r}")
    writer.write(frames.disconnect())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


class Load:
    """All connections of one load."""

    def __init__(
        self, broker: BrokerAddress, content: Content, order: Order, connections: int, *, remembers: bool = True
    ) -> None:
        if content.messages > MOST_MESSAGES:
            raise LoadRefusedError(f"{content.messages} messages: at most {MOST_MESSAGES}")
        self._broker = broker
        self._content = content
        self._tally = Tally(seen=bytearray(content.messages))
        self._connections = [
            Connection(content, order, n, connections, self._tally, remembers=remembers) for n in range(connections)
        ]
        self._began_s = self._ended_s = 0.0

    async def run(self, window: int, rate_per_s: float = math.inf, limit_s: float = MOST_SECONDS) -> None:
        """Publish everything; TimeoutError when that takes longer than the limit."""
        self._began_s = time.perf_counter()
        share_per_s = rate_per_s / len(self._connections)
        try:
            async with asyncio.timeout(min(limit_s, MOST_SECONDS)), asyncio.TaskGroup() as group:
                for number, connection in enumerate(self._connections):
                    client_id = f"{self._content.site}-load-{number}"
                    group.create_task(connection.run(self._broker, client_id, window, share_per_s, self._finished))
        finally:
            self._ended_s = time.perf_counter()

    def _finished(self) -> bool:
        return all(connection.done for connection in self._connections)

    def report(self) -> dict[str, object]:
        """What happened up to now."""
        tally = self._tally
        seconds = max((self._ended_s or time.perf_counter()) - self._began_s, 1e-9)
        return {
            "finished": tally.acknowledged == self._content.messages,
            "acknowledged": tally.acknowledged,
            "published": tally.published,
            "republished": tally.republished,
            "connects": tally.connects,
            "without_subscriber": tally.without_subscriber,
            "refused": tally.refused,
            "trouble": sorted({connection.trouble for connection in self._connections} - {""}),
            "seconds": round(seconds, 3),
            "messages_per_s": round(tally.acknowledged / seconds),
            "values_per_s": round(tally.acknowledged * self._content.values / seconds),
            "content": dataclasses.asdict(self._content),
        }


async def _run_and_report(load: Load, window: int, rate_per_s: float, limit_s: float, progress: bool) -> bool:
    running = asyncio.create_task(load.run(window, rate_per_s, limit_s))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    while not running.done():
        await asyncio.wait([running], timeout=1.0)
        if progress:
            print(json.dumps(load.report()), file=sys.stderr, flush=True)
    report = load.report()
    print(json.dumps(report, indent=2))
    if not running.cancelled() and (error := running.exception()) and not isinstance(error, TimeoutError):
        raise error
    return bool(report["finished"])


@click.command(context_settings={"show_default": True, "help_option_names": ["-h", "--help"]})
@click.option("--url", required=True, help="The broker, mqtt://127.0.0.1:PORT; this machine's only.")
@click.option("--site", default="load", help="Site code in the topics.")
@click.option("--devices", default=100, type=click.IntRange(1, 100_000))
@click.option("--messages", required=True, type=click.IntRange(1, MOST_MESSAGES), help="Of all devices together.")
@click.option("--values", default=5, type=click.IntRange(1, 1000), help="In each message.")
@click.option("--seed", default=1, type=click.IntRange(0))
@click.option("--start-ms", type=int, help="Time of the first message, Unix milliseconds. [default: ends now]")
@click.option("--step-ms", default=1000, type=click.IntRange(1), help="Between two messages of a device.")
@click.option("--connections", default=4, type=click.IntRange(1, 1000))
@click.option("--window", default=1000, type=click.IntRange(1, 60_000), help="Unacknowledged packets a connection.")
@click.option("--rate", default=math.inf, type=click.FloatRange(0, min_open=True), help="Messages a second.")
@click.option("--seconds", default=600.0, type=click.FloatRange(0, MOST_SECONDS), help="When to give up.")
@click.option("--disorder", default=0.0, type=click.FloatRange(0, 1), help="Share sent behind newer ones.")
@click.option("--duplicates", default=0.0, type=click.FloatRange(0, 1), help="Share sent twice.")
@click.option("--span", default=1000, type=click.IntRange(1), help="How many messages late, at most.")
@click.option("--fill", metavar="CLIENT", help="First open a session of this name, which keeps the messages.")
@click.option("--filter", "topic_filter", default="ioe/v1/+/+/telemetry", help="What that session subscribes to.")
@click.option("--forgetful", is_flag=True, help="Never say again what was acknowledged: shows what the broker loses.")
@click.option("--progress", is_flag=True, help="A report each second on standard error, one line of JSON.")
def main(
    url: str,
    site: str,
    devices: int,
    messages: int,
    values: int,
    seed: int,
    start_ms: int | None,
    step_ms: int,
    connections: int,
    window: int,
    rate: float,
    seconds: float,
    disorder: float,
    duplicates: float,
    span: int,
    fill: str | None,
    topic_filter: str,
    forgetful: bool,
    progress: bool,
) -> None:
    """Publish a fixed, computable set of messages with QoS 1 and report the speed as JSON."""
    if start_ms is None:
        start_ms = int(time.time()) * 1000 - -(-messages // devices) * step_ms
    try:
        broker = local_broker(url)
        content = Content(site, devices, messages, values, seed, start_ms, step_ms)
        if fill:
            asyncio.run(open_session(broker, fill, topic_filter))
        load = Load(broker, content, Order(disorder, duplicates, span), connections, remembers=not forgetful)
        finished = asyncio.run(_run_and_report(load, window, rate, seconds, progress))
    except (LoadRefusedError, BadBrokerUrlError, OSError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if finished else 1)


if __name__ == "__main__":
    main()
