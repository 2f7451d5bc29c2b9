"""The hazard log: every hazard has controls and tests, and every test that it names is there."""

import re
from pathlib import Path
from typing import Any

import pytest

from appliance.knowledge.reading import read_yaml

ROOT = Path(__file__).parents[2]
HAZARDS: dict[str, dict[str, Any]] = read_yaml(ROOT / "tests" / "hazards.yaml")


@pytest.mark.parametrize("number", list(HAZARDS))
def test_a_hazard_says_what_it_is_and_what_is_done_about_it(number: str) -> None:
    hazard = HAZARDS[number]
    assert set(hazard) == {"hazard", "harm", "causes", "controls", "tests"}
    assert all(hazard.values())


@pytest.mark.parametrize(
    ("number", "named"), [(number, named) for number in HAZARDS for named in HAZARDS[number]["tests"]]
)
def test_a_test_that_a_hazard_names_is_there(number: str, named: str) -> None:
    file, _, function = named.partition("::")
    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {function}\(", source, re.MULTILINE), named
