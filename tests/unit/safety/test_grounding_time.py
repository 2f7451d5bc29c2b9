"""However a draft is made up, it takes grounding a bounded time to refuse it."""

import time

import pytest
from grounded import LANGUAGES, statements, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.engine.draft import MOST_CHARACTERS
from appliance.safety.grounding.languages import LEXICONS

# Of the processor, for one sentence that names every statement. A quiet machine takes about a fifteenth of it; the
# machines that run this are shared and slow.
MOST_CPU_S = 2.0
WORDS = {
    language: sorted({
        word
        for written in (
            *vars(LEXICONS[language]).values(),
            *statements(language).values(),
        )
        if isinstance(written, str)
        for word in written.replace("|", " ").replace(";", " ").split()
        if "*" not in word
    })
    for language in LANGUAGES
}  # fmt: skip


def quickly_refused(text: str, language: str) -> None:
    """It is refused, within the time that one sentence may take."""
    text = text[:MOST_CHARACTERS].strip()
    started_s = time.process_time()
    found = verdict(text, " ".join(statements(language)), language)
    assert time.process_time() - started_s < MOST_CPU_S, text
    assert not found.supported


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(LANGUAGES), st.data())
def test_a_salad_of_the_languages_own_words_is_refused_in_time(language: str, data: st.DataObject) -> None:
    few = data.draw(st.lists(st.sampled_from(WORDS[language]), min_size=1, max_size=8))
    between = st.sampled_from([" ", ", ", " ", "" if language == "zh" else " "])
    count = data.draw(st.integers(20, 150))
    quickly_refused("".join(few[at % len(few)] + data.draw(between) for at in range(count)), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    ["No, " * 75, "no no " * 50, ", " * 150, "()" * 150, "8 hours " * 38, "1" * 300, "+34 " * 75, "a " * 150,
     "x" * 300, "and " * 75, "1:2" * 100, "+1 2-3(4).5 " * 25, "-a" * 150, "'" * 300],
)  # fmt: skip
def test_what_is_repeated_without_end_is_refused_in_time(language: str, text: str) -> None:
    quickly_refused(text, language)
