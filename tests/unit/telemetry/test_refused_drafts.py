"""Reasons against drafts are counted in few kinds, and those that the verifier gives are known."""

from pathlib import Path

from appliance.engine.draft import DraftSentence
from appliance.knowledge.reading import read_yaml
from appliance.safety.grounding import verify
from appliance.safety.verdict import SentenceVerdict
from appliance.telemetry.refusals import KINDS, refusal_of

ROOT = Path(__file__).parents[3]
HOSTILE = ROOT / "tests" / "unit" / "safety" / "hostile"
STATEMENTS = ROOT / "knowledge" / "reedy-preop" / "statements.yaml"


def refused(*reasons: str) -> tuple[SentenceVerdict, ...]:
    return (
        SentenceVerdict("ok", ("a",), supported=True),
        SentenceVerdict("no", (), supported=False, reasons=reasons),
    )


def test_the_first_reason_counts() -> None:
    assert refusal_of(refused("leaves out “water”", "adds “milk”")) == "omission"


def test_the_words_of_the_draft_are_no_kind() -> None:
    assert refusal_of(refused("something that nobody thought of: Zubikarai")) == "other"


def test_supported_sentences_that_left_out_a_statement_are_an_omission() -> None:
    assert refusal_of((SentenceVerdict("ok", ("a",), supported=True),)) == "omission"


def test_every_reason_that_the_verifier_gives_against_hostile_drafts_has_a_kind_of_its_own() -> None:
    statements = read_yaml(STATEMENTS)
    for language in ("en", "zh"):
        approved = {name: statement["text"][language] for name, statement in statements.items()}
        drafts = read_yaml(HOSTILE / f"{language}.yaml")
        kinds = {
            refusal_of(
                verify([DraftSentence(text, tuple(names.split()))], statements=approved, language=language)
            )
            for several in drafts.values()
            for names, text in several
        }
        assert kinds <= set(KINDS)
        assert len(kinds) >= 4
        assert "other" not in kinds
