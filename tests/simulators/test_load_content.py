"""What a load consists of can be computed by anybody; disorder moves messages and loses none."""

from collections import Counter
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from simulators.load_content import Content, Order

contents = st.builds(
    Content,
    site=st.just("load"),
    devices=st.integers(1, 7),
    messages=st.integers(0, 300),
    values=st.integers(1, 4),
    seed=st.integers(0, 10**6),
    start_ms=st.just(1_767_225_600_000),
    step_ms=st.integers(1, 900_000),
)
shares = st.floats(0.0, 1.0)
orders = st.builds(Order, late=shares, duplicates=shares, span=st.integers(1, 50))


def sequences(content: Content, order: Order, connections: int) -> list[list[int]]:
    return [list(order.sequence(content, number, connections)) for number in range(connections)]


@given(contents, orders, st.integers(1, 4))
def test_every_message_leaves_once_or_twice_and_a_device_keeps_its_connection(
    content: Content, order: Order, connections: int
) -> None:
    sent = sequences(content, order, connections)
    times = Counter(message for sequence in sent for message in sequence)
    assert set(times) == set(range(content.messages))
    assert max(times.values(), default=1) <= 2
    for number, sequence in enumerate(sent):
        assert {message % content.devices % connections for message in sequence} <= {number}


@given(contents, orders)
def test_the_same_seed_gives_the_same_run(content: Content, order: Order) -> None:
    assert sequences(content, order, 2) == sequences(content, order, 2)


@given(contents)
def test_without_disorder_messages_leave_in_order(content: Content) -> None:
    (sequence,) = sequences(content, Order(), 1)
    assert all(before < after for before, after in pairwise(sequence))


def test_disorder_makes_about_the_share_of_late_and_repeated_messages() -> None:
    content = Content("load", 10, 20_000, 1, 3, 0, 1000)
    (sequence,) = sequences(content, Order(late=0.05, duplicates=0.02, span=100), 1)
    first_place = {message: place for place, message in reversed(list(enumerate(sequence)))}
    newest, late = -1, 0
    for message in sorted(first_place, key=first_place.__getitem__):
        late += message < newest
        newest = max(newest, message)
    assert 0.04 < late / 20_000 < 0.06
    assert 0.015 < (len(sequence) - 20_000) / 20_000 < 0.025


@given(contents, st.data())
def test_payloads_say_what_the_three_lines_say(content: Content, data: st.DataObject) -> None:
    if not content.messages:
        return
    message = data.draw(st.integers(0, content.messages - 1))
    device, s = message % content.devices, message // content.devices
    payload = msgspec.json.decode(content.payload(content.template(), message))
    expected = [((content.seed + 31 * device + 17 * s + 7 * k) % 10007) / 100 for k in range(content.values)]
    assert payload == {
        "ts": content.start_ms + s * content.step_ms,
        "values": {f"v{k:03d}_kw": value for k, value in enumerate(expected)},
    }
    assert content.values_of(message) == tuple(expected)
