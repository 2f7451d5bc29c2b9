"""Names that meaning hangs on, found in any language's spelling."""

import pytest

from appliance.knowledge.lexicon import Lexicon

LEXICON = Lexicon(
    {
        "medicine": {
            "any": ["sintrom", "ibuprofen*", "vitamina c", "*prazol", "*opril", "*олол"],
            "ar": ["اسبرين"],
        },
        "drink": {"es": ["zumo*"], "zh": ["果汁"]},
    }
)


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
