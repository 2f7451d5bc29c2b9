"""Faithful rewordings: what share of them is accepted. Refusing one costs a warmer wording, never safety."""

import pytest
import yaml
from grounded import HERE, verdict

# What must be accepted at least. The lexicons' author wrote these too: a model's own wording will do worse.
FLOOR = 0.8
REWORDINGS = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((HERE / "faithful").glob("*.yaml"))
}


def test_there_are_enough_of_them() -> None:
    assert set(REWORDINGS) == {"es", "ca", "en", "fr"}
    assert sum(map(len, REWORDINGS.values())) >= 80


@pytest.mark.parametrize("language", sorted(REWORDINGS))
def test_most_faithful_rewordings_are_accepted(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = [verdict(text, names, language) for names, text in REWORDINGS[language]]
    accepted = sum(found.supported for found in verdicts)
    with capsys.disabled():
        print(f"\nfaithful rewordings accepted, {language}: {accepted}/{len(verdicts)}", end="")  # noqa: T201
    assert accepted / len(verdicts) >= FLOOR, [found for found in verdicts if not found.supported]
