"""Faithful rewordings: what share of them is accepted. Refusing one costs a warmer wording, never safety."""

import pytest
import yaml
from grounded import HERE, verdict

# What must be accepted at least, by who wrote them. `faithful`: the author of the lexicons. `faithful_apart`: somebody
# who had not seen them, so that it says more of what a model's own wording may expect; before the lexicons learned
# from it, 46 of its 93 were accepted.
FLOORS = {"faithful": 0.8, "faithful_apart": 0.55}
REWORDINGS = {
    (folder, file.stem): yaml.safe_load(file.read_text(encoding="utf-8"))
    for folder in FLOORS
    for file in sorted((HERE / folder).glob("*.yaml"))
}


@pytest.mark.parametrize("folder", FLOORS)
def test_there_are_enough_of_them(folder: str) -> None:
    assert {language for one, language in REWORDINGS if one == folder} == {"es", "ca", "en", "fr"}
    assert sum(len(texts) for (one, _), texts in REWORDINGS.items() if one == folder) >= 80


@pytest.mark.parametrize(("folder", "language"), sorted(REWORDINGS))
def test_a_good_share_of_faithful_rewordings_is_accepted(
    folder: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = [verdict(text, names, language) for names, text in REWORDINGS[folder, language]]
    accepted = sum(found.supported for found in verdicts)
    with capsys.disabled():
        print(f"\n{folder} rewordings accepted, {language}: {accepted}/{len(verdicts)}", end="")  # noqa: T201
    assert accepted / len(verdicts) >= FLOORS[folder], [found for found in verdicts if not found.supported]
