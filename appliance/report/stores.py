"""Proof of encryption: every value in Redis is looked at, and what is neither sealed nor known metadata is named.

A value counts as sealed when it has the form of one; where the place that it is bound to is known, it is also
opened with its data key, so that the seal itself is checked. What was opened is thrown away at once.
"""

import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from redis.asyncio import Redis

from appliance.errors import ApplianceError, KeyFileError, KeyMissing, SealBroken
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore
from appliance.vault.connection import translated
from appliance.vault.envelope import KEY_MAGIC, VALUE_MAGIC, DataKey, sealed_under, wrapped_by
from appliance.vault.keyring import KEY_BYTES
from appliance.vault.redis_keys import KeyPlace

Class = Literal["opened", "sealed", "erased", "wrapped key", "metadata", "broken", "clear"]
BATCH = 500
_RING_PROOF = "vault:ring"
"""A keyed digest, by which a store knows its ring: as random as a key, and none."""
_PSEUDONYM = re.compile(r"[a-z2-7]{26}")
_SHARD = re.compile(r"\{(antesala):[0-9]+\}")
_TAG = re.compile(r"\{[^}]*\}")
_KEY_ID = re.compile(r":[0-9a-f]{16}$")
_SID = re.compile(r":(?:[A-Z]{2}[0-9a-fA-F]{32})$")
# What the appliance keeps in clear, by its form: numbers, ids of Twilio's, pseudonyms, positions, words of its own.
_METADATA = re.compile(
    rb"-?[0-9]{1,20}(?:\.[0-9]{1,6})?|[A-Z]{2}[0-9a-fA-F]{32}|[a-z2-7]{26}|[0-9]{1,19}\.[0-9]{1,4}|[0-9a-f]{16,64}"
    rb"|[a-z2-7]{26} [0-9a-f]{16}|in|out|redact|due"
    rb"|queued|accepted|scheduled|sending|sent|delivered|read|partially_delivered|undelivered|failed|canceled"
    rb"|receiving|received|[A-Z][A-Za-z]{3,40}(?:Error|Broken|Missing|Unavailable|Refused|Unconfirmed|Throttled)"
    rb"|the worker did not come back|no message could be opened|"
)


@dataclass
class Kind:
    """All values under keys of one kind.

    Attributes:
        keys: how many keys there are.
        classes: how many values of each class.
        without_end: how many of the keys never expire.
        longest_s: the longest remaining life of the others, seconds.
        oldest_s: of streams, the age of the oldest entry, seconds.
    """

    keys: int = 0
    classes: Counter[Class] = field(default_factory=Counter)
    without_end: int = 0
    longest_s: float = 0.0
    oldest_s: float = 0.0


@dataclass(frozen=True)
class Examined:
    """One store as it was found.

    Attributes:
        setting: which one.
        kinds: by kind of key.
        suspects: names of keys that hold values in clear or with broken seals; conversation ids left out.
        problem: why it could not be read, or "".
    """

    setting: str
    kinds: Mapping[str, Kind]
    suspects: tuple[str, ...] = ()
    problem: str = ""

    @property
    def total(self) -> Counter[Class]:
        """Values by class."""
        return sum((kind.classes for kind in self.kinds.values()), Counter[Class]())


class DataKeys:
    """The data keys of all conversations, as far as the key ring opens them."""

    def __init__(self, store: RedisDataKeyStore, ring: KeyRing | None) -> None:
        self._store, self._ring = store, ring
        self._keys: dict[ConversationId, DataKey | None] = {}

    async def of(self, conversation: ConversationId) -> DataKey | None:
        """The data key; None when there is none, or no ring to open it with."""
        if self._ring is None:
            return None
        if conversation not in self._keys:
            self._keys[conversation] = await self._read(conversation, self._ring)
        return self._keys[conversation]

    @property
    def at_hand(self) -> bool:
        """Whether seals can be checked at all."""
        return self._ring is not None

    async def _read(self, conversation: ConversationId, ring: KeyRing) -> DataKey | None:
        # Peeked at: a report must not prolong the life of what it looks at.
        wrapped = await self._store.peek(KeyPlace(conversation))
        try:
            return DataKey.unwrap(ring, conversation, wrapped) if wrapped else None
        except (SealBroken, KeyFileError):
            return None


async def examine_store(setting: str, redis: Redis, data_keys: DataKeys) -> Examined:
    """Every value of a database; the store's failures are told, not raised."""
    kinds: dict[str, Kind] = defaultdict(Kind)
    suspects: set[str] = set()
    try:
        async with translated("examining a store"):
            async for name in redis.scan_iter(count=BATCH):
                kind = kinds[kind_of(name.decode(errors="replace"))]
                await _examine_key(redis, name, kind, suspects, data_keys)
    except ApplianceError as error:
        return Examined(setting, dict(sorted(kinds.items())), problem=str(error))
    return Examined(setting, dict(sorted(kinds.items())), tuple(sorted(suspects)))


def kind_of(name: str) -> str:
    """A key's name without what is of one conversation or message."""
    shared = _TAG.sub("", _SHARD.sub(r"\1", name))
    return re.sub(r":+", ":", _PSEUDONYM.sub("", _KEY_ID.sub("", _SID.sub("", shared)))).strip(":")


async def _examine_key(
    redis: Redis, name: bytes, kind: Kind, suspects: set[str], data_keys: DataKeys
) -> None:
    kind.keys += 1
    life_ms = await redis.pttl(name)
    if life_ms < 0:
        kind.without_end += 1
    else:
        kind.longest_s = max(kind.longest_s, life_ms / 1000)
    text = name.decode(errors="replace")
    form = (await cast("Any", redis).type(name)).decode()
    if form == "stream":
        kind.oldest_s = max(kind.oldest_s, await _oldest_s(redis, name))
    async for value in _values(redis, name, form):
        found = await _classify(text, value, data_keys)
        kind.classes[found] += 1
        if found in {"clear", "broken"}:
            suspects.add(f"{kind_of(text)}: {found}")


@dataclass(frozen=True)
class _Value:
    content: bytes
    fields: Mapping[bytes, bytes]


async def _oldest_s(redis: Redis, name: bytes) -> float:
    """The age of a stream's first entry by the clock of Redis, which also made its id."""
    client = cast("Any", redis)
    seconds, _ = await client.time()
    return max(
        (seconds - int(entry.partition(b"-")[0]) / 1000 for entry, _ in await client.xrange(name, count=1)),
        default=0.0,
    )


async def _values(redis: Redis, name: bytes, kind: str) -> AsyncIterator[_Value]:
    """Every value under a key, of whatever type, with the fields that stand beside it."""
    client = cast("Any", redis)
    if kind in {"hash", "stream"}:
        rows = (
            [await client.hgetall(name)] if kind == "hash" else [row for _, row in await client.xrange(name)]
        )
        for fields in rows:
            for content in fields.values():
                yield _Value(content, fields)
        return
    reading: dict[str, Callable[[], Awaitable[list[bytes | None]]]] = {
        "string": lambda: client.mget(name),
        "list": lambda: client.lrange(name, 0, -1),
        "set": lambda: client.smembers(name),
        "zset": lambda: client.zrange(name, 0, -1),
    }
    # A key may have ended since it was listed: it has no type then, or no value.
    for content in await reading[kind]() if kind in reading else ():
        if content is not None:
            yield _Value(content, {})


async def _classify(name: str, value: _Value, data_keys: DataKeys) -> Class:
    content = value.content
    if content.startswith(KEY_MAGIC):
        return _form(content, wrapped_by, "wrapped key")
    if content.startswith(VALUE_MAGIC):
        form = _form(content, sealed_under, "sealed")
        return await _opened(name, value, data_keys) if form == "sealed" else form
    if name == _RING_PROOF and len(content) == KEY_BYTES:
        return "metadata"
    return "metadata" if _METADATA.fullmatch(content) else "clear"


def _form(content: bytes, read: Any, whole: Class) -> Class:
    try:
        read(content)
    except SealBroken:
        return "broken"
    return whole


async def _opened(name: str, value: _Value, data_keys: DataKeys) -> Class:
    place = place_of(name, value.fields)
    if place is None or not data_keys.at_hand:
        return "sealed"
    conversation, kind, position = place
    key = await data_keys.of(conversation)
    if key is None:
        return "erased"
    try:
        key.open(kind, position, value.content)
    except KeyMissing:
        return "erased"
    except SealBroken:
        return "broken"
    return "opened"


def place_of(name: str, fields: Mapping[bytes, bytes]) -> tuple[ConversationId, str, str] | None:
    """The conversation, kind and position that a value is bound to, where that shows."""
    named = fields.get(b"conversation", b"").decode() or next(iter(_PSEUDONYM.findall(name)), "")
    position = fields.get(b"position", fields.get(b"sid", b"")).decode(errors="replace")
    lane = fields.get(b"lane", b"").decode(errors="replace")
    kinds = {":in:entries:": "inbox", ":out:entries:": "outbox", ":session:": "session"}
    kind = next((kind for part, kind in kinds.items() if part in name), "")
    kind = kind or {"in": "inbox", "out": "outbox"}.get(lane, "")
    if name.startswith("antesala:rights:"):
        kind, position = "rights", "export"
    return (ConversationId(named), kind, position) if named and kind and position else None
