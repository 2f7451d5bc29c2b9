"""The stores, opened and put together: Redis for values and for keys, the vault, the journal, patients' rights.

The composition root builds gateways and workers on them, and the commands for staff need nothing more.
"""

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from redis.asyncio import Redis

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, CheckpointBook, Journal, load_signing_key
from appliance.audit.forward import SyslogForward
from appliance.errors import SettingsError, StoreUnavailable
from appliance.housekeeping import Housekeeping, Terms
from appliance.inbox import DeliveryLog
from appliance.inbox.consent import OptOuts
from appliance.inbox.delivery import Arrival
from appliance.inbox.holdings import InboxHoldings
from appliance.rights import PatientRights, Register, RightsPolicy
from appliance.rights.blocked import BlockedStore
from appliance.rights.holdings import PatientStores
from appliance.settings import Settings
from appliance.vault import KEY_RING, ErasureBook, RedisDataKeyStore, RingFile, Vault, check_ring, connect

_MEBIBYTE = 1024 * 1024

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Stores:
    """What lies in a store, and what is done with it."""

    values: Redis
    keys: Redis
    vault: Vault
    journal: Journal
    terms: Terms
    deliveries: DeliveryLog
    opt_outs: OptOuts
    register: Register
    rights: PatientRights
    housekeeping: Housekeeping


def _unheard(_: object) -> None:
    """Nobody counts."""


@asynccontextmanager
async def open_stores(
    settings: Settings,
    *,
    seal_broken: Callable[[str], None] = _unheard,
    arrived: Callable[[Arrival], None] = _unheard,
) -> AsyncIterator[Stores]:
    """All of them; Redis need not answer yet.

    Args:
        settings: where they are.
        seal_broken: hears the kind of each value that does not open.
        arrived: hears of each reply that has reached its patient.

    Raises:
        SettingsError, KeyFileError: what is missing, and what to do.
    """
    secrets_dir, terms = _secrets_dir(settings), Terms.of(settings)
    async with AsyncExitStack() as opened:
        values, keys = connect(settings.redis_url), connect(settings.vault_url)
        opened.push_async_callback(values.aclose)
        opened.push_async_callback(keys.aclose)
        key_store, book = RedisDataKeyStore(keys, terms.data_key_s), ErasureBook(settings.erasure_book)
        vault = await _vault(secrets_dir / KEY_RING, key_store, book, seal_broken)
        journal = opened.enter_context(_journal(settings, secrets_dir, opened))
        inbox, register = InboxHoldings(values), Register(values, vault, terms.request_s)
        deliveries = DeliveryLog(values, arrived, terms.receipt_s)
        opt_outs = OptOuts(values, terms.opt_out_s)
        places = AuditPlaces.under(settings.data_dir, settings.checkpoints_file)
        yield Stores(
            values=values,
            keys=keys,
            vault=vault,
            journal=journal,
            terms=terms,
            deliveries=deliveries,
            opt_outs=opt_outs,
            register=register,
            rights=PatientRights(
                vault,
                PatientStores(inbox, deliveries, opt_outs, register, key_store, places.journal),
                BlockedStore(values, key_store),
                journal,
                policy=RightsPolicy(settings.erasure, terms.blocked_s),
            ),
            housekeeping=Housekeeping(
                terms, key_store, book, dead_letters=inbox, exports=settings.exports_dir
            ),
        )


async def _vault(
    key_ring: Path, store: RedisDataKeyStore, book: ErasureBook, seal_broken: Callable[[str], None]
) -> Vault:
    """The vault, once its ring is known to fit the key store.

    A key store that does not answer is no reason not to start: emergencies are answered without it.
    """
    ring = RingFile(key_ring)
    try:
        await check_ring(ring.ring(), store)
    except StoreUnavailable as error:
        _log.warning("vault.unchecked", error=str(error))
    return Vault(ring.ring(), store, fresh=ring.ring, erasures=book, broken=seal_broken)


def _secrets_dir(settings: Settings) -> Path:
    if settings.secrets_dir is None:
        raise SettingsError(
            f"secrets_dir (APPLIANCE_SECRETS_DIR): expected the directory that holds {KEY_RING} and "
            f"{CHECKPOINT_KEY}; make them with: appliance keys new"
        )
    return settings.secrets_dir


def _journal(settings: Settings, secrets_dir: Path, opened: AsyncExitStack) -> Journal:
    key = load_signing_key(secrets_dir / CHECKPOINT_KEY)
    places = AuditPlaces.under(settings.data_dir, settings.checkpoints_file)
    forward = None
    if settings.syslog_url:
        forward = SyslogForward(settings.syslog_url, socket.gethostname(), str(os.getpid()))
        opened.enter_context(forward)
    return Journal(
        places.journal,
        CheckpointBook(places.checkpoints, key),
        rotate_bytes=settings.journal_rotate_mib * _MEBIBYTE,
        forward=forward,
    )
