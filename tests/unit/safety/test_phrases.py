"""How a phrase reads: alternatives, open endings, gaps, either order, and Chinese as running text."""

import pytest

from appliance.safety.message import Message
from appliance.safety.phrases import Phrase, PhraseIndex


def meets(phrase: str, text: str, language: str = "es") -> bool:
    return PhraseIndex([Phrase.parse(phrase, language)]).found_in(Message.of(text))


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
    left = message.without(PhraseIndex([Phrase.parse("muero de hambre", "es")]).spans)
    assert {"me", "muero"} <= left.forms
    assert not {"de", "hambre"} & left.forms


def test_words_of_running_text_can_be_taken_out_too() -> None:
    message = Message.of("我饿死了，想吃饭")
    left = message.without(PhraseIndex([Phrase.parse("饿死", "zh")]).spans)
    assert left.forms == {"我了", "想吃饭"}


def test_a_span_tells_the_sentences_that_it_stands_in() -> None:
    message = Message.of("one two. six seven")
    ((part, span),) = message.sentences_at((2, 3), running=False)
    assert {"six", "seven"} <= part.forms
    assert not {"one", "two"} & part.forms
    assert span == (0, 1)
    assert [span for _, span in message.sentences_at((1, 3), running=False)] == [(1, 2), (0, 1)]


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("once a pain", 1),
        ("once there was a pain", 3),
        ("once, a pain", 5),
        ("once and pain", 5),
        ("pain once", 0),
        ("once, well, and pain", 10),
    ],
)
def test_a_comma_or_a_joining_word_sets_apart(text: str, apart: int) -> None:
    message = Message.of(text)
    one, other = (next(Phrase.parse(word, "en").spans(message)) for word in ("once", "pain"))
    assert message.distance(one, other, running=False) == apart


def test_an_arabic_phrase_is_met_in_latin_letters_too() -> None:
    phrase = Phrase.parse("مش|مو .. قادر* .. اتنفس", "ar").in_latin_letters()
    assert phrase is not None
    for text in ("mesh 2ader atnafas", "mosh 9ader etnafas", "mo gader atnafas, 7abibi"):
        assert PhraseIndex([phrase]).found_in(Message.of(text)) is ("gader" not in text), text
    assert not PhraseIndex([phrase]).found_in(Message.of("mash a dry tennis fox"))


def test_an_arabic_phrase_of_few_consonants_is_not_looked_for_in_latin_letters() -> None:
    assert Phrase.parse("دم", "ar").in_latin_letters() is None
    assert Phrase.parse("abc دم", "ar").in_latin_letters() is None
