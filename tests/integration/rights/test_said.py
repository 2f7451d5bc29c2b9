"""Rights that patients ask for in their own words, in every language; and what only sounds like it."""

from pathlib import Path

import pytest
import yaml
from needs import missing

from appliance.conversation import Session, Turn, handle
from appliance.services import open_house
from appliance.settings import load_settings

pytestmark = pytest.mark.models

SAID: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "said.yaml").read_text(encoding="utf-8")
)
RIGHTS = ("privacy_export", "privacy_erase", "opt_out", "opt_in")
# What was reached when this was written: 33 of 33, 33 of 33, 22 of 22, 11 of 11; one of 26 others is misread.
MOST_MISSED, MOST_MISREAD = 1, 1


async def test_each_right_is_recognised_in_each_language(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings()
    if not (settings.models_dir / settings.embedding_model).is_dir():
        missing(f"the embedding model is not here: appliance models fetch {settings.embedding_model}")
    told = []
    async with open_house(settings.model_copy(update={"engine_url": ""})) as (house, _):
        for right, by_language in SAID.items():
            texts = [text for texts in by_language.values() for text in texts]
            actions = {text: (await handle(Turn(text), Session(), house)).action for text in texts}
            if right == "none":
                wrong = {text: action for text, action in actions.items() if action in RIGHTS}
                assert len(wrong) <= MOST_MISREAD, wrong
            else:
                wrong = {text: action for text, action in actions.items() if action != right}
                assert len(wrong) <= MOST_MISSED, wrong
            told.append(f"{right}: {len(texts) - len(wrong)} of {len(texts)} right {wrong or ''}")
    with capsys.disabled():
        print("\nrights in free text", *told, sep="\n")  # noqa: T201 - asked for
