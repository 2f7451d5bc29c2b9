"""The emergency wording of the demonstration pack: every route found, ordinary messages left alone."""

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pack_files import shipped_pack

from appliance.knowledge.reading import read_yaml
from appliance.safety.wording import Wording
from appliance.settings import shipped

MILLISECONDS = 1e-3

_HERE = Path(__file__).parent
_MESSAGES = read_yaml(_HERE / "emergency_messages.yaml")
_DOCUMENT = read_yaml(shipped("knowledge") / "reedy-preop" / "emergencies.yaml")
_VOICES = read_yaml(_HERE / "emergency_voices.yaml")
_ROUTED = frozenset({"emergency", "crisis"})
_LANGUAGES = ("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")
_PREFIX = "Hello, can I drink water before surgery and until what time?\n"


def _wording() -> Wording:
    return shipped_pack().emergencies


def _positives() -> Iterator[tuple[str, str]]:
    for language, kinds in _MESSAGES["positives"].items():
        for kind in kinds:
            yield language, kind


@pytest.mark.parametrize(("language", "kind"), list(_positives()))
def test_message_gets_the_route_of_its_kind(language: str, kind: str) -> None:
    expected = _DOCUMENT["kinds"][kind]["route"]
    got = {text: _wording().find(text) for text in _MESSAGES["positives"][language][kind]}
    assert {text: match and match.route for text, match in got.items()} == dict.fromkeys(got, expected)


@pytest.mark.parametrize(("language", "kind"), list(_positives()))
def test_emergency_is_found_inside_another_question(language: str, kind: str) -> None:
    texts = _MESSAGES["positives"][language][kind]
    assert [text for text in texts if _wording().find(_PREFIX + text) is None] == []


@pytest.mark.parametrize("language", _LANGUAGES)
def test_ordinary_message_gets_no_route(language: str) -> None:
    """Figures of speech, the past, fears and questions on what might happen are no emergency."""
    found = {text: _wording().find(text) for text in _MESSAGES["negatives"][language]}
    assert {text: match for text, match in found.items() if match} == {}


@pytest.mark.parametrize("route", list(_MESSAGES["routes"]))
def test_message_of_any_language_gets_its_route(route: str) -> None:
    expected = None if route == "none" else route
    got = {text: _wording().find(text) for text in _MESSAGES["routes"][route]}
    assert {text: match and match.route for text, match in got.items()} == dict.fromkeys(got, expected)


@pytest.mark.parametrize("kind", list(_DOCUMENT["kinds"]))
def test_every_kind_has_rules_and_messages_in_every_language(kind: str) -> None:
    assert set(_DOCUMENT["kinds"][kind]["rules"]) >= set(_LANGUAGES)
    assert all(len(_MESSAGES["positives"][language][kind]) >= 6 for language in _LANGUAGES)


def _voices() -> Iterator[tuple[str, str]]:
    for route, by_language in _VOICES.items():
        for language in by_language:
            yield route, language


@pytest.mark.parametrize(("route", "language"), list(_voices()))
def test_voice_of_any_kind_gets_its_route(route: str, language: str) -> None:
    """Grandmothers, teenagers, carers, dialects, typos, voice notes, and what only sounds like them."""
    expected = None if route == "none" else route
    got = {text: _wording().find(text) for text in _VOICES[route][language]}
    assert {text: match and match.route for text, match in got.items()} == dict.fromkeys(got, expected)


@pytest.mark.parametrize("language", _LANGUAGES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_emergency_is_found_beside_any_question(language: str, data: st.DataObject) -> None:
    """Whatever else is asked, of the past or of what might be, in front of it or after."""
    emergency = data.draw(st.sampled_from(_phrases_of(language)))
    question = data.draw(st.sampled_from(_questions_of(language)))
    joint = data.draw(st.sampled_from(["\n", ". ", "? ", "! ", " … "]))
    parts = data.draw(st.permutations([emergency, question]))
    assert _wording().find(joint.join(parts)) is not None


@cache
def _phrases_of(language: str) -> list[str]:
    kinds = _MESSAGES["positives"][language].values()
    return [text for texts in kinds for text in texts if _wording().find(text)]


@cache
def _questions_of(language: str) -> list[str]:
    (examples,) = (one.examples for one in shipped_pack().examples if one.language == language)
    return [text for name, texts in examples.items() if name.split(".")[0] not in _ROUTED for text in texts]


def test_a_message_is_read_in_about_a_millisecond() -> None:
    """Processor time, so that a busy machine tells the same; the bound is generous for slow ones."""
    texts = [text for language in _LANGUAGES for text in _MESSAGES["negatives"][language]]
    _wording().find(texts[0])
    start = time.process_time()
    for text in texts:
        _wording().find(text)
    assert (time.process_time() - start) / len(texts) < 5 * MILLISECONDS
