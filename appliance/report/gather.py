"""Gathers the report: reads journal, stores, keys, models and the host's counters, and changes nothing."""

import asyncio
import hashlib
import os
import socket
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cyclonedx.model.bom import Bom

from appliance.audit import AuditPlaces, Broken, load_public_key, verify
from appliance.audit.segments import archived, journal_lines
from appliance.audit.span import Span
from appliance.egress.peers import peers_of
from appliance.errors import ApplianceError
from appliance.governance import Governance, load_governance, release_of, what_is_missing
from appliance.knowledge.pack import load_pack
from appliance.report.activity import Activity, activity
from appliance.report.barriers import read_firewall, read_proxy
from appliance.report.document import Material, Report
from appliance.report.flow import flow_of
from appliance.report.inventory import inventory
from appliance.report.keys import keys_of
from appliance.report.models import approvals, models_here
from appliance.report.retention import retention
from appliance.report.sbom import as_json, bill_of_materials
from appliance.report.stores import DataKeys, examine_store
from appliance.settings import Settings
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore, connect


@dataclass(frozen=True)
class Gathered:
    """The report, and the bill of materials that goes beside it."""

    report: Report
    bill: str


async def gather(settings: Settings, span: Span, public_key: Path | None = None) -> Gathered:
    """Everything that can be found out; what cannot be read is a finding of the report.

    Raises:
        PackError, ModelError, KeyFileError: the pack, the catalogue or the journal's public key cannot be read.
        OSError: there is no journal.
    """
    pack = load_pack(settings.pack)
    places = AuditPlaces.under(settings.data_dir, settings.checkpoints_file)
    key = load_public_key(public_key or places.public_key)
    now = datetime.now(UTC)
    chain = await asyncio.to_thread(verify, places.journal, places.checkpoints, key)
    lines: Iterable[bytes] = () if isinstance(chain, Broken) else journal_lines(places.journal)
    done: Activity = await asyncio.to_thread(activity, lines, span)
    models = await asyncio.to_thread(models_here, settings)
    ring = _ring(settings)
    async with AsyncExitStack() as opened:
        values, vault = connect(settings.redis_url), connect(settings.vault_url)
        opened.push_async_callback(values.aclose)
        opened.push_async_callback(vault.aclose)
        data_keys = DataKeys(RedisDataKeyStore(vault), ring)
        examined = (
            await examine_store("redis_url", values, data_keys),
            await examine_store("vault_url", vault, data_keys),
        )
        keys = await keys_of(settings.secrets_dir, RedisDataKeyStore(vault), now.date())
    bom = bill_of_materials(models)
    bill = as_json(bom)
    release = release_of(pack)
    report = Report(
        institution=pack.manifest.institution,
        title=pack.manifest.title,
        demonstration=pack.manifest.demonstration,
        release=str(release),
        program=release.program,
        knowledge=release.knowledge,
        settings_digest=_settings_digest(settings),
        host=socket.gethostname(),
        span=span,
        made_at=now,
        chain=chain,
        files=1 + len(archived(places.journal)),
        key_fingerprint=_fingerprint(key),
        activity=done,
        flow=flow_of(settings),
        peers=peers_of(settings, os.environ),
        guard=settings.egress_guard,
        stores=inventory(settings),
        examined=examined,
        seals_checked=ring is not None,
        kept=retention(settings, examined, now),
        keys=keys,
        models=models,
        approvals=approvals(pack, now.date()),
        languages=pack.languages,
        firewall=read_firewall(settings.firewall_counters),
        proxy=read_proxy(settings.proxy_log, span),
        governance=_governance(settings),
        missing=what_is_missing(settings, now.date()),
        bill=_materials(bom),
        bill_digest=hashlib.sha256(bill.encode()).hexdigest(),
    )
    return Gathered(report, bill)


def _ring(settings: Settings) -> KeyRing | None:
    try:
        return KeyRing.load(settings.secrets_dir / KEY_RING) if settings.secrets_dir else None
    except ApplianceError:
        return None  # `keys_of` tells why.


def _governance(settings: Settings) -> Governance | None:
    try:
        return load_governance(settings.governance) if settings.governance else None
    except ApplianceError:
        return None  # `what_is_missing` tells why.


def _settings_digest(settings: Settings) -> str:
    # Secrets are dumped as stars.
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()


def _fingerprint(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def _materials(bom: Bom) -> tuple[Material, ...]:
    return tuple(
        Material(
            name=component.name,
            version=component.version or "",
            licence=", ".join(
                str(getattr(one, "value", None) or getattr(one, "id", None) or getattr(one, "name", ""))
                for one in component.licenses
            ),
            kind="model" if component.type.value == "machine-learning-model" else "package",
        )
        for component in bom.components
    )
