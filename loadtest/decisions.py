"""How long a decision takes without an engine: plays a question set, and states wall and CPU time per turn.

    .venv/bin/python loadtest/decisions.py [FILE] [--cores N] [--rounds N]

Wall time is what a patient waits, on a quiet machine; CPU time is steadier where others share the cores. The last
line says whether p95 keeps the limit; the exit code is 1 if it does not.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from appliance.conversation.handle import handle
from appliance.conversation.house import House
from appliance.conversation.turn import Session, Turn
from appliance.evaluation.questions import Item, read_questions
from appliance.services import open_house
from appliance.settings import load_settings
from appliance.telemetry.logs import configure_logs

GOLDEN = Path(__file__).parents[1] / "knowledge" / "reedy-preop" / "golden.jsonl"
LIMIT_P95_S = 0.080
_MILLISECONDS = 1000


@dataclass(frozen=True)
class Taken:
    """What one turn took; CPU time is of all threads of this process."""

    wall_s: float
    cpu_s: float


async def _converse(item: Item, house: House) -> list[Taken]:
    session, taken = Session(), []
    for said in item.turns:
        if said.role != "user":
            continue
        turn = Turn(said.text, frozenset({said.modality}), item.profile_name, datetime.now(UTC))
        wall, cpu = time.perf_counter(), time.process_time()
        outcome = await handle(turn, session, house)
        taken.append(Taken(time.perf_counter() - wall, time.process_time() - cpu))
        session = outcome.session
    return taken


async def _measure(items: Sequence[Item], rounds: int) -> list[Taken]:
    async with open_house(load_settings()) as (house, _):
        await house.warm_up()
        return [one for _ in range(rounds) for item in items for one in await _converse(item, house)]


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[ceil(len(values) * share) - 1]


def main() -> int:
    """Play, print, and say by the exit code whether the limit holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, default=GOLDEN, help="a question set (the golden one)")
    parser.add_argument("--cores", type=int, default=2, help="cores that the process may use (2)")
    parser.add_argument("--rounds", type=int, default=2, help="how often the set is played (2)")
    args = parser.parse_args()
    configure_logs(level="WARNING")
    cores = sorted(os.sched_getaffinity(0))[: args.cores]
    os.sched_setaffinity(0, cores)
    taken = asyncio.run(_measure(read_questions(args.file), args.rounds))
    print(f"{len(taken)} turns of {args.file.name} on {len(cores)} cores, load {os.getloadavg()[0]:.1f}")
    for name, values in (("wall", [one.wall_s for one in taken]), ("CPU", [one.cpu_s for one in taken])):
        p50, p95 = (_percentile(values, share) * _MILLISECONDS for share in (0.50, 0.95))
        print(
            f"{name:>4}: p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  mean {sum(values) / len(values) * 1000:6.1f} ms"
        )
    kept = _percentile([one.wall_s for one in taken], 0.95) <= LIMIT_P95_S
    print(f"p95 <= {LIMIT_P95_S * _MILLISECONDS:.0f} ms: {'yes' if kept else 'NO'}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
