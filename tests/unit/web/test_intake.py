"""The intake: a message is kept or answered directly, whoever vanishes, hangs or comes twice."""

import asyncio

import pytest
from webhook_parts import FORM, NOW, FakeInbox, FakeLastResort

from appliance.channel import InboundMessage, inbound_message
from appliance.errors import InboxFull, StoreUnavailable
from appliance.web.intake import Intake, Taken


def _message(sid: str = "SM1") -> InboundMessage:
    return inbound_message([("MessageSid", sid), *FORM], NOW)


async def test_the_answer_does_not_wait_for_the_rescue() -> None:
    last_resort = FakeLastResort(gate=asyncio.Event())
    intake = Intake(FakeInbox(failure=StoreUnavailable("down")), last_resort)
    assert await intake.take(_message()) is Taken.RESCUED
    assert last_resort.answered == []
    assert last_resort.gate
    last_resort.gate.set()
    await intake.aclose(grace_s=5)
    assert last_resort.answered == [_message()]


async def test_a_message_is_kept_though_the_connection_broke() -> None:
    inbox = FakeInbox(gate=asyncio.Event())
    intake = Intake(inbox, FakeLastResort())
    request = asyncio.create_task(intake.take(_message()))
    await inbox.asked.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert inbox.gate
    inbox.gate.set()
    await intake.aclose(grace_s=5)
    assert inbox.messages == [_message()]


async def test_an_inbox_that_hangs_counts_as_one_that_failed() -> None:
    last_resort = FakeLastResort()
    intake = Intake(FakeInbox(gate=asyncio.Event()), last_resort, longest_accept_s=0.01)
    assert await intake.take(_message()) is Taken.RESCUED
    await intake.aclose(grace_s=5)
    assert last_resort.answered == [_message()]


async def test_a_message_that_was_answered_directly_is_not_answered_again() -> None:
    """Not while the store is away, and not when its twin arrives after the store is back."""
    inbox, last_resort = FakeInbox(failure=StoreUnavailable("down")), FakeLastResort()
    intake = Intake(inbox, last_resort)
    assert sorted(await asyncio.gather(intake.take(_message()), intake.take(_message()))) == [
        Taken.DUPLICATE,
        Taken.RESCUED,
    ]
    inbox.failure = None
    assert await intake.take(_message()) is Taken.DUPLICATE
    assert await intake.take(_message("SM2")) is Taken.ACCEPTED
    await intake.aclose(grace_s=5)
    assert last_resort.answered == [_message()]


async def test_more_rescues_than_bearable_are_refused_and_the_next_ones_go_again() -> None:
    last_resort = FakeLastResort(gate=asyncio.Event())
    intake = Intake(FakeInbox(failure=StoreUnavailable("down")), last_resort, most_rescues=2)
    outcomes = [await intake.take(_message(f"SM{number}")) for number in range(3)]
    assert outcomes == [Taken.RESCUED, Taken.RESCUED, Taken.LOST]
    assert last_resort.gate
    last_resort.gate.set()
    await intake.aclose(grace_s=5)
    assert await intake.take(_message("SM2")) is Taken.RESCUED
    await intake.aclose(grace_s=5)
    assert [message.sid for message in last_resort.answered] == ["SM0", "SM1", "SM2"]


async def test_a_rescue_that_fails_or_hangs_ends_and_disturbs_nobody() -> None:
    inbox = FakeInbox(failure=StoreUnavailable("down"))
    for last_resort in (FakeLastResort(failure=OSError()), FakeLastResort(gate=asyncio.Event())):
        intake = Intake(inbox, last_resort, longest_rescue_s=0.01)
        assert await intake.take(_message()) is Taken.RESCUED
        await intake.aclose(grace_s=5)


async def test_at_the_end_of_the_grace_what_still_runs_is_cancelled() -> None:
    last_resort = FakeLastResort(gate=asyncio.Event())
    intake = Intake(FakeInbox(failure=StoreUnavailable("down")), last_resort)
    await intake.take(_message())
    async with asyncio.timeout(5):
        await intake.aclose(grace_s=0.01)
    assert last_resort.answered == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


class SlowInbox(FakeInbox):
    """Keeps a message and says so only when it is offered late."""

    async def accept(self, message: InboundMessage) -> Taken:
        self.messages.append(message)
        raise StoreUnavailable("slow")

    async def accept_late(self, message: InboundMessage) -> Taken:
        return Taken.DUPLICATE if message in self.messages else Taken.ACCEPTED


async def test_what_the_store_kept_without_saying_so_in_time_is_left_to_the_worker() -> None:
    inbox, last_resort = SlowInbox(), FakeLastResort()
    intake = Intake(inbox, last_resort)
    assert await intake.take(_message()) is Taken.RESCUED
    await intake.aclose(grace_s=5)
    assert (last_resort.answered, inbox.messages) == ([], [_message()])


async def test_what_a_full_inbox_refused_is_not_offered_again() -> None:
    inbox, last_resort = FakeInbox(failure=InboxFull("full")), FakeLastResort()
    intake = Intake(inbox, last_resort)
    assert await intake.take(_message()) is Taken.FULL
    inbox.failure = None
    await intake.aclose(grace_s=5)
    assert (last_resort.answered, inbox.messages) == ([_message()], [])


async def test_what_was_answered_directly_is_claimed_so_that_no_other_gateway_takes_it() -> None:
    inbox, last_resort = FakeInbox(failure=StoreUnavailable("down")), FakeLastResort(gate=asyncio.Event())
    intake = Intake(inbox, last_resort)
    assert await intake.take(_message()) is Taken.RESCUED
    # The store comes back while the answer is under way.
    inbox.failure = None
    assert inbox.claimed == []
    assert last_resort.gate
    last_resort.gate.set()
    await intake.aclose(grace_s=5)
    assert (last_resort.answered, inbox.claimed) == ([_message()], ["SM1"])
