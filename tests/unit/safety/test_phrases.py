"""How a phrase reads: alternatives, open endings, gaps, either order, and Chinese as running text."""

import pytest

from appliance.safety.phrases import Message, Phrase, PhraseIndex


def meets(phrase: str, text: str, language: str = "es") -> bool:
    return any(True for _ in PhraseIndex([Phrase.parse(phrase, language)]).found(Message.of(text)))


@pytest.mark.parametrize(
    ("phrase", "text", "met"),
    [
        ("chest pain", "I have chest pain now", True),
        ("chest pain", "CHEST, PAIN", True),
        ("chest pain", "pain chest", False),
        ("chest pain", "chest of pain", False),
        ("chest pain", "chestpain", False),
        ("pain|ache here", "an ache here", True),
        ("duel*", "me duelen", True),
        ("duel*", "duel", True),
        ("duel*", "un consuelo", False),
        ("dolor .. pecho", "dolor en el pecho", True),
        ("dolor .. pecho", "dolor en medio de todo el pecho", False),
        ("dolor ... pecho", "dolor en medio de todo el pecho", True),
        ("dolor .. pecho", "dolor pecho", True),
        ("dolor & pecho", "el pecho con mucho dolor", True),
        ("dolor & pecho", "dolor de pecho", True),
        ("dolor & pecho", "pecho uno dos tres cuatro cinco seis dolor", False),
        ("l estomac", "L'estómac", True),
        ("estoy mal", "estoooy   maaal", True),
    ],
)
def test_a_phrase_over_words(phrase: str, text: str, *, met: bool) -> None:
    assert meets(phrase, text) is met


@pytest.mark.parametrize("text", ["الصدر", "بالصدر", "والصدر", "للصدر", "صدر"])
def test_an_arabic_word_is_found_behind_its_prefixes(text: str) -> None:
    assert meets("صدر", text, "ar")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("我胸口很疼", True),
        ("疼的是胸口", True),
        ("胸口", False),
        ("疼。我今天想问一下到底什么时候可以开始吃饭，胸口", False),
    ],
)
def test_chinese_is_compared_as_running_text(text: str, *, met: bool) -> None:
    assert meets("胸口|心口 & 疼|痛", text, "zh") is met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("sadri kaywje3ni", True),
        ("kay wja3ni sdri bezzaf", True),
        ("9albi wje3ni", True),
        ("qalbi wje3ni", True),
        ("sadri", False),
        ("i am sad, really", False),
    ],
)
def test_arabic_in_latin_letters_is_compared_without_vowels(text: str, *, met: bool) -> None:
    assert meets("sadri|9albi & wja3*|kaywja3*", text, "arabizi") is met


@pytest.mark.parametrize("phrase", ["", "   ", "&", "a &", "a & b & c", "..", "a||b", "a|", "two-words", "?"])
def test_a_phrase_that_says_nothing_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Phrase.parse(phrase, "en")


def test_only_phrases_that_can_match_are_tried() -> None:
    index = PhraseIndex([Phrase.parse(text, "en") for text in ("chest pain", "stroke*", "fall down")])
    assert index.candidates(Message.of("two strokes and a chest")) == [0, 1]


def test_words_can_be_taken_out_of_a_message() -> None:
    message = Message.of("me muero de hambre. me muero")
    left = message.without([Phrase.parse("muero de hambre", "es")])
    assert {"me", "muero"} <= left.forms
    assert not {"de", "hambre"} & left.forms


def test_a_span_tells_the_sentence_that_it_stands_in() -> None:
    message = Message.of("one two. six seven")
    (part,) = message.sentences_at((2, 3), running=False)
    assert {"six", "seven"} <= part.forms
    assert not {"one", "two"} & part.forms
    assert len(message.sentences_at((1, 3), running=False)) == 2
