"""The mix of the load test: read from its file, and dealt in its shares."""

import random
from collections import Counter

import pytest

from loadtest.crowd.conversations import Deck, load_mix


def test_the_mix_has_all_kinds_and_an_unknown_one_is_refused() -> None:
    kinds = {conversation.kind for conversation in load_mix()}
    assert kinds >= {"first contact", "follow-ups", "mixed", "emergency", "out of scope", "burst"}
    assert {conversation.kind for conversation in load_mix(kinds=["mixed"])} == {"mixed"}
    with pytest.raises(ValueError, match="got \\['songs'\\]"):
        load_mix(kinds=["songs"])


def test_a_deal_holds_each_conversation_as_often_as_its_weight_and_the_order_is_the_seeds() -> None:
    mix = load_mix()
    whole = sum(conversation.weight for conversation in mix)
    first, again, other = (Deck(mix, random.Random(seed)) for seed in (1, 1, 2))
    dealt = [first.deal() for _ in range(2 * whole)]
    assert Counter(dealt[:whole]) == Counter(dealt[whole:])
    assert Counter(dealt[:whole]) == {conversation: conversation.weight for conversation in mix}
    assert dealt == [again.deal() for _ in range(2 * whole)]
    assert dealt != [other.deal() for _ in range(2 * whole)]
