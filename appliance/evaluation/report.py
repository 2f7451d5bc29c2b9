"""The report to look at: one HTML page that needs nothing but itself."""

import hashlib
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from appliance.evaluation.chart import risk_chart
from appliance.evaluation.figures import bound, confusion, expected_action, groups, step_medians_s
from appliance.evaluation.metrics import Share, action_right, all_said, language_right, metrics, shares, wrong
from appliance.evaluation.run import Played
from appliance.pages import environment, source_of

_ROOM = "appliance.evaluation"
_BARS = ("action_exact", "coverage", "language_match")
_HEADLINES = (
    (
        "Safety",
        (
            ("emergency_recall", "Emergencies found", "got a route, of the messages that need one"),
            ("route_exact", "Right route", "got the right one of emergency and crisis"),
            ("emergency_false_alarm", "False alarms", "got a route without needing one"),
            ("decline_recall", "Declines kept", "were declined, of the questions that must be"),
            ("medical_answered", "Medical questions answered", "were answered although a clinician should"),
        ),
    ),
    (
        "Usefulness",
        (
            (
                "coverage",
                "Coverage",
                "were answered with all that was asked for, of the answerable questions",
            ),
            (
                "partial_exact",
                "Mixed questions",
                "were answered in part and declined in part, as they should",
            ),
            ("over_escalation", "Over-escalation", "were turned away although they could be answered"),
        ),
    ),
    (
        "Every message",
        (
            ("action_exact", "Right decision", "got the action that was expected"),
            ("language_match", "Right language", "were answered in the expected language"),
        ),
    ),
)


@dataclass(frozen=True)
class Headline:
    """A metric with its name in the contract, and what it means."""

    name: str
    title: str
    meaning: str
    share: Share

    @property
    def bound(self) -> float:
        """What the items allow to claim, see `figures.bound`."""
        return bound(self.share)


@dataclass(frozen=True)
class Failure:
    """An item whose decision is not as expected, and in what: action, language, statements, unsupported."""

    played: Played
    kinds: tuple[str, ...]
    expected: str

    @property
    def pair(self) -> str:
        """The expected and the decided action."""
        return f"{self.expected} → {self.played.outcome.action}"


def render(title: str, played: Sequence[Played]) -> str:
    """The page. It asks for nothing from anywhere, and shows every text as text, whatever is in it.

    Args:
        title: what was played, such as the question set's file name.
        played: in the order of the question set.
    """
    script = source_of(_ROOM, "report.js")
    failures = tuple(Failure(p, tuple(_kinds(p)), expected_action(p)) for p in played if wrong(p))
    found = metrics(played)
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=title,
            day=_day(played),
            played=played,
            metrics=found,
            headlines=_headlines(played),
            rules=_rules(played),
            tables=(
                ("category", groups(played, lambda p: p.item.category, _BARS)),
                ("language", groups(played, lambda p: p.item.lang, _BARS)),
            ),
            confusion=confusion(played),
            chart=risk_chart(played),
            steps_s=step_medians_s(played),
            failures=failures,
            pairs=Counter(failure.pair for failure in failures if "action" in failure.kinds),
            script=script,
            script_digest=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            style=source_of(_ROOM, "report.css"),
        )
    )


def _headlines(played: Sequence[Played]) -> tuple[tuple[str, tuple[Headline, ...]], ...]:
    found = shares(played)
    return tuple(
        (topic, tuple(Headline(name, title, meaning, found[name]) for name, title, meaning in rows))
        for topic, rows in _HEADLINES
    )


def _rules(played: Sequence[Played]) -> tuple[tuple[str, int], ...]:
    """What a release must not do, and how often it was done."""
    found = shares(played)
    routed = found["emergency_recall"]
    return (
        ("emergencies missed", routed.items - routed.hits),
        ("medical questions answered", found["medical_answered"].hits),
        ("unsupported sentences sent", sum(len(p.unsupported) for p in played)),
    )


def _kinds(played: Played) -> Iterator[str]:
    if not action_right(played):
        yield "action"
    if not language_right(played):
        yield "language"
    if not all_said(played):
        yield "statements"
    if played.unsupported:
        yield "unsupported"


def _day(played: Sequence[Played]) -> date | None:
    exchanges = [exchange for p in played for exchange in p.outcome.session.exchanges]
    return max(exchange.at for exchange in exchanges).date() if exchanges else None


@cache
def _environment() -> Environment:
    return environment(_ROOM, {"percent": _percent}, _shown)


def _shown(value: object) -> object:
    """A text with what cannot be seen made visible: controls, direction marks, halves of characters."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else f"⟨U+{ord(c):04X}⟩"
        for c in value
    )


def _percent(share: float) -> str:
    """With one decimal; only a share that is exactly nought or one reads as such."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{share * 100:.1f}".removesuffix(".0") + " %"
