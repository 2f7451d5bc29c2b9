"""A message cut into the questions that it may ask."""

import pytest

from appliance.safety.segments import segments


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("May I drink water? Until when?", "en", ("May I drink water", "Until when")),
        ("can I drink water and take my pills", "en", ("can I drink water", "take my pills")),
        ("puedo beber agua y me tomo el sintrom", "es", ("puedo beber agua", "me tomo el sintrom")),
        ("y café?", "es", ("café",)),
        ("At 8:30, on 1.5 floor", "en", ("At 8:30", "on 1.5 floor")),
        ("where do I go", "en", ("where do I go",)),
        ("可以喝水吗？到几点", "zh", ("可以喝水吗", "到几点")),
        ("هل أشرب الماء وهل آكل", "ar", ("هل أشرب الماء", "وهل آكل")),
        ("- water\n- coffee", "en", ("water", "coffee")),
        ("look at bit.ly/x1. ok?", "en", ("look at bit.ly/x1", "ok")),
        ("2,5 horas antes, o 12", "es", ("2,5 horas antes", "12")),
        ("متى أحضر وماذا أحضر معي", "ar", ("متى أحضر", "وماذا أحضر معي")),
        (
            "hola\nsi puedo beber agua\nantes de la operación?",
            "es",
            ("hola", "si puedo beber agua antes de la operación"),
        ),
        ("Can I eat?\nbefore the surgery\nthanks", "en", ("Can I eat before the surgery", "thanks")),
        ("puc beure?\nabans de l'operació puc fumar?", "ca", ("puc beure", "abans de l'operació puc fumar")),
        (
            "what do I bring\nbefore the operation can I eat or drink?",
            "en",
            ("what do I bring", "before the operation can I eat", "drink"),
        ),
        ("?!", "en", ()),
        ("", "en", ()),
        ("water and coffee", "xx", ("water", "coffee")),
    ],
)
def test_questions_are_cut_apart(text: str, language: str, parts: tuple[str, ...]) -> None:
    assert segments(text, language) == parts


def test_a_story_of_many_sentences_is_joined_to_eight_parts() -> None:
    parts = segments(". ".join(f"sentence number {n}" for n in range(20)), "en")
    assert len(parts) == 8
    assert " ".join(parts).split() == [word for n in range(20) for word in ("sentence", "number", str(n))]


def test_invisible_characters_are_no_part() -> None:
    assert segments("water\u200b?\u202e", "en") == ("water",)


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("when and where do I report?", "en", ("when do I report", "where do I report")),
        ("Wann und wo muss ich sein", "de", ("Wann muss ich sein", "wo muss ich sein")),
        ("Où dois-je aller et à quelle heure ?", "fr", ("Où dois-je aller", "à quelle heure dois-je aller")),
        ("a qué hora y dónde me presento", "es", ("a qué hora me presento", "dónde me presento")),
        (
            "can I drink tea, and when",
            "en",
            ("can I drink tea", "when"),
        ),  # no question word lends its predicate
        ("when and where", "en", ("when", "where")),
    ],
)
def test_a_question_word_alone_shares_its_neighbours_predicate(
    text: str, language: str, parts: tuple[str, ...]
) -> None:
    assert segments(text, language) == parts
