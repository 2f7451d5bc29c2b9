"""The emergency wording of the demonstration pack: every route found, ordinary messages left alone."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from appliance.safety.wording import Wording

_PACK = Path(__file__).parents[3] / "knowledge" / "reedy-preop"
_MESSAGES = yaml.safe_load((Path(__file__).parent / "emergency_messages.yaml").read_text(encoding="utf-8"))
_DOCUMENT = yaml.safe_load((_PACK / "emergencies.yaml").read_text(encoding="utf-8"))
_LANGUAGES = ("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")
_PREFIX = "Hello, can I drink water before surgery and until what time?\n"


@cache
def _wording() -> Wording:
    return Wording(_DOCUMENT)


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
