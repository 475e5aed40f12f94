"""Cutting a byte stream into PUBLISH messages: whatever the chunks, the messages are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mqtt.frames import FrameSplitter, MalformedStreamError, Message

LIMIT, KEPT = 200, 16


def variable_length(value: int) -> bytes:
    out = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def publish(topic: bytes, payload: bytes, packet_id: int, properties: bytes = b"") -> bytes:
    """A PUBLISH as MQTT 5, 3.3 lays it out; packet id 0 means QoS 0."""
    body = len(topic).to_bytes(2, "big") + topic
    body += packet_id.to_bytes(2, "big") if packet_id else b""
    body += variable_length(len(properties)) + properties + payload
    return bytes([0x32 if packet_id else 0x30]) + variable_length(len(body)) + body


PINGRESP, SUBACK = b"\xd0\x00", b"\x90\x04\x00\x01\x00\x01"
topics = st.binary(min_size=1, max_size=20)
messages = st.builds(
    publish, topics, st.binary(max_size=600), st.integers(0, 65535), st.binary(max_size=150).map(lambda b: b)
)


@given(st.lists(st.one_of(messages, st.sampled_from([PINGRESP, SUBACK])), max_size=8), st.data())
def test_chunks_do_not_matter(frames: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    whole = FrameSplitter(LIMIT, KEPT).feed(stream)
    splitter = FrameSplitter(LIMIT, KEPT)
    parts: tuple[list[Message], bytes] = ([], b"")
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        came, control = splitter.feed(stream[start:stop])
        parts = (parts[0] + came, parts[1] + control)
    assert parts == whole
    assert parts[1] == b"".join(frame for frame in frames if frame in (PINGRESP, SUBACK))


@given(topics, st.binary(max_size=LIMIT), st.integers(1, 65535), st.binary(max_size=200))
def test_a_message_comes_out_as_it_went_in(topic: bytes, payload: bytes, packet_id: int, properties: bytes) -> None:
    [message], control = FrameSplitter(LIMIT, KEPT).feed(publish(topic, payload, packet_id, properties))
    assert message == Message(topic, payload, packet_id, len(payload))
    assert control == b""


def test_a_payload_just_below_the_limit_is_whole_however_it_comes() -> None:
    payload = b"x" * 999_990
    stream = publish(b"topic/that/takes/the/packet/over/the/limit", payload, 7)
    splitter = FrameSplitter(1_000_000, 4096)
    seen = [message for at in range(0, len(stream), 262_144) for message in splitter.feed(stream[at : at + 262_144])[0]]
    assert [message.payload for message in seen] == [payload]


def test_an_oversized_payload_is_cut_and_never_held() -> None:
    huge = publish(b"t", b"x" * 10_000_000, 7)
    splitter = FrameSplitter(1_000_000, 4096)
    seen: list[Message] = []
    for start in range(0, len(huge), 65536):
        seen += splitter.feed(huge[start : start + 65536])[0]
    assert seen == [Message(b"t", b"x" * 4096, 7, 10_000_000)]
    assert splitter.feed(publish(b"t", b"next", 8))[0] == [Message(b"t", b"next", 8, 4)]


@pytest.mark.parametrize(
    "stream", [b"\x32\xff\xff\xff\xff\x01", publish(b"t", b"", 1)[:-1].replace(b"\x06", b"\x05") + b"\x05" * 4]
)
def test_what_cannot_be_mqtt_is_refused(stream: bytes) -> None:
    with pytest.raises(MalformedStreamError):
        FrameSplitter(LIMIT, KEPT).feed(stream)
