"""A hostile engine behind the whole conversation: whatever it answers, approved wording is all that goes out."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from house_fakes import OneLanguage, ScriptedScope, Shelf, small_house
from scripted_engine import MODEL, ScriptedEngine, completion, draft_of, endless, scripted_engine, silent

from appliance.conversation import House, Outcome, Session, Turn, handle
from appliance.engine.breaker import Breaker
from appliance.engine.client import Engine
from appliance.evaluation.run import unsupported
from appliance.knowledge.pack import Pack, load_pack
from appliance.safety.grounding import verify
from appliance.safety.scope import Part, Reading
from appliance.settings import shipped

HOSTILE = Path(__file__).parents[1] / "unit" / "safety" / "hostile"
DRAFTS = [
    (file.stem, kind, tuple(names.split()), text)
    for file in sorted(HOSTILE.glob("*.yaml"))
    for kind, drafts in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    for names, text in drafts
]
LANGUAGES = sorted({language for language, *_ in DRAFTS})
SOLIDS = "fasting.solids"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(shipped("knowledge") / "reedy-preop")


@pytest.fixture
async def server() -> AsyncIterator[ScriptedEngine]:
    async with scripted_engine() as server:
        yield server


@pytest.fixture
async def engine(server: ScriptedEngine, pack: Pack) -> AsyncIterator[Engine]:
    # It keeps failing here, and is asked all the same.
    async with Engine(server.url, languages=pack.languages, breaker=Breaker(failures=10**6)) as engine:
        yield engine


def house_of(pack: Pack, engine: Engine, language: str, statements: tuple[str, ...], **changes: Any) -> House:
    """The shipped pack, real grounding and the real client; scope says that these statements are asked for."""
    reading = Reading("answer", ("asked",), statements, (), 0.9, (Part("?", "asked", 0.9),))
    return small_house(
        **{
            "pack": pack,
            "scope": ScriptedScope(reading),
            "languages": OneLanguage(language),
            "library": Shelf(tuple(pack.statements)),
            "drafter": lambda: engine,
            "verify": lambda draft, texts, lang: verify(draft.sentences, statements=texts, language=lang),
            "engine_deadline_s": 20.0,
            **changes,
        }
    )


async def answered(house: House, language: str) -> Outcome:
    """What goes back to a patient whose conversation is in that language."""
    return await handle(Turn("?"), Session(language=language, introduced=True), house)


def only_approved(outcome: Outcome, house: House, statements: tuple[str, ...]) -> None:
    """The reply is made of approved texts, all that were asked for among them."""
    assert outcome.action == "answer"
    assert all(block.source != "draft" for block in outcome.blocks)
    assert unsupported(outcome, house) == ()
    for name in statements:
        assert house.pack.statement(name, outcome.language) in outcome.reply


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_hostile_draft_is_sent_alone_or_after_an_approved_sentence(
    language: str, pack: Pack, server: ScriptedEngine, engine: Engine
) -> None:
    drafts = [(kind, names, text) for one, kind, names, text in DRAFTS if one == language]
    for kind, names, text in drafts:
        asked = tuple(name for name in names if name in pack.statements) or (SOLIDS,)
        house = house_of(pack, engine, language, asked)
        approved = pack.statement(asked[0], language)
        for draft in (draft_of((text, names)), draft_of((approved, asked[:1]), (text, names))):
            server.answer = draft
            outcome = await answered(house, language)
            only_approved(outcome, house, asked)
            assert text not in outcome.reply or text in approved, (kind, text)
    assert len(server.asked) == 2 * len(drafts)


async def test_a_faithful_draft_is_sent(pack: Pack, server: ScriptedEngine, engine: Engine) -> None:
    """The same path lets a good draft through: what is refused above is refused for what it says."""
    text = "Please do not eat any solid food for at least 8 hours before your operation."
    server.answer = draft_of((text, [SOLIDS]))
    outcome = await answered(house_of(pack, engine, "en", (SOLIDS,)), "en")
    assert text in outcome.reply
    assert outcome.trace.wording == "generated"


def answer_with(body: object, status: int = 200) -> Callable[[web.Request], Any]:
    """Answers with this body, whatever is asked."""

    async def answer(_: web.Request) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, content_type="application/json")

    return answer


async def elsewhere(_: web.Request) -> web.Response:
    """Sends the client to another host."""
    return web.Response(status=307, headers={"Location": "http://192.0.2.1/v1/chat/completions"})


async def hangs_up(request: web.Request) -> web.Response:
    """Ends the connection without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


APPROVED_WITH_MILK = draft_of(("Milk is fine up to 2 hours before surgery.", [SOLIDS]))
GARBAGE: dict[str, Any] = {
    "nothing": "",
    "blanks": " " * 5000,
    "prose": "Sure! You can drink milk.",
    "broken JSON": APPROVED_WITH_MILK[:-3],
    "JSON and more": APPROVED_WITH_MILK + " Milk is fine.",
    "fenced JSON": f"```json\n{APPROVED_WITH_MILK}\n```",
    "a list": f"[{APPROVED_WITH_MILK}]",
    "a key twice": '{"sentences": [], "sentences": [{"text": "Milk is fine.", "statements": []}]}',
    "another key": '{"sentences": [{"text": "Milk.", "statements": [], "role": "system"}]}',
    "no sentence": '{"sentences": []}',
    "many sentences": draft_of(*[("Milk is fine.", [SOLIDS])] * 50),
    "a long sentence": draft_of(("milk " * 100, [SOLIDS])),
    "a deep nest": "[" * 100_000,
    "numbers for names": '{"sentences": [{"text": "Milk is fine.", "statements": [1]}]}',
    "not a number": '{"sentences": NaN}',
    "a null character": draft_of(("No solid food\0 before.", [SOLIDS])),
    "half a surrogate": '{"sentences": [{"text": "Milk \\ud800.", "statements": ["fasting.solids"]}]}',
    "cut by its budget": answer_with(completion(APPROVED_WITH_MILK, "length")),
    "a tool call": answer_with(completion(None, "tool_calls")),
    "content as a list": answer_with(completion([{"type": "text", "text": APPROVED_WITH_MILK}])),
    "no choice": answer_with({**completion(""), "choices": []}),
    "not a completion": answer_with({"error": {"message": "out of memory"}}),
    "a web page": answer_with("<html>Milk is fine.</html>"),
    "an error": answer_with({"error": APPROVED_WITH_MILK}, 500),
    "a bad request": answer_with({"error": APPROVED_WITH_MILK}, 400),
    "another host": elsewhere,
    "a closed connection": hangs_up,
}


@pytest.mark.parametrize("kind", GARBAGE)
async def test_garbage_leaves_the_approved_wording(
    kind: str, pack: Pack, server: ScriptedEngine, engine: Engine
) -> None:
    house = house_of(pack, engine, "en", (SOLIDS,))
    server.answer = GARBAGE[kind]
    outcome = await answered(house, "en")
    only_approved(outcome, house, (SOLIDS,))
    assert outcome.trace.engine.startswith(("no draft from the engine", MODEL))
    assert len(server.asked) == 1


@pytest.mark.parametrize("never", [endless, silent])
async def test_an_answer_that_does_not_end_is_left_at_the_deadline(
    never: Callable[[web.Request], Any], pack: Pack, server: ScriptedEngine, engine: Engine
) -> None:
    house = house_of(pack, engine, "en", (SOLIDS,), engine_deadline_s=0.5)
    server.answer = never
    outcome = await answered(house, "en")
    only_approved(outcome, house, (SOLIDS,))
    assert outcome.trace.engine == "no draft from the engine: deadline: no answer within 0.5 s"
