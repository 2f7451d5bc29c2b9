"""Replies are matched to what waits for them, and a reply too many is seen."""

from loadtest.arrivals import Arrival
from loadtest.crowd.register import Message, Register

ANA, BEN = "whatsapp:+12025550101", "whatsapp:+12025550102"


class Heard:
    """What the register reports."""

    def __init__(self) -> None:
        self.answered: list[Message] = []
        self.unexpected: list[Arrival] = []
        self.register = Register(lambda message, _: self.answered.append(message), self.unexpected.append)


def test_a_reply_answers_the_patient_who_waits_and_no_other() -> None:
    heard = Heard()
    heard.register.sent(ANA, "mixed", 10.0)
    heard.register.sent(BEN, "mixed", 11.0)
    heard.register.arrived(Arrival(ANA, "reply", 12.5))
    assert not heard.register.waits(ANA)
    assert heard.register.waits(BEN)
    (sample, other) = heard.register.samples().messages
    assert (sample.latency_s, other.latency_s) == (2.5, None)
    assert heard.register.waiting == 1


def test_one_reply_answers_a_burst_and_counts_from_its_last_message() -> None:
    heard = Heard()
    for at_s in (10.0, 10.5, 11.0):
        heard.register.sent(ANA, "burst", at_s)
    heard.register.arrived(Arrival(ANA, "reply", 12.0))
    assert [message.sent_s for message in heard.answered] == [11.0]
    assert [sample.last for sample in heard.register.samples().messages] == [False, False, True]


def test_a_burst_may_be_answered_by_as_many_replies_and_no_more() -> None:
    heard = Heard()
    for at_s in (10.0, 10.5):
        heard.register.sent(ANA, "burst", at_s)
    for at_s in (11.0, 12.0, 13.0):
        heard.register.arrived(Arrival(ANA, "reply", at_s))
    assert [arrival.at_s for arrival in heard.unexpected] == [13.0]


def test_a_second_reply_to_one_message_and_a_reply_to_a_stranger_are_unexpected() -> None:
    heard = Heard()
    heard.register.sent(ANA, "mixed", 10.0)
    for address in (ANA, ANA, BEN):
        heard.register.arrived(Arrival(address, "reply", 11.0))
    assert heard.register.samples().unexpected == len(heard.unexpected) == 2
