"""Keys: how old each is, and how many data keys each master key wraps. No key is in any of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from appliance.audit import CHECKPOINT_KEY, load_signing_key
from appliance.errors import ApplianceError
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore
from appliance.vault.rotation import wrapped_counts


@dataclass(frozen=True)
class MasterKey:
    """One master key; `made` is None when its id is no date, `wraps` counts data keys."""

    key_id: str
    current: bool
    made: date | None
    age_days: int | None
    wraps: int


@dataclass(frozen=True)
class Keys:
    """What was found in the secrets directory and the vault."""

    masters: tuple[MasterKey, ...] = ()
    ring_written: datetime | None = None
    signing_written: datetime | None = None
    data_keys: int = 0
    unknown_masters: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


async def keys_of(secrets_dir: Path | None, store: RedisDataKeyStore, day: date) -> Keys:
    """The ages of the keys; what cannot be read is a problem that is told."""
    wrapping, problems = Counter[str](), []
    try:
        wrapping.update(await wrapped_counts(store))
    except ApplianceError as error:
        problems.append(str(error))
    ring = None
    try:
        if secrets_dir:
            ring = KeyRing.load(secrets_dir / KEY_RING)
            load_signing_key(secrets_dir / CHECKPOINT_KEY)
    except ApplianceError as error:
        problems.append(str(error))
    return Keys(
        masters=tuple(_master(ring, key_id, wrapping[key_id], day) for key_id in ring.masters)
        if ring
        else (),
        ring_written=_written(secrets_dir, KEY_RING),
        signing_written=_written(secrets_dir, CHECKPOINT_KEY),
        data_keys=wrapping.total(),
        unknown_masters=tuple(sorted(wrapping.keys() - set(ring.masters))) if ring else (),
        problems=tuple(problems),
    )


def _master(ring: KeyRing, key_id: str, wraps: int, day: date) -> MasterKey:
    try:
        made: date | None = date.fromisoformat(key_id[:10])
    except ValueError:
        made = None
    age_days = (day - made).days if made else None
    return MasterKey(key_id, key_id == ring.current, made, age_days, wraps)


def _written(secrets_dir: Path | None, name: str) -> datetime | None:
    file = secrets_dir / name if secrets_dir else None
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file and file.exists() else None
