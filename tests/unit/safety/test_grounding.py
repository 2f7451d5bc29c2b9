"""Verification of single sentences: what is accepted, what is refused, and what is said about it."""

import pytest
from grounded import LANGUAGES, statements, verdict

from appliance.engine.draft import MOST_SENTENCES, DraftSentence
from appliance.safety.grounding import same_language, verify
from appliance.safety.grounding.claim import claims
from appliance.safety.grounding.pieces import pieces_of
from appliance.safety.grounding.reading import reader_for
from appliance.safety.grounding.support import problems

SOLIDS = "fasting.solids"
LIQUIDS = "fasting.clear_liquids"
APPROVED = [(language, name) for language in LANGUAGES for name in statements(language)]


class Judge:
    """An entailment model that answers as it is told."""

    def __init__(self, *, agrees: bool) -> None:
        self.agrees = agrees
        self.asked: list[tuple[str, str]] = []

    def supports(self, premise: str, hypothesis: str) -> bool:
        self.asked.append((premise, hypothesis))
        return self.agrees


@pytest.mark.parametrize(("language", "name"), APPROVED)
def test_an_approved_text_itself_is_supported(language: str, name: str) -> None:
    found = verdict(statements(language)[name], name, language)
    assert found.supported, found.reasons
    assert found.cited == (name,)


@pytest.mark.parametrize(("language", "name"), APPROVED)
def test_an_approved_text_is_understood_and_not_only_compared(language: str, name: str) -> None:
    """Each sentence of it is read as saying what it says: the reading is what drafts are held against."""
    reader = reader_for(language)
    assert reader is not None
    for claim in claims(statements(language)[name], language):
        assert claim.doubt == ""
        assert problems(tuple(pieces_of(claim.text)), claim, reader) == ()


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("de", SOLIDS, "Bitte essen Sie mindestens 8 Stunden vor der Operation keine feste Nahrung."),
        ("de", SOLIDS, "Sie dürfen mindestens 8 Stunden vor der Operation keine feste Nahrung essen."),
        ("de", LIQUIDS, "Sie dürfen Wasser bis zwei Stunden vor der Operation trinken."),
        ("it", LIQUIDS, "Può bere acqua fino a 2 ore prima dell'intervento."),
        ("pt", LIQUIDS, "Pode beber água até duas horas antes da operação."),
        ("ro", LIQUIDS, "Puteți bea apă până cu 2 ore înainte de operație."),
        ("ar", LIQUIDS, "يمكنك شرب الماء حتى 2 ساعة قبل العملية."),
        ("ar", SOLIDS, "لا تتناول أي طعام صلب لمدة ٨ ساعات على الأقل قبل العملية."),
        ("uk", LIQUIDS, "Можна пити воду не пізніше ніж за дві години до операції."),
        ("zh", SOLIDS, "手术前至少八小时不要吃固体食物。"),
        ("zh", LIQUIDS, "您可以喝水，最晚到手术前2小时。"),
    ],
)
def test_a_rewording_is_supported_in_the_other_languages_too(language: str, name: str, text: str) -> None:
    assert verdict(text, name, language).reasons == ()


@pytest.mark.parametrize(
    ("text", "names", "reason"),
    [
        (
            "No solid food for 6 hours before surgery.",
            SOLIDS,
            "says “6 hours before surgery”, but the statement says “for at least 8 hours before surgery”",
        ),
        ("You can drink water before surgery.", LIQUIDS, "leaves out “up to 2 hours before surgery”"),
        ("Coffee is ok.", LIQUIDS, "says “Coffee”, but the statement says “black coffee”"),
        ("Solid food is ok.", SOLIDS, "allows what the statement forbids"),
        ("Milk is allowed up to 2 hours before surgery.", LIQUIDS, "adds “Milk”"),
        ("No solid food for at least 8 hours before surgery.", LIQUIDS, "adds “solid food”"),
        ("No solid food before surgery.", "fasting.broth", "names what was not retrieved: fasting.broth"),
        ("No solid food for at least 8 hours before surgery.", "", "names no statement"),
        ("No solid food for at least 8 hours before surgery?", SOLIDS, "asks something"),
        ("Not solid food ok, see www.example.org", SOLIDS, "has a link or an address: “www.”"),
        ("Keine feste Nahrung mindestens acht Stunden davor", SOLIDS, "is not in the language of the reply"),
        ("No sol\u0456d food.", SOLIDS, "mixes scripts in one word: “sol\u0456d”"),
        ("No solid\u200b food.", SOLIDS, "has characters that the language does not use: zero width space"),
        ("As an AI, no solid food.", SOLIDS, "speaks of itself or of its instructions: “As an AI”"),
        ("", SOLIDS, "is empty"),
        (
            "Do not eat solid food for at least 8 hours before surgery.",
            f"{SOLIDS} {LIQUIDS}",
            "names fasting.clear_liquids, but says nothing of it",
        ),
        ("Call +34 931 234 568, option 2.", "contact.admissions", "leaves out +34931234567"),
        ("Talk to the medical team.", "emotions.severe", "leaves out the condition of the statement"),
        ("No solid food is not allowed.", SOLIDS, "negates twice: “No” and “is not allowed”"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_in_plain_words(text: str, names: str, reason: str) -> None:
    found = verdict(text, names, "en")
    assert not found.supported
    assert reason in found.reasons


def test_the_words_of_two_statements_never_mix_in_one_clause() -> None:
    both = f"{SOLIDS} {LIQUIDS}"
    assert not verdict("Solid food is allowed up to 2 hours before surgery.", both, "en").supported
    joined = (
        "Water is ok up to 2 hours before surgery, but no solid food for at least 8 hours before surgery."
    )
    assert verdict(joined, both, "en").supported


def test_other_approved_texts_are_sent_word_for_word_and_without_a_citation() -> None:
    sentences = [DraftSentence("Hello!", ()), DraftSentence("Hello there!", ())]
    verdicts = verify(sentences, statements={}, language="en", allowed=["Hello!"])
    assert [found.supported for found in verdicts] == [True, False]


def test_an_entailment_model_can_only_refuse() -> None:
    good = DraftSentence("Water is allowed up to 2 hours before surgery.", (LIQUIDS,))
    bad = DraftSentence("Milk is allowed up to 2 hours before surgery.", (LIQUIDS,))
    given = statements("en")
    agreeing, refusing = Judge(agrees=True), Judge(agrees=False)
    yes = verify([good, bad], statements=given, language="en", entailment=agreeing)
    no = verify([good, bad], statements=given, language="en", entailment=refusing)
    assert [found.supported for found in yes] == [True, False]
    assert [found.supported for found in no] == [False, False]
    assert agreeing.asked == [(given[LIQUIDS], good.text)]


def test_ids_that_the_engine_made_up_are_not_cited() -> None:
    text = "Water is allowed up to 2 hours before surgery."
    found = verdict(text, f"{LIQUIDS} Maria-lives-in-Lleida", "en")
    assert (found.supported, found.cited) == (False, (LIQUIDS,))


def test_a_draft_without_sentences_has_no_verdicts() -> None:
    assert verify([], statements=statements("en"), language="en") == ()


def test_a_draft_with_too_many_sentences_is_refused_from_there_on() -> None:
    sentence = DraftSentence("Water is allowed up to 2 hours before surgery.", (LIQUIDS,))
    verdicts = verify([sentence] * (MOST_SENTENCES + 1), statements=statements("en"), language="en")
    assert [found.supported for found in verdicts] == [True] * MOST_SENTENCES + [False]


def test_half_of_a_statement_with_limits_is_not_enough() -> None:
    given = {"a": "You can drink water up to 2 hours before surgery. No water after midnight."}
    assert not verdict("You can drink water up to 2 hours before surgery.", "a", "en", given).supported
    assert verdict(given["a"], "a", "en", given).supported


def test_a_statement_with_several_limits_is_only_sent_word_for_word() -> None:
    given = {"a": "No solid food for at least 8 hours and no water for at least 2 hours before surgery."}
    swapped = "No solid food for at least 2 hours and no water for at least 8 hours before surgery."
    assert not verdict(swapped, "a", "en", given).supported
    assert verdict(given["a"], "a", "en", given).supported


def test_a_language_without_a_lexicon_is_only_sent_word_for_word() -> None:
    given = {"a": "Ez jan elikagai solidorik ebakuntza baino 8 ordu lehenago."}
    assert verdict(given["a"], "a", "eu", given).supported
    assert not verdict("Ez jan elikagai solidorik.", "a", "eu", given).supported
    assert not same_language("Ez jan.", "eu")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_a_text_is_told_from_the_others(language: str) -> None:
    own = statements(language)
    for text in own.values():
        assert same_language(text, language, tuple(own.values()))
    other = "en" if language != "en" else "de"
    assert not same_language(statements(other)[SOLIDS], language)


def test_a_hostile_sentence_cannot_stall_it() -> None:
    text = ("no, and " * 60)[:299]
    assert not verdict(text, " ".join(statements("en")), "en").supported
