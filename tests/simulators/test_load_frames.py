"""The hand-written packets against paho's reading of the standard, cut anywhere by the network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers

from simulators import mqtt_frames as frames


@given(st.integers(0, 268_435_455))
def test_lengths_are_the_standard_s_variable_byte_integers(length: int) -> None:
    assert frames.remaining_length(length) == VariableByteIntegers.encode(length)  # type: ignore[no-untyped-call]  # paho


@given(st.lists(st.tuples(st.integers(1, 65_535), st.sampled_from([0, 0x10, 0x97])), max_size=50), st.data())
def test_packets_come_out_whole_however_the_network_cuts_them(acks: list[tuple[int, int]], data: st.DataObject) -> None:
    stream = b"".join(
        b"\x40"
        + (b"\x03" + packet_id.to_bytes(2, "big") + bytes([code]) if code else b"\x02" + packet_id.to_bytes(2, "big"))
        for packet_id, code in acks
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    reader = frames.Reader()
    read = [
        frames.parse_puback(body)
        for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for kind, body in reader.packets(stream[start:stop])
        if kind == frames.PUBACK
    ]
    assert read == acks


@given(st.integers(0, 70_000))
def test_a_publish_packet_says_its_own_length(size: int) -> None:
    topic, payload = frames.text("ioe/v1/load/load-00001/telemetry"), b"x" * size
    packet = frames.publish(topic, 513, payload)
    length, consumed = VariableByteIntegers.decode(packet[1:5])  # type: ignore[no-untyped-call]  # paho
    assert packet[0] == 0x32
    assert len(packet) == 1 + consumed + length
    assert packet[1 + consumed :] == topic + b"\x02\x01" + b"\x00" + payload


@pytest.mark.parametrize("receive_maximum", [1, 20, 65_535])
def test_connack_gives_the_receive_maximum_whatever_stands_before_it(receive_maximum: int) -> None:
    properties = Properties(PacketTypes.CONNACK)  # type: ignore[no-untyped-call]  # paho leaves this class untyped
    properties.AssignedClientIdentifier = "somebody"
    properties.SessionExpiryInterval = 60
    properties.UserProperty = [("a", "b"), ("c", "d")]
    properties.ReceiveMaximum = receive_maximum
    properties.TopicAliasMaximum = 10
    packed = properties.pack()  # type: ignore[no-untyped-call]  # paho
    assert frames.parse_connack(b"\x01\x00" + packed) == frames.Connack(True, 0, receive_maximum)


def test_a_stream_that_is_no_mqtt_is_refused() -> None:
    with pytest.raises(frames.BadFrameError, match="no publisher is ever sent that"):
        list(frames.Reader().packets(b"H\xff\xff\x7f"))
    with pytest.raises(frames.BadFrameError, match="more than four bytes"):
        list(frames.Reader().packets(b"\x40\xff\xff\xff\xff"))
    with pytest.raises(frames.BadFrameError, match="MQTT 5"):
        frames.parse_connack(b"\x00\x00")
