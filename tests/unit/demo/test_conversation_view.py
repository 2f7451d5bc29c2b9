"""Both sides of a conversation find the turn that they belong to."""

from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.conversation.outcome import Block, Outcome
from appliance.conversation.turn import Session, Turn
from appliance.demo.conversation_view import conversation_json
from appliance.demo.engine_sign import EngineSign
from appliance.demo.handset import Posted, Writing
from appliance.demo.standin import Received
from appliance.demo.traces import Seen

START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
PATIENT = "whatsapp:+12025550101"


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def posted(at: float, body: str = "hello") -> Posted:
    return Posted(f"SM{at}", Writing(PATIENT, body), after(at), 200)


def received(at: float, body: str) -> Received:
    return Received(
        f"SM{at}", "AC", PATIENT, "whatsapp:+1", body, "sent", "", after(at), (("queued", after(at)),)
    )


def seen(number: int, last_message: float, decided: float, *texts: str) -> Seen:
    blocks = tuple(Block("message", ("one",), text) for text in texts)
    turn = Turn("", at=after(last_message))
    return Seen(number, after(decided), turn, Outcome("answer", "en", blocks, Session()), "")


def view(*arguments: Any) -> Any:
    return conversation_json(*arguments, EngineSign("ready", "a model"))


def test_messages_of_one_burst_belong_to_one_turn_and_later_ones_to_none_yet() -> None:
    told = view([posted(0), posted(1), posted(5)], [], [seen(1, 1.1, 2, "yes")])
    assert [one["turn"] for one in told["written"]] == [1, 1, None]


def test_each_part_of_a_split_reply_belongs_to_its_turn() -> None:
    turns = [seen(1, 0.1, 1, "first part.", "second part."), seen(2, 5.1, 6, "other")]
    told = view(
        [], [received(1.5, "first part.\n\n"), received(1.6, "second part."), received(7, "other")], turns
    )
    assert [one["turn"] for one in told["replies"]] == [1, 1, 2]


def test_the_same_words_again_belong_to_the_newest_turn_before_them() -> None:
    turns = [seen(1, 0.1, 1, "yes"), seen(2, 5.1, 6, "yes")]
    told = view([], [received(2, "yes"), received(7, "yes")], turns)
    assert [one["turn"] for one in told["replies"]] == [1, 2]


def test_a_reply_without_a_trace_is_shown_without_a_turn() -> None:
    assert view([], [received(2, "fallback")], [])["replies"][0]["turn"] is None


def test_a_pressed_button_shows_its_label_and_the_engines_sign_is_told() -> None:
    pressed = Posted("SM1", Writing(PATIENT, "", button="Yes"), START, 200)
    told = view([pressed], [], [])
    assert (told["written"][0]["body"], told["written"][0]["kind"]) == ("Yes", "button")
    assert told["engine"] == {"state": "ready", "detail": "a model"}
