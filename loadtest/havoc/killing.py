"""Kills programs at random moments, and starts them again, as a service manager would."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtest.stage.program import Kind, Program

_WEIGHTS: dict[Kind, float] = {"worker": 0.4, "gateway": 0.25, "redis": 0.2, "engine": 0.15}
_RESTART_AFTER_S = (0.05, 1.0)
_FIRST, _LAST = 0.05, 0.95
_LOOK_AGAIN_S = 0.2


@dataclass
class Kills:
    """How many of each kind."""

    by_kind: Counter[Kind] = field(default_factory=Counter)


class Killer:
    """Kills what is ready; a program that still starts is left to start."""

    def __init__(self, programs: Sequence[Program], seed: int) -> None:
        self._programs = programs
        # Not the patients' sequence.
        self._rng = random.Random(f"kills {seed}")  # noqa: S311 - a repeatable choice, no secret
        self.kills = Kills()

    async def rage(self, kills: int, within_s: float) -> None:
        """So many kills at random moments; returns when everything runs again.

        Raises:
            StageError: a killed program did not start again.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        moments = sorted(self._rng.uniform(_FIRST, _LAST) * within_s for _ in range(kills))
        async with asyncio.TaskGroup() as restarts:
            for moment_s in moments:
                await asyncio.sleep(max(0.0, began_s + moment_s - loop.time()))
                victim = await self._victim()
                self.kills.by_kind[victim.kind] += 1
                await victim.kill()
                restarts.create_task(self._restart(victim), name=f"restart {victim.name}")

    async def _victim(self) -> Program:
        while True:
            ready = [program for program in self._programs if program.is_ready]
            if ready:
                kinds = sorted({program.kind for program in ready})
                (kind,) = self._rng.choices(kinds, [_WEIGHTS[kind] for kind in kinds])
                return self._rng.choice([program for program in ready if program.kind == kind])
            # Everything is starting.
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _restart(self, program: Program) -> None:
        await asyncio.sleep(self._rng.uniform(*_RESTART_AFTER_S))
        await program.start()
