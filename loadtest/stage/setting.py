"""Sets the stage: starts everything in order, and ends it in reverse."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.demo.listening import listen
from appliance.demo.redis_server import find_redis
from appliance.demo.warden import Warden
from loadtest.stage.places import appliance_environment, bare_environment
from loadtest.stage.plan import ACCOUNT_SID, AUTH_TOKEN, HOSPITAL, Plan
from loadtest.stage.program import Kind, Launch, Program

ROOT = Path(__file__).resolve().parents[2]
"""The repository: this folder is not installed with the package."""


@dataclass(frozen=True)
class Stage:
    """Everything that runs.

    Attributes:
        url: the gateways': all of them accept from one socket, so it is there while any of them is.
        record: the file in which the stand-in writes down each message that arrives, one JSON object a line.
        redis_url, vault_url: of the stores.
        environment: that of the appliance's processes.
    """

    programs: tuple[Program, ...]
    url: str
    record: Path
    redis_url: str
    vault_url: str
    environment: Mapping[str, str]

    def of(self, *kinds: Kind) -> tuple[Program, ...]:
        """The programs of these kinds."""
        return tuple(program for program in self.programs if program.kind in kinds)


@asynccontextmanager
async def staged(plan: Plan) -> AsyncIterator[Stage]:
    """Stores, stand-in, engine, gateways and workers; inside, all of them are ready.

    Raises:
        StageError: one of them does not start.
        RedisMissing: there is no Redis on this machine.
    """
    async with AsyncExitStack() as opened:
        builder = _Builder(plan, await opened.enter_async_context(Warden()))
        front, desk, bench = listen(0), listen(0), listen(0)
        for place in (front, desk, bench):
            place.socket.set_inheritable(True)
            opened.callback(place.socket.close)
        redis_url = f"unix://{plan.folder / 'values.sock'}"
        vault_url = f"unix://{plan.folder / 'keys.sock'}"
        record = plan.folder / "arrived.jsonl"
        engine_url = {"none": "", "simulated": bench.url}.get(plan.engine, plan.engine)
        environment = appliance_environment(plan.folder, plan.settings) | {
            "APPLIANCE_PUBLIC_URL": front.url,
            "APPLIANCE_TWILIO_API_URL": desk.url,
            "APPLIANCE_REDIS_URL": redis_url,
            "APPLIANCE_VAULT_URL": vault_url,
            "APPLIANCE_ENGINE_URL": engine_url,
            "APPLIANCE_BIND": f"fd://{front.socket.fileno()}",
        }
        first = [
            builder.redis("values"),
            builder.redis("keys"),
            builder.standin(desk.socket.fileno(), record),
        ]
        if plan.engine == "simulated":
            first.append(builder.engine(bench.socket.fileno()))
        then = [
            builder.gateway(number, environment, front.socket.fileno()) for number in range(plan.gateways)
        ]
        then += [builder.worker(number, environment) for number in range(plan.workers)]
        for program in (*first, *then):
            opened.push_async_callback(program.stop)
        # The stores, then all that use them at once: most of the time goes into loading models.
        for batch in (first, then):
            await asyncio.gather(*(program.start() for program in batch))
        yield Stage((*first, *then), front.url, record, redis_url, vault_url, environment)


@dataclass(frozen=True)
class _Builder:
    """Knows each program's command line."""

    plan: Plan
    warden: Warden

    def redis(self, name: str) -> Program:
        folder = self.plan.folder / name
        folder.mkdir()
        arguments = (
            str(find_redis()),
            *("--port", "0", "--unixsocket", str(self.plan.folder / f"{name}.sock")),
            *("--dir", str(folder), "--save", "", "--daemonize", "no"),
            *("--appendonly", "yes", "--appendfsync", "always"),
        )
        return self._program(
            name, "redis", Launch(arguments, bare_environment(), "eady to accept connections")
        )

    def standin(self, descriptor: int, record: Path) -> Program:
        arguments = (
            *(sys.executable, "-m", "appliance.demo.standin", "--descriptor", str(descriptor)),
            *("--account-sid", ACCOUNT_SID, "--auth-token", AUTH_TOKEN, "--sender", HOSPITAL),
            *("--pace-s", str(self.plan.callback_pace_s), "--record", str(record)),
        )
        launch = Launch(arguments, bare_environment(), "listens", (descriptor,))
        return self._program("standin", "standin", launch)

    def engine(self, descriptor: int) -> Program:
        card = json.dumps(asdict(self.plan.card))
        arguments = (
            *(sys.executable, "-m", "loadtest.engine.simulated"),
            *("--descriptor", str(descriptor), "--card", card),
        )
        environment = bare_environment() | {"PYTHONPATH": str(ROOT)}
        launch = Launch(arguments, environment, "listens", (descriptor,))
        return self._program("engine", "engine", launch)

    def gateway(self, number: int, environment: Mapping[str, str], descriptor: int) -> Program:
        arguments = (sys.executable, "-m", "appliance", "serve")
        launch = Launch(arguments, environment, "gateway.ready", (descriptor,))
        return self._program(f"gateway{number}", "gateway", launch)

    def worker(self, number: int, environment: Mapping[str, str]) -> Program:
        arguments = (sys.executable, "-m", "appliance", "worker")
        return self._program(f"worker{number}", "worker", Launch(arguments, environment, "worker.ready"))

    def _program(self, name: str, kind: Kind, launch: Launch) -> Program:
        return Program(name, kind, launch, self.plan.folder / f"{name}.log", self.warden)
