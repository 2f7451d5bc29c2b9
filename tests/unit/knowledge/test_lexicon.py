"""Names that meaning hangs on, found in any language's spelling."""

import pytest

from appliance.knowledge.lexicon import Lexicon

DOCUMENT = {
    "medicine": {
        "any": ["sintrom", "ibuprofen*", "vitamina c", "еутирокс*", "*prazol", "*opril", "*олол"],
        "ar": ["اسبرين"],
    },
    "drink": {"es": ["zumo*", "naranjada"], "zh": ["果汁"]},
}
LEXICON = Lexicon(DOCUMENT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("me tomo el Sintróm?", {"medicine"}),
        ("ibuprofeno 600", {"medicine"}),
        ("la vitamina C", {"medicine"}),
        ("vitamina de C", set()),
        ("sintromatico", set()),
        ("zumos y sintrom", {"medicine", "drink"}),
        ("能喝果汁吗", {"drink"}),
        ("والاسبرين؟", {"medicine"}),
        ("Omeprazolul și apă", {"medicine"}),
        ("rabeprazole", {"medicine"}),
        ("prazol", set()),  # an ending is no name
        ("un lisinopril", {"medicine"}),
        ("in april", set()),
        ("бісопролол зранку", {"medicine"}),
        ("water", set()),
        ("", set()),
    ],
)
def test_concepts_are_found_by_their_words(text: str, found: set[str]) -> None:
    assert LEXICON.found(text) == found


def test_concepts_are_in_order() -> None:
    assert LEXICON.concepts == ("drink", "medicine")
    assert Lexicon({}).found("anything") == frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("el simtrom", {"medicine"}),
        ("ibuprofneo 600", {"medicine"}),
        ("чи можна еутірокс зранку", {"medicine"}),
        ("el síntoma", set()),  # two slips away
        ("un sintron", set()),  # known: meant as it is written
        ("una naranjda", set()),  # only medicines are guessed
    ],
)
def test_misspelt_medicines_are_found(text: str, found: set[str]) -> None:
    assert Lexicon(DOCUMENT, known={"sintron", "una", "el"}).found(text) == found
