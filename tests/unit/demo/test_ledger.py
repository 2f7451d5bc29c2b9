"""The stand-in's ledger keeps order, statuses with their times, and no more than it may."""

from datetime import UTC, datetime, timedelta

from appliance.demo.standin import Ledger, Received

PATIENT, OTHER = "whatsapp:+12025550101", "whatsapp:+12025550102"


class Clock:
    """A second passes at each look."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def add(ledger: Ledger, to: str = PATIENT, body: str = "hello") -> Received:
    return ledger.add(
        account_sid="AC" + "0" * 32, to=to, sender="whatsapp:+12025550199", body=body, status_callback=""
    )


def test_messages_of_one_address_come_in_the_order_of_their_arrival() -> None:
    ledger = Ledger()
    first, _, third = add(ledger, body="1"), add(ledger, to=OTHER), add(ledger, body="3")
    assert [message.sid for message in ledger.received(PATIENT)] == [first.sid, third.sid]
    assert len(list(ledger.received())) == 3


def test_a_sid_looks_like_twilios() -> None:
    sid = add(Ledger()).sid
    assert len(sid) == 34
    assert sid.startswith("SM")
    assert set(sid[2:]) <= set("0123456789abcdef")


def test_each_status_is_kept_with_its_time() -> None:
    ledger = Ledger(now=Clock())
    sid = add(ledger).sid
    ledger.move(sid, "sent")
    moved = ledger.move(sid, "delivered")
    assert moved is not None
    assert [status for status, _ in moved.history] == ["queued", "sent", "delivered"]
    assert [at.second for _, at in moved.history] == [1, 2, 3]
    assert moved.at.second == 1


def test_the_oldest_messages_go_first() -> None:
    ledger = Ledger(most=2)
    gone, kept, newest = add(ledger), add(ledger), add(ledger)
    assert ledger.get(gone.sid) is None
    assert [message.sid for message in ledger.received(PATIENT)] == [kept.sid, newest.sid]


def test_a_redacted_message_has_no_body_and_a_removed_one_is_gone() -> None:
    ledger = Ledger()
    sid = add(ledger).sid
    redacted = ledger.redact(sid)
    assert redacted is not None
    assert redacted.body == ""
    assert ledger.remove(sid)
    assert not ledger.remove(sid)
    assert ledger.move(sid, "read") is None
    assert list(ledger.received(PATIENT)) == []


def test_every_change_is_told() -> None:
    changes: list[int] = []
    ledger = Ledger(changed=lambda: changes.append(1))
    sid = add(ledger).sid
    ledger.move(sid, "sent")
    ledger.redact(sid)
    ledger.remove(sid)
    assert len(changes) == 4
