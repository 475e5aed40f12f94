"""The outbox's promise, played against a broker that forgets: whatever it loses of what it acknowledged comes again."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulators.outbox import RESTORE_GAP_S, Message, Outbox

KEEP_S = 10_000.0  # longer than a timeline gets: what leaves with time is another law


def message(number: int) -> Message:
    return Message("topic", f"{number:06d}".encode())


class ForgetfulBroker(RuleBasedStateMachine):
    """A broker that saves now and then, and after a crash knows what it had saved; sometimes also our session."""

    @initialize()
    def start(self) -> None:
        self.outbox = Outbox(room_bytes=10**9, keep_s=KEEP_S, keep_bytes=10**9)
        self.outbox.session_lost(0.0)
        self.now_s = 0.0
        self.saved_s = 0.0
        self.added = 0
        self.packet_id = 0
        self.on_the_way: dict[int, Message] = {}
        self.taken: list[Message] = []
        self.saved: list[Message] = []
        self.listened_to = True
        self.unheard: set[Message] = set()

    @rule(seconds=st.floats(0.0, 200.0))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def the_broker_saves(self) -> None:
        self.saved = list(self.taken)
        self.saved_s = self.now_s

    @rule(count=st.integers(1, 5))
    def the_device_measures(self, count: int) -> None:
        for _ in range(count):
            self.outbox.add(message(self.added))
            self.added += 1

    @rule(count=st.integers(1, 5))
    def messages_are_sent(self, count: int) -> None:
        for _ in range(count):
            if (waiting := self.outbox.next_waiting()) is None:
                return
            self.packet_id += 1
            self.on_the_way[self.packet_id] = waiting
            self.outbox.sent(self.packet_id)

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data())
    def the_broker_acknowledges(self, data: st.DataObject) -> None:
        packet_id = data.draw(st.sampled_from(sorted(self.on_the_way)))
        entry = self.on_the_way.pop(packet_id)
        if self.listened_to:
            self.taken.append(entry)
        else:
            self.unheard.add(entry)
        assert self.outbox.acknowledged(packet_id, self.now_s, heard=self.listened_to)
        if self.listened_to:
            # From now on what nobody heard has to be on its way again.
            self.unheard.clear()

    @rule()
    def the_listener_comes_or_goes(self) -> None:
        self.listened_to = not self.listened_to

    @rule()
    def the_broker_crashes_and_restores_the_session(self) -> None:
        if self.now_s - self.saved_s <= RESTORE_GAP_S:
            self.taken = list(self.saved)
            self.outbox.session_kept(self.now_s)

    @rule()
    def the_broker_crashes_and_forgets_the_session(self) -> None:
        if self.now_s - self.saved_s <= KEEP_S:
            self.taken = list(self.saved)
            self.on_the_way.clear()
            self.outbox.session_lost(self.now_s)

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "outbox"):
            known = {*self.taken, *self.on_the_way.values(), *self.outbox.unacknowledged(), *self.unheard}
            assert self.outbox.counts.unheard == len(self.unheard)
            assert known == {message(number) for number in range(self.added)}

    @invariant()
    def what_is_unacknowledged_is_in_the_order_it_was_measured(self) -> None:
        if hasattr(self, "outbox"):
            open_payloads = [entry.payload for entry in self.outbox.unacknowledged()]
            assert open_payloads == sorted(open_payloads)


TestForgetfulBroker = ForgetfulBroker.TestCase
TestForgetfulBroker.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_room_ends_and_comes_back_with_acknowledgements() -> None:
    outbox = Outbox(room_bytes=3 * message(0).size_bytes, keep_s=600.0, keep_bytes=10**6)
    for number in range(3):
        assert outbox.has_room
        outbox.add(message(number))
    assert not outbox.has_room
    outbox.sent(1)
    assert outbox.acknowledged(1, 0.0)
    assert outbox.has_room


def test_what_is_kept_is_bounded_and_what_leaves_early_is_counted() -> None:
    outbox = Outbox(room_bytes=10**6, keep_s=600.0, keep_bytes=3 * message(0).size_bytes)
    for number in range(5):
        outbox.add(message(number))
        outbox.sent(number)
        outbox.acknowledged(number, float(number))
    assert outbox.counts.forgotten_early == 2
    outbox.session_lost(5.0)
    assert outbox.unacknowledged() == (message(2), message(3), message(4))


def test_an_unknown_packet_id_changes_nothing() -> None:
    outbox = Outbox(room_bytes=10**6, keep_s=600.0, keep_bytes=10**6)
    assert not outbox.acknowledged(7, 0.0)
    assert outbox.is_empty
