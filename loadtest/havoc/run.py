"""A chaos run: the stage is set, patients write while programs are killed, and every message is accounted for."""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.knowledge.pack import Pack, load_pack
from appliance.settings import shipped
from appliance.vault import KEY_RING, KeyRing, connect
from appliance.vault.pseudonym import pseudonym
from loadtest.arrivals import Arrivals
from loadtest.havoc.account import Account, account
from loadtest.havoc.killing import Killer
from loadtest.havoc.patients import Patient, crowd
from loadtest.havoc.pending import Buried, buried, drained
from loadtest.havoc.posting import PostOffice, client
from loadtest.stage import Plan, Stage, staged
from loadtest.webhooks import Signer

_DRAIN_WITHIN_S = 300.0
"""A lease that a killed worker held ends after 30 s; some are lost twice."""


@dataclass(frozen=True)
class Chaos:
    """What to do.

    Attributes:
        rate: messages a second, on average, while they are sent.
        duplicates: the share of webhooks that are delivered twice.
        keep: where logs, stores and the record are left; None: nowhere.
    """

    messages: int
    kills: int
    seed: int
    rate: float = 15.0
    duplicates: float = 0.1
    gateways: int = 2
    workers: int = 2
    keep: Path | None = None


@dataclass(frozen=True)
class Verdict:
    """What came of it; `account` holds what must be 0."""

    figures: Mapping[str, object]
    account: Account
    drained: bool

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or reordered, and no send is in doubt."""
        wrong = (self.account.lost, self.account.duplicated, self.account.reordered, self.account.unexplained)
        return self.drained and not any(wrong) and not self.figures["unconfirmed"]


async def run(chaos: Chaos) -> Verdict:
    """Set the stage, play, and account.

    Raises:
        StageError: a program does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="havoc-"))
    try:
        return await _played(chaos, folder)
    finally:
        if chaos.keep:
            await asyncio.to_thread(shutil.copytree, folder, chaos.keep, ignore=_sockets, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


async def _played(chaos: Chaos, folder: Path) -> Verdict:
    pack = load_pack(shipped("knowledge") / "reedy-preop")
    spread_s = chaos.messages / chaos.rate
    patients = crowd(pack, chaos.messages, spread_s, chaos.duplicates, chaos.seed)
    plan = Plan(folder, chaos.gateways, chaos.workers, "simulated", settings={"APPLIANCE_WORDING": "fluent"})
    async with AsyncExitStack() as opened:
        stage = await opened.enter_async_context(staged(plan))
        post = PostOffice(Signer(stage.url), await opened.enter_async_context(client()))
        killer = Killer(stage.of("worker", "gateway", "redis", "engine"), chaos.seed)
        async with asyncio.TaskGroup() as group:
            group.create_task(post.deliver(patients), name="patients")
            group.create_task(killer.rage(chaos.kills, spread_s), name="kills")
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        graves, is_drained = await _end(stage)
        drain_s = loop.time() - began_s
    arrivals = Arrivals(stage.record).new()
    bodies: defaultdict[str, list[str]] = defaultdict(list)
    for arrival in arrivals:
        bodies[arrival.to].append(arrival.body)
    ring = KeyRing.load(folder / "secrets" / KEY_RING)
    by_address = _by_address(graves, ring, patients)
    found = account(patients, bodies, _fallback(pack), post.posted.acknowledged, by_address)
    figures = {
        "messages": chaos.messages,
        "seed": chaos.seed,
        "sent": post.posted.sent,
        "duplicates_sent": post.posted.duplicates,
        "repetitions": post.posted.repetitions,
        "unacknowledged": post.posted.sent - len(post.posted.acknowledged),
        "replies": len(arrivals),
        **{name: value for name, value in asdict(found).items() if name != "cases"},
        "unconfirmed": graves.replies,
        "dead_letters": sum(graves.messages.values()),
        "kills": dict(killer.kills.by_kind),
        "drain_s": round(drain_s, 1),
        "drained": is_drained,
    }
    return Verdict(figures, found, is_drained)


async def _end(stage: Stage) -> tuple[Buried, bool]:
    """Wait until nothing is pending, and end gateways and workers, so that nothing more can arrive."""
    redis = connect(stage.redis_url)
    try:
        try:
            async with asyncio.timeout(_DRAIN_WITHIN_S):
                await drained(redis)
            is_drained = True
        except TimeoutError:
            is_drained = False
        await asyncio.gather(*(program.stop() for program in stage.of("gateway", "worker")))
        return await buried(redis), is_drained
    finally:
        await redis.aclose()


def _by_address(graves: Buried, ring: KeyRing, patients: list[Patient]) -> dict[str, int]:
    if not graves.messages:
        return {}
    named: dict[str, str] = {
        pseudonym(ring.pseudonym_key, patient.address): patient.address for patient in patients
    }
    return {named[conversation]: count for conversation, count in graves.messages.items()}


def _fallback(pack: Pack) -> str:
    return pack.message("fallback", pack.languages[0])


def _sockets(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if (Path(folder) / name).is_socket() or (Path(folder) / name).is_symlink()}
