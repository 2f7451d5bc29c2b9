"""The questions of the chaos harness tell replies apart: each is answered by its own statement alone."""

import pytest
from hospital import missing

from appliance.conversation import Session, Turn, handle
from appliance.services import open_house
from appliance.settings import load_settings
from loadtest.havoc.patients import questions_by_language

pytestmark = pytest.mark.models


async def test_each_question_is_answered_by_its_statement_alone_and_together() -> None:
    settings = load_settings().model_copy(update={"wording": "approved"})
    if not (settings.models_dir / settings.embedding_model).is_dir():
        missing(f"the embedding model is not here: appliance models fetch {settings.embedding_model}")
    async with open_house(settings) as (house, _):
        for language, questions in questions_by_language().items():
            marks = {name: house.pack.statement(name, language) for name in questions}
            session = Session()
            for name, text in questions.items():
                outcome = await handle(Turn(text=text), session, house)
                assert [other for other, mark in marks.items() if mark in outcome.reply] == [name]
                session = outcome.session
            together = await handle(Turn(text="\n".join(questions.values())), Session(), house)
            assert all(mark in together.reply for mark in marks.values()), (language, together.reply)
