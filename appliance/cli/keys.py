"""`appliance keys`: making, listing, rotating and removing the keys that seal what patients write."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.errors import SettingsError, StoreUnavailable
from appliance.settings import Settings, load_settings
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore, connect
from appliance.vault.rotation import Rotated, rotate, without, wrapped_counts

keys_app = typer.Typer(
    help="The keys: master keys that seal what patients write, and the key that signs the journal.",
    no_args_is_help=True,
)
_out = Console()
_T = TypeVar("_T")
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
    """Show the ids of the master keys, oldest first, and how many conversations' keys each one wraps.

    The current one wraps, all of them open.
    """
    settings = load_settings()
    ring = KeyRing.load(_secrets_dir(settings) / KEY_RING)
    try:
        counts = asyncio.run(_with_store(settings.vault_url, wrapped_counts))
    except StoreUnavailable as error:
        _say(f"how many keys each one wraps is unknown: {error}")
        counts = {}
    for key_id in ring.masters:
        _say(f"{key_id}  {counts.get(key_id, 0)} keys{'  current' if key_id == ring.current else ''}")
    for key_id in sorted(counts.keys() - ring.masters.keys()):
        _say(f"{key_id}  {counts[key_id]} keys  MISSING: add it to the ring, or they cannot be opened")


@keys_app.command("rotate")
def rotate_keys(
    key_id: _KeyId = "",
    *,
    rewrap_only: Annotated[
        bool, typer.Option("--rewrap-only", help="add no master key, only wrap by the current one")
    ] = False,
) -> None:
    """Add a master key, make it the current one, and wrap every conversation's key by it.

    Nothing becomes unreadable meanwhile: running processes read the ring again when they meet the new key, and
    before they wrap. It may be run again. On several hosts, or where the ring is a systemd credential: bring
    the new ring everywhere, restart where it is a credential, and run this with --rewrap-only.
    """
    settings = load_settings()
    path = _secrets_dir(settings) / KEY_RING
    ring = KeyRing.load(path)
    if not rewrap_only:
        ring = ring.with_new_master(key_id or _today())
        ring.save(path)
    done = asyncio.run(_with_store(settings.vault_url, lambda store: _rewrap(ring, store)))
    _say(
        f"master key {ring.current} is current; {done.rewrapped} keys wrapped by it, {done.current} had been"
    )


@keys_app.command("remove")
def remove_key(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="of the old master key")],
) -> None:
    """Take an old master key out of the ring; refused while anything is still wrapped by it.

    Backups of the key store from before the rotation cannot be opened afterwards. That is as it should be.
    """
    settings = load_settings()
    path = _secrets_dir(settings) / KEY_RING
    ring = KeyRing.load(path)
    asyncio.run(_with_store(settings.vault_url, lambda store: without(ring, key_id, store))).save(path)
    _say(f"master key {key_id} is out of {path}; destroy the copies of it that you keep elsewhere")


async def _rewrap(ring: KeyRing, store: RedisDataKeyStore) -> Rotated:
    done = Rotated()
    with _out.status("wrapping") as status:
        async for done in rotate(ring, store):
            status.update(f"wrapping: {done.rewrapped + done.current} keys")
    return done


async def _with_store(vault_url: str, work: Callable[[RedisDataKeyStore], Awaitable[_T]]) -> _T:
    redis = connect(vault_url)
    try:
        return await work(RedisDataKeyStore(redis))
    finally:
        await redis.aclose()


def _secrets_dir(settings: Settings) -> Path:
    if settings.secrets_dir is None:
        raise SettingsError("secrets_dir (APPLIANCE_SECRETS_DIR): expected the keys' directory, got none")
    return settings.secrets_dir


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside a path that somebody wants to copy."""
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
