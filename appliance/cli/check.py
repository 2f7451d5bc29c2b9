"""`appliance check`: what is missing before this machine can serve patients."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer
from redis.asyncio import Redis
from rich.console import Console

from appliance.audit import CHECKPOINT_KEY, load_signing_key
from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.entailment import verified_entailment
from appliance.engine.verify import verify_model
from appliance.errors import ApplianceError
from appliance.governance import what_is_missing
from appliance.knowledge.pack import load_pack
from appliance.reception import Dependencies
from appliance.settings import Settings, load_settings
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore, check_ring, connect


def check(
    *,
    go_live: Annotated[bool, typer.Option("--go-live", help="also want what real patients need")] = False,
) -> None:
    """Say what is wrong, one line each; exit code 0 when nothing is, else 1.

    With --go-live also: a clinically approved pack, real keys, TLS and its certificate, Redis apart from its
    keys, the egress guard, signatures of the journal kept apart, alerts that were tested, and a sign-off of each
    role for this very release (APPLIANCE_GOVERNANCE). Nothing is connected to but Redis.
    """
    settings = load_settings()
    problems = asyncio.run(_problems(settings))
    if go_live:
        problems += what_is_missing(settings)
    console = Console(soft_wrap=True, highlight=False, emoji=False)
    for problem in problems:
        console.print(f"✗ {problem}", style="red", markup=False)
    if problems:
        raise typer.Exit(1)
    console.print("✓ nothing is missing", style="green")


async def _problems(settings: Settings) -> list[str]:
    problems = [*_files(settings), *_channel(settings)]
    stores = {"redis_url": connect(settings.redis_url), "vault_url": connect(settings.vault_url)}
    try:
        unreachable = await Dependencies(stores).problems()
        problems += unreachable or await _ring(settings, stores["vault_url"])
    finally:
        for store in stores.values():
            await store.aclose()
    return problems


def _files(settings: Settings) -> list[str]:
    wanted: list[Callable[[], object]] = [
        lambda: _pack(settings),
        lambda: _embedding_model(settings),
    ]
    if directory := settings.secrets_dir:
        wanted += [
            lambda: KeyRing.load(directory / KEY_RING),
            lambda: load_signing_key(directory / CHECKPOINT_KEY),
        ]
    problems = []
    for want in wanted:
        try:
            want()
        except ApplianceError as error:
            problems.append(str(error))
    if settings.secrets_dir is None:
        problems.append("secrets_dir (APPLIANCE_SECRETS_DIR): not set; make keys with: appliance keys new")
    return problems


async def _ring(settings: Settings, keys: Redis) -> list[str]:
    """Whether the ring opens what the key store holds; what is wrong with its file is told elsewhere."""
    if settings.secrets_dir is None or not (settings.secrets_dir / KEY_RING).is_file():
        return []
    try:
        await check_ring(KeyRing.load(settings.secrets_dir / KEY_RING), RedisDataKeyStore(keys))
    except ApplianceError as error:
        return [str(error)]
    return []


def _pack(settings: Settings) -> None:
    pack = load_pack(settings.pack)
    if name := pack.manifest.entailment_model:
        verified_entailment(settings.models_catalogue, settings.models_dir, name)


def _embedding_model(settings: Settings) -> None:
    entry = find_entry(
        load_catalogue(settings.models_catalogue, settings.models_dir), settings.embedding_model
    )
    verify_model(entry, settings.models_dir / settings.embedding_model)


def _channel(settings: Settings) -> list[str]:
    problems = []
    if not settings.twilio_account_sid:
        problems.append("twilio_account_sid (APPLIANCE_TWILIO_ACCOUNT_SID): not set")
    if settings.twilio_auth_token is None:
        problems.append("twilio_auth_token (a file in secrets_dir, or APPLIANCE_TWILIO_AUTH_TOKEN): not set")
    if not settings.public_url:
        problems.append("public_url (APPLIANCE_PUBLIC_URL): not set; webhooks cannot be checked without it")
    return problems
