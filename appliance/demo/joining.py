"""Lets the engine join a demo that answers already: brings it here, starts it, and watches over it."""

import asyncio
from collections.abc import Callable

import aiohttp
import structlog

from appliance.demo.engine_sign import SignPost
from appliance.demo.preparing import is_engine_here, is_here, prepare
from appliance.demo.warden import Warden
from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.environment import fitting_flavour, installed_environment
from appliance.engine.serve import start_engine
from appliance.errors import ApplianceError
from appliance.settings import Settings

Joined = Callable[[str], None]
"""Is told the base URL of an engine that is ready."""

_ASK_EVERY_S = 2.0
_LONGEST_DETAIL = 140
_WITHOUT = "approved wording is used"
_log = structlog.get_logger(__name__)


async def join_own_engine(settings: Settings, sign_post: SignPost, joined: Joined, warden: Warden) -> None:
    """Run vLLM with the chat model until cancelled; whatever goes wrong is shown and hurts nobody."""
    try:
        await _run_engine(settings, sign_post, joined, warden)
    except (ApplianceError, OSError) as error:
        _log.warning("demo.no_engine", problem=str(error))
        sign_post.show("failed", f"{_first_line(error)} ({_WITHOUT})")


async def join_engine_at(url: str, sign_post: SignPost, joined: Joined) -> None:
    """Join an engine that somebody else runs, as soon as it answers."""
    sign_post.show("loading", f"waiting for {url}")
    async with aiohttp.ClientSession(trust_env=False) as client:
        while not await _healthy(client, url):  # noqa: ASYNC110  (see below)
            # A server of somebody else: there is no event to wait for, only its answer to ask for.
            await asyncio.sleep(_ASK_EVERY_S)
    joined(url)
    sign_post.show("ready", url)


async def _run_engine(settings: Settings, sign_post: SignPost, joined: Joined, warden: Warden) -> None:
    name = settings.chat_model
    sign_post.show("loading", f"looking for {name}")
    entry = find_entry(load_catalogue(settings.models_catalogue, settings.models_dir), name)
    if not (is_engine_here(settings) and await asyncio.to_thread(is_here, settings, name)):
        await prepare(
            name,
            warden,
            with_engine=True,
            tell=lambda step: sign_post.show("loading", step[:_LONGEST_DETAIL]),
        )
    environment = installed_environment(settings.data_dir / "engine", fitting_flavour())
    if environment is None:
        sign_post.show("failed", f"vLLM's environment is not complete ({_WITHOUT})")
        return
    sign_post.show("loading", "vLLM is starting, which takes about a minute")
    engine = await start_engine(entry, settings.models_dir / name, environment, 0)
    warden.own(engine.pid)
    try:
        await engine.wait_ready()
        joined(engine.url)
        sign_post.show("ready", name if environment.flavour.name == "gpu" else f"{name} on the CPU, slow")
        code = await engine.wait_end()
        sign_post.show("failed", f"vLLM ended with {code}; its log: {engine.log} ({_WITHOUT})")
    finally:
        await engine.stop()
        warden.release(engine.pid)


async def _healthy(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(f"{url.rstrip('/').removesuffix('/v1')}/v1/models") as answer:
            return answer.ok
    except (aiohttp.ClientError, TimeoutError):
        return False


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:_LONGEST_DETAIL]
