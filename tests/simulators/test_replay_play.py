"""What a replay puts on the wire, when, and what it tells on the way."""

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simulators.replay.job import Job
from simulators.replay.play import Player
from simulators.replay.progress import Progress, progress_line
from simulators.replay.recording import BadCell, BadRow, RecordingError
from tests.simulators.recordings import INTERVAL, REGISTER, job

TEXT = "time,kWh,load\n" + "".join(f"2018-01-13 00:{m},{m}.10,Light\n" for m in (15, 30, 45)) + "2018-01-32 01:00,1,x\n"
STATE = {"name": "load", "key": "load_type", "as": "state"}


class Wire:
    """Takes messages down with the second in which they came."""

    def __init__(self) -> None:
        self.messages: list[tuple[float, str, object]] = []

    async def publish(self, topic: str, payload: bytes) -> None:
        text = payload.decode()
        self.messages.append((asyncio.get_running_loop().time(), topic, json.loads(text, parse_float=Decimal)))

    @property
    def contents(self) -> list[object]:
        return [content for _, _, content in self.messages]


async def play(player: Player, wire: Wire, stop: asyncio.Event | None = None) -> list[BadRow | BadCell]:
    complaints: list[BadRow | BadCell] = []
    places: list[int] = []
    await player.play(
        wire, stop or asyncio.Event(), complain=complaints.append, progress=lambda rows, _: places.append(rows)
    )
    assert places == sorted(places)
    return complaints


@pytest.fixture
def three_rows(tmp_path: Path) -> Job:
    return job(tmp_path, TEXT, REGISTER, INTERVAL, STATE, date_format="ymd")


async def test_messages_say_the_end_of_the_interval_in_the_zone_s_time(three_rows: Job) -> None:
    wire, player = Wire(), Player(three_rows)
    complaints = await play(player, wire)
    assert wire.contents == [
        {"ts": "2018-01-13T00:00:00+09:00", "values": {"import_energy_kwh": 0}},
        *(
            {
                "ts": f"2018-01-13T00:{minute}:00+09:00",
                "values": {
                    "import_energy_kwh": Decimal(total),
                    "interval_energy_kwh": Decimal(f"{minute}.10"),
                    "load_type": "Light",
                },
            }
            for minute, total in ((15, "15.10"), (30, "45.20"), (45, "90.30"))
        ),
    ]
    assert {topic for _, topic, _ in wire.messages} == {"ioe/v1/s/d/telemetry"}
    assert [complaint.line for complaint in complaints] == [5]
    assert (player.tally.rows, player.tally.messages, dict(player.tally.bad_rows)) == (3, 4, {"time": 1})
    assert player.readings.totals == {"import_energy_kwh": Decimal("90.30")}


async def test_a_batch_is_one_array_and_holds_the_same_readings(three_rows: Job) -> None:
    single, batched = Wire(), Wire()
    await play(Player(three_rows), single)
    await play(Player(three_rows, batch=2), batched)
    assert [len(content) for content in batched.contents if isinstance(content, list)] == [3, 1]
    assert [item for content in batched.contents if isinstance(content, list) for item in content] == single.contents


async def test_speed_sets_the_pace(three_rows: Job) -> None:
    wire = Wire()
    began_s = asyncio.get_running_loop().time()
    await play(Player(three_rows, speed=9000.0), wire)  # a quarter hour in a tenth of a second
    due_s = [round(at_s - began_s, 3) for at_s, _, _ in wire.messages[1:]]
    assert all(at_s >= 0.1 * (place + 1) - 0.005 for place, at_s in enumerate(due_s))


async def test_stop_ends_the_wait(three_rows: Job) -> None:
    stop = asyncio.Event()
    wire, player = Wire(), Player(three_rows, speed=1.0)
    asyncio.get_running_loop().call_later(0.05, stop.set)
    await asyncio.wait_for(play(player, wire, stop), 5.0)
    assert (player.tally.rows, wire.messages) == (0, [])


async def test_a_message_that_no_receiver_takes_is_refused(tmp_path: Path) -> None:
    start = datetime(2018, 1, 13, tzinfo=UTC)
    lines = [f"{(start + timedelta(minutes=15 * n)).isoformat()},1,{'x' * 500}\n" for n in range(2000)]
    large = job(tmp_path, "time,kWh,load\n" + "".join(lines), STATE)
    with pytest.raises(RecordingError, match="lower --batch"):
        await play(Player(large, batch=2000), Wire())


def test_a_line_of_progress() -> None:
    moment = datetime.fromisoformat("2018-05-31T00:00+09:00")
    line = progress_line(14_400, 35_040, moment, 12.0)
    assert line == " 41% [########------------] 14,400/35,040 rows  2018-05-31 00:00 +09:00  1,200 rows/s  0:00:17 left"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ticks(step_s: float) -> Iterator[float]:
    now_s = 0.0
    while True:
        yield now_s
        now_s += step_s


@pytest.mark.parametrize(("stream", "step_s"), [(Terminal(), 0.06), (io.StringIO(), 3.0)])
def test_a_terminal_has_one_bar_and_a_file_a_line_now_and_then(stream: io.StringIO, step_s: float) -> None:
    clock = ticks(step_s)
    progress = Progress(10, stream, lambda: next(clock))
    moment = datetime(2018, 1, 1, tzinfo=UTC)
    for row in range(1, 11):
        progress.at(row, moment)
    progress.note("line 7: row not played")
    progress.end()
    told = stream.getvalue()
    if stream.isatty():
        assert told.count("\r") >= 5
        assert told.count("\n") == 1
    else:
        assert [line.split()[0] for line in told.splitlines()] == ["20%", "40%", "60%", "80%", "100%", "line"]
