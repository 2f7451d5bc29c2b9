"""The page: whole in itself, true to the numbers, and every text on it is text."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from played_items import played

from appliance.conversation.outcome import ACTIONS, Block, Trace
from appliance.conversation.turn import Exchange, Session
from appliance.evaluation.questions import Said
from appliance.evaluation.report import render
from appliance.evaluation.run import Played
from appliance.safety.verdict import SentenceVerdict

HOSTILE = '"><script>alert(1)</script><img src="https://example.org/x" onerror=alert(2)> & \' \x00 \u202e'


class Page(HTMLParser):
    """The elements of a page, and the text of each kind."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.elements if name in (attrs.get("class") or "").split()]


def failure(**more: object) -> Played:
    """A failure with all that a trace may hold."""
    verdicts = (
        SentenceVerdict(
            "Four hours are enough.", ("fasting.solids",), supported=False, reasons=("the number 4",)
        ),
        SentenceVerdict("No food.", ("fasting.solids",), supported=True),
    )
    trace = Trace(
        masked="may I eat? <PHONE>",
        masked_kinds=("phone",),
        rule="chest (en): chest & pain",
        parts=(("may I eat?", "fasting.clear_liquids", 0.61),),
        scores=(("fasting.solids", 0.875),),
        draft='{"sentences": []}',
        engine="a-model",
        verdicts=verdicts,
        timings_s={"scope": 0.0321},
    )
    settings: dict[str, object] = {
        "id": "FST-1",
        "wants": ["fasting.solids"],
        "said": ["contact.admissions"],
        "trace": trace,
        "turns": (
            Said(text="hello"),
            Said(role="assistant", text="Hello!"),
            Said(text="may I eat? 555", modality="voice"),
        ),
        "blocks": (Block("message", ("decline_not_in_kb",), "Please ask."),),
        "profile_name": "Marta",
        "note": "a note",
        "confidence": 0.61,
        "latencies_s": [0.05, 0.07],
    }
    return played("answer", "decline_not_in_kb", **(settings | more))  # type: ignore[arg-type]


def test_it_asks_for_nothing_from_anywhere() -> None:
    page = Page(render("a set", [failure()]))
    for tag, attrs in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "base", "video", "audio"}
        for name in ("src", "href", "action", "srcset"):
            assert (attrs.get(name) or "#").startswith("#")
    (policy,) = [attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "url(" not in render("a set", [failure()])


def test_only_its_own_script_may_run() -> None:
    html = render("a set", [failure()])
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}" in html or f"script-src 'sha256-{digest}'" in html


def test_every_text_is_shown_as_text() -> None:
    verdict = SentenceVerdict(HOSTILE, (HOSTILE,), supported=False, reasons=(HOSTILE,))
    hostile = failure(
        id=HOSTILE,
        lang=HOSTILE,
        category=HOSTILE,
        note=HOSTILE,
        profile_name=HOSTILE,
        turns=(Said(text=HOSTILE),),
        blocks=(Block("message", (HOSTILE,), HOSTILE),),
        unsupported=[HOSTILE],
        wants=[HOSTILE],
        said=["other"],
        trace=Trace(
            masked=HOSTILE + "!",
            masked_kinds=(HOSTILE,),
            rule=HOSTILE,
            parts=((HOSTILE, HOSTILE, 0.5),),
            scores=((HOSTILE, 0.5),),
            draft=HOSTILE,
            engine=HOSTILE,
            verdicts=(verdict,),
            timings_s={HOSTILE: 0.1},
        ),
    )
    html = render(HOSTILE, [hostile])
    page = Page(html)
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert "img" not in {tag for tag, _ in page.elements}
    assert all(not name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert "\x00" not in html
    assert "\u202e" not in html
    assert "⟨U+202E⟩" in html


def test_half_a_character_can_be_written() -> None:
    render("\ud800", [failure(trace=Trace(draft="\udfff"))]).encode()


def test_the_numbers_are_the_metrics() -> None:
    items = [played("answer", "answer", id=str(n)) for n in range(3)] + [failure(latencies_s=[0.25])]
    text = Page(render("golden.jsonl", items)).text
    assert "golden.jsonl" in text
    assert "4 conversations were played; 3 were decided as expected, and 1 were not" in text
    assert "75 %" in text
    assert "3 of 4 were answered with all that was asked for" in text
    assert "No item is about this." in text


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (played("emergency", "answer"), "emergencies missed: 1"),
        (played("decline_medical", "answer"), "medical questions answered: 1"),
        (played("answer", "answer", unsupported=["Coffee."]), "unsupported sentences sent: 1"),
    ],
)
def test_what_must_not_happen_is_said_first(item: Played, said: str) -> None:
    page = Page(render("a set", [item]))
    assert said in page.text
    assert len(page.of_class("broken")) == 1
    assert len([attrs for tag, attrs in page.elements if tag == "li" and attrs.get("class") == "kept"]) == 2


def test_a_failure_has_its_whole_trace() -> None:
    text = Page(render("a set", [failure()])).text
    for part in (
        "FST-1",
        "hello",
        "Hello!",
        "may I eat? 555",
        "voice",
        "Marta",
        "a note",
        "answer",
        "decline_not_in_kb",
        "(0.61)",
        "fasting.solids",
        "contact.admissions",
        "chest (en): chest & pain",
        "may I eat? <PHONE>",
        "Masked: phone",
        "fasting.clear_liquids",
        "0.61",
        "0.875",
        "a-model",
        '{"sentences": []}',
        "Four hours are enough.",
        "not supported by fasting.solids: the number 4",
        "supported by fasting.solids",
        "Please ask.",
        "message: decline_not_in_kb",
        "scope 32.1 ms",
        "whole turn 70.0 ms",
        "wording: verbatim",
    ):
        assert part in text


def test_failures_can_be_filtered_by_what_they_are() -> None:
    items = [
        failure(),
        failure(id="2", lang="es", category="mixed", wants=[]),
        played("answer", "answer", id="3", category="other", language="es"),
        played("answer", "answer", id="4", category="right"),
    ]
    page = Page(render("a set", items))
    cards = page.of_class("failure")
    assert [(card["data-category"], card["data-language"], card["data-kinds"]) for card in cards] == [
        ("fasting", "en", "action statements"),
        ("mixed", "es", "action"),
        ("other", "en", "language"),
    ]
    assert cards[0]["data-pair"] == "answer → decline_not_in_kb"
    options = [attrs.get("value") for tag, attrs in page.elements if tag == "option"]
    assert {"fasting", "mixed", "other", "es", "answer → decline_not_in_kb"} <= set(options)
    assert "right" not in options


def test_the_matrix_leads_to_the_failures() -> None:
    links = [
        attrs
        for _, attrs in Page(render("a set", [failure()])).elements
        if attrs.get("data-filter") == "pair"
    ]
    assert [link["data-value"] for link in links] == ["answer → decline_not_in_kb"]


def test_patients_texts_are_laid_out_in_their_own_direction() -> None:
    html = render("a set", [failure(turns=(Said(text="هل أشرب الماء؟"),))])
    assert 'dir="auto">هل أشرب الماء؟' in html


def test_the_day_is_the_last_that_was_played() -> None:
    exchange = Exchange(
        at=datetime(2026, 11, 20, tzinfo=UTC), patient="", reply="", action="ack", language="en"
    )
    item = played("ack", "ack", session=Session().with_exchange(exchange))
    assert "evaluation of 2026-11-20" in Page(render("a set", [item])).text


@pytest.mark.parametrize(
    "items", [[], [played("ack", "ack")], [played("ack", action, id=action) for action in ACTIONS]], ids=len
)
def test_any_set_can_be_shown(items: list[Played]) -> None:
    page = Page(render("a set", items))
    failed = sum(item.outcome.action != "ack" for item in items)
    assert len(page.of_class("failure")) == failed
    assert ("There is none" in page.text) is (failed == 0)


@pytest.mark.parametrize(
    ("hits", "shown"), [(0, "0 %"), (1, "< 0.1 %"), (300, "25 %"), (1199, "> 99.9 %"), (1200, "100 %")]
)
def test_only_a_share_that_is_whole_reads_as_such(hits: int, shown: str) -> None:
    right, wrong = played("ack", "ack"), played("ack", "off_topic", reply_lang="en")
    items = [right if n < hits else wrong for n in range(1200)]
    found = re.search(r'<h4>Right decision</h4>\s*<p class="value">([^<]*)</p>', render("a set", items))
    assert found is not None
    assert found[1].replace("&lt;", "<").replace("&gt;", ">") == shown
