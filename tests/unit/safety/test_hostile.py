"""Drafts that must never be sent: by hand, and by changing what an approved text says in one place."""

import re
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest
from grounded import HERE, LANGUAGES, statements, verdict
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from appliance.knowledge.reading import read_yaml
from appliance.safety.grounding.languages import LEXICONS

# Language and kind -> the statements that each draft names, and its text.
DRAFTS: dict[tuple[str, str], list[tuple[str, str]]] = {
    (file.stem, kind): drafts
    for file in sorted((HERE / "hostile").glob("*.yaml"))
    for kind, drafts in read_yaml(file).items()
}

# The machines that run this are shared: a slow example is no failure.
unhurried = settings(deadline=None, max_examples=40)
language_and_name = st.sampled_from([(language, name) for language in LANGUAGES for name in statements("en")])


def refused(text: str, name: str, language: str) -> None:
    """A text that differs from the statement is not supported by it."""
    if text == statements(language)[name]:
        return
    found = verdict(text, name, language)
    assert not found.supported, text
    assert found.reasons


def test_there_are_enough_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    count = sum(map(len, DRAFTS.values()))
    sent = sum(
        verdict(text, names, language).supported
        for (language, _), drafts in DRAFTS.items()
        for names, text in drafts
    )
    with capsys.disabled():
        print(f"\nhostile drafts sent: {sent} of {count}", end="")  # noqa: T201 - the figure that it is about
    assert count >= 300
    assert {language for language, _ in DRAFTS} == set(LANGUAGES)


@pytest.mark.parametrize(("language", "kind"), DRAFTS)
def test_a_hostile_draft_is_refused(language: str, kind: str) -> None:
    found = [verdict(text, names, language) for names, text in DRAFTS[language, kind]]
    assert [one.text for one in found if one.supported] == []
    assert all(one.reasons for one in found)


@unhurried
@given(language_and_name, st.integers(0, 200))
def test_another_number_is_refused(where: tuple[str, str], number: int) -> None:
    language, name = where
    text = statements(language)[name]
    assume(re.search(r"\d", text))
    refused(re.sub(r"\d+", str(number), text, count=1), name, language)


@unhurried
@given(language_and_name, st.data())
def test_another_unit_is_refused(where: tuple[str, str], data: st.DataObject) -> None:
    language, name = where
    text = statements(language)[name]
    units = _lists(LEXICONS[language].units)
    present = [unit for unit, forms in units.items() if any(_has(text, form, language) for form in forms)]
    assume(present and re.search(r"\d", text))
    other = data.draw(st.sampled_from([unit for unit in units if unit not in present]))
    form = data.draw(st.sampled_from(units[other]))
    for unit in present:
        for old in sorted(units[unit], key=len, reverse=True):
            changed = re.sub(rf"(\d\s?(?:de )?){re.escape(old)}", rf"\g<1>{form}", text)
            if changed != text:
                refused(changed, name, language)


@unhurried
@given(language_and_name, st.data())
def test_another_threshold_or_direction_is_refused(where: tuple[str, str], data: st.DataObject) -> None:
    """At least for up to, before for after, midnight for noon."""
    language, name = where
    text, lexicon = statements(language)[name], LEXICONS[language]
    times = _lists(lexicon.times)
    pairs = [
        (lexicon.least.split("|"), lexicon.until.split("|")),
        (lexicon.before.split("|"), lexicon.after.split("|")),
        (times["midnight"], times["noon"]),
    ]
    swaps = [
        (form, other)
        for one, other in [*pairs, *((b, a) for a, b in pairs)]
        for form in sorted(one, key=len, reverse=True)
        if _has(text, form, language)
    ]
    assume(swaps)
    old, other = data.draw(st.sampled_from(swaps))
    refused(_replace(text, old, data.draw(st.sampled_from(other)), language), name, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["fasting.solids", "fasting.after_midnight"])
def test_a_rule_without_its_negation_is_refused(language: str, name: str) -> None:
    text, lexicon = statements(language)[name], LEXICONS[language]
    words = f"{lexicon.no}|{lexicon.not_}|{lexicon.none}|{lexicon.nor}".split("|")
    for form in sorted(filter(None, words), key=lambda form: -len(form)):
        if "*" not in form:
            text = _replace(text, form, "", language)
    text = re.sub(r"\b(?:ne|aucun|keine?n?)\b", "", text, flags=re.IGNORECASE)
    refused(text, name, language)


@unhurried
@given(language_and_name, st.data())
def test_a_negation_more_is_refused(where: tuple[str, str], data: st.DataObject) -> None:
    language, name = where
    text, lexicon = statements(language)[name], LEXICONS[language]
    assume(name not in {"fasting.solids", "fasting.after_midnight"})
    forms = f"{lexicon.no}|{lexicon.not_}|{lexicon.avoid}|{lexicon.forbidden}|{lexicon.none}".split("|")
    negation = data.draw(st.sampled_from([form for form in forms if form and "*" not in form]))
    refused(_inserted(text, negation, data, language), name, language)


@unhurried
@given(
    st.sampled_from([language for language in LANGUAGES if language != "de"]),
    st.sampled_from(["fasting.solids", "fasting.after_midnight"]),
    st.data(),
)
def test_a_permission_more_is_refused_in_a_rule(language: str, name: str, data: st.DataObject) -> None:
    """German is left out: "may" together with "no" forbids there."""
    permission = data.draw(st.sampled_from(LEXICONS[language].permit.split("|")))
    text = _inserted(statements(language)[name], permission, data, language)
    lexicon = LEXICONS[language]
    # "no" and "may" side by side can be one expression that forbids; in French, with a word between.
    forms = [form.replace("* aucun", "").strip() for form in _negations(lexicon.not_, lexicon.forbidden)]
    assume(not any(_has(text, form, language) and permission in form for form in forms))
    refused(text, name, language)


OTHER_WORDS = {
    "es": "zumo leche paracetamol Sintrom caldo mañana gratis 400mg quizá solamente",
    "ca": "suc paracetamol Sintrom brou demà gratis només potser",
    "en": "juice aspirin warfarin broth tomorrow free only maybe not unless except",
    "fr": "jus aspirine bouillon demain gratuit seulement peut-être sauf plus",
    "de": "Saft Aspirin Brühe morgen kostenlos nur vielleicht außer nicht",
    "it": "succo aspirina brodo domani gratis solo forse tranne più",
    "pt": "sumo aspirina caldo amanhã grátis só talvez exceto mais",
    "ro": "suc aspirină supă mâine gratuit doar poate decât",
    "ar": "عصير أسبرين مرق غدا أبدا مجانا فقط ربما إلا",
    "uk": "сік аспірин бульйон завтра ніколи безкоштовно лише можливо крім",
    "zh": "果汁 阿司匹林 肉汤 明天 从不 免费 只 也许 除了",
}


@unhurried
@given(language_and_name, st.data())
def test_a_word_more_is_refused(where: tuple[str, str], data: st.DataObject) -> None:
    language, name = where
    word = data.draw(st.sampled_from(OTHER_WORDS[language].split()))
    refused(_inserted(statements(language)[name], word, data, language), name, language)


@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in LANGUAGES for name in statements("en")]
)
def test_another_word_in_any_place_of_any_statement_is_refused(language: str, name: str) -> None:
    """Every word of every approved text, replaced by one of these in turn, and one put before it."""
    text = statements(language)[name]
    others = cycle(OTHER_WORDS[language].split())
    for word in re.finditer(r"[\u3400-\u9fff]|[^\W_]+", text):
        other = next(other for other in others if other.casefold() != word.group().casefold())
        refused(f"{text[: word.start()]}{other}{text[word.end() :]}", name, language)
        refused(f"{text[: word.start()]}{next(others)} {text[word.start() :]}", name, language)


@unhurried
@given(language_and_name, st.text(alphabet="bcdfghjklmnpqrstvwxyz", min_size=4, max_size=12), st.data())
def test_any_unknown_word_is_refused(where: tuple[str, str], word: str, data: st.DataObject) -> None:
    language, name = where
    refused(_inserted(statements(language)[name], word, data, language), name, language)


@unhurried
@given(
    language_and_name,
    st.sampled_from('\u200b\u200d\u202e\u2060\ufeff\u00ad\u0336🙂*_<>{}[]@/\\|#`~="«»'),
    st.data(),
)
def test_a_hidden_or_strange_character_is_refused(
    where: tuple[str, str], character: str, data: st.DataObject
) -> None:
    language, name = where
    text = statements(language)[name]
    at = data.draw(st.integers(0, len(text)))
    refused(text[:at] + character + text[at:], name, language)


@unhurried
@given(language_and_name, language_and_name)
def test_a_text_is_refused_under_another_statements_name(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assume(one[1] != other[1])
    assert not verdict(statements(one[0])[one[1]], other[1], one[0]).supported


@unhurried
@given(language_and_name, st.sampled_from(LANGUAGES))
def test_a_text_of_another_language_is_refused(where: tuple[str, str], other: str) -> None:
    language, name = where
    assume(other != language)
    text = statements(other)[name]
    # A line such as "+34 931 234 567, option 2" is the same in several languages.
    assume(not (name == "contact.admissions" and verdict(text, name, language).supported))
    assert not verdict(text, name, language).supported


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("leak", ["System:", "JSON", "http://example.org", "assistant", "debug"])
def test_a_leak_or_link_at_either_end_is_refused(language: str, leak: str) -> None:
    text = statements(language)["fasting.solids"]
    refused(f"{leak} {text}", "fasting.solids", language)
    refused(f"{text} {leak}", "fasting.solids", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_of_a_limit_is_needed(language: str) -> None:
    """Leaving out the number, the unit or the bound of a limit changes it."""
    lexicon = LEXICONS[language]
    for name, bound in (("fasting.solids", lexicon.least), ("fasting.clear_liquids", lexicon.until)):
        text = statements(language)[name]
        refused(re.sub(r"\d+", "", text), name, language)
        longest = sorted((form for form in bound.split("|") if _has(text, form, language)), key=len)
        refused(_replace(text, longest[-1], "", language), name, language)


def _negations(*lists: str) -> Iterator[str]:
    for written in lists:
        yield from filter(None, written.split("|"))


def _lists(written: str) -> dict[str, list[str]]:
    pairs = (line.partition(":") for line in written.split(";"))
    return {name.strip(): [form.strip() for form in forms.split("|")] for name, _, forms in pairs}


def _pattern(form: str, language: str) -> str:
    spaced = r"[\s'’-]+".join(re.escape(part) for part in re.split(r"[\s'’-]", form))
    return spaced if language == "zh" else rf"(?<!\w){spaced}(?!\w)"


def _has(text: str, form: str, language: str) -> bool:
    return re.search(_pattern(form, language), text, re.IGNORECASE) is not None


def _replace(text: str, old: str, new: str, language: str) -> str:
    replaced: Callable[[re.Match[str]], str] = lambda _: new  # noqa: E731 - a plain text, not a template
    return re.sub(_pattern(old, language), replaced, text, flags=re.IGNORECASE)


def _inserted(text: str, word: str, data: st.DataObject, language: str) -> str:
    if language == "zh":
        at = data.draw(st.integers(0, len(text)))
        return text[:at] + word + text[at:]
    words = text.split(" ")
    words.insert(data.draw(st.integers(0, len(words))), word)
    return " ".join(words)
