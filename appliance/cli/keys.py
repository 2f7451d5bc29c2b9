"""`appliance keys`: making, listing and rotating the keys that seal what patients write."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.errors import SettingsError
from appliance.settings import Settings, load_settings
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore, connect
from appliance.vault.rotation import Rotated, rotate

keys_app = typer.Typer(
    help="The keys: master keys that seal what patients write, and the key that signs the journal.",
    no_args_is_help=True,
)
_out = Console()
_KeyId = Annotated[str, typer.Option("--id", help="of the new master key; without it, today's date")]


@keys_app.command()
def new(key_id: _KeyId = "") -> None:
    """Make what is missing in secrets_dir: the key ring, and the key that signs checkpoints of the journal.

    What is there is left alone. Keep a copy in a safe place: without the ring nothing sealed can be read.
    """
    settings = load_settings()
    directory, places = _secrets_dir(settings), AuditPlaces.under(settings.data_dir)
    ring, signing_key = directory / KEY_RING, directory / CHECKPOINT_KEY
    if ring.exists():
        _say(f"kept  {ring}")
    else:
        KeyRing.new(key_id or _today()).save(ring)
        _say(f"made  {ring}")
    if signing_key.exists():
        _say(f"kept  {signing_key}")
    else:
        new_signing_key(signing_key, places.public_key)
        _say(f"made  {signing_key}, its public half {places.public_key}")


@keys_app.command("list")
def list_keys() -> None:
    """Show the ids of the master keys, oldest first; the current one wraps, all of them open."""
    ring = KeyRing.load(_secrets_dir(load_settings()) / KEY_RING)
    for key_id in ring.masters:
        _say(f"{key_id}  current" if key_id == ring.current else key_id)


@keys_app.command("rotate")
def rotate_keys(
    key_id: _KeyId = "",
    *,
    rewrap_only: Annotated[
        bool, typer.Option("--rewrap-only", help="add no master key, only wrap by the current one")
    ] = False,
) -> None:
    """Add a master key, make it the current one, and wrap every conversation's key by it.

    Nothing becomes unreadable meanwhile: running processes read the ring again when they meet the new key. It
    may be run again. When a run with --rewrap-only finds nothing, older master keys can go.
    """
    settings = load_settings()
    path = _secrets_dir(settings) / KEY_RING
    ring = KeyRing.load(path)
    if not rewrap_only:
        ring = ring.with_new_master(key_id or _today())
        ring.save(path)
    done = asyncio.run(_rewrap(ring, settings.vault_url))
    _say(
        f"master key {ring.current} is current; {done.rewrapped} keys wrapped by it, {done.current} had been"
    )


async def _rewrap(ring: KeyRing, vault_url: str) -> Rotated:
    redis, done = connect(vault_url), Rotated()
    try:
        with _out.status("wrapping") as status:
            async for done in rotate(ring, RedisDataKeyStore(redis)):
                status.update(f"wrapping: {done.rewrapped + done.current} keys")
    finally:
        await redis.aclose()
    return done


def _secrets_dir(settings: Settings) -> Path:
    if settings.secrets_dir is None:
        raise SettingsError("secrets_dir (APPLIANCE_SECRETS_DIR): expected the keys' directory, got none")
    return settings.secrets_dir


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside a path that somebody wants to copy."""
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
