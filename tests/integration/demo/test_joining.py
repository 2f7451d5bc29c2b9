"""The engine joins when it answers, and a demo without one says why."""

from pathlib import Path

from quart import Quart

from appliance.demo.engine_sign import EngineSign, SignPost
from appliance.demo.joining import join_engine_at, join_own_engine
from appliance.demo.listening import listen, serving
from appliance.demo.warden import Warden
from appliance.settings import Settings


def signs() -> tuple[SignPost, list[EngineSign]]:
    """A sign post, and everything that it has shown."""
    shown: list[EngineSign] = []
    post = SignPost(changed=lambda: shown.append(post.sign))
    return post, shown


async def test_an_engine_elsewhere_joins_as_soon_as_it_answers() -> None:
    vllm = Quart("vllm")

    @vllm.get("/v1/models")
    async def models() -> dict[str, list[str]]:
        return {"data": []}

    post, shown = signs()
    joined: list[str] = []
    place = listen(0)
    async with serving(vllm, place):
        await join_engine_at(place.url, post, joined.append)
    assert joined == [place.url]
    assert [sign.state for sign in shown] == ["loading", "ready"]


async def test_a_model_that_is_in_no_catalogue_is_told_and_nothing_joins(tmp_path: Path) -> None:
    post, shown = signs()
    joined: list[str] = []
    settings = Settings(data_dir=tmp_path, chat_model="no-such-model")
    async with Warden() as warden:
        await join_own_engine(settings, post, joined.append, warden)
    assert joined == []
    assert shown[-1].state == "failed"
    assert "no-such-model" in shown[-1].detail
    assert "approved wording is used" in shown[-1].detail
