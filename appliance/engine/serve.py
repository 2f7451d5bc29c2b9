"""Starts vLLM's server on loopback with a verified model, and watches over the process."""

import asyncio
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from appliance.engine.catalogue import Entry
from appliance.engine.environment import EngineEnvironment
from appliance.engine.verify import verify_model
from appliance.errors import EngineUnavailable, ModelError

READY_WITHIN_S = 10 * 60.0
_ASK_EVERY_S = 0.5
_STOP_GRACE_S = 10.0
_LAST_WORDS_BYTES = 2000
_NO_FREE_WHITESPACE = '{"backend": "xgrammar", "disable_any_whitespace": true}'
# What vLLM must not inherit: the appliance's own settings, secrets among them.
_PRIVATE = ("APPLIANCE_", "CREDENTIALS_DIRECTORY")


@dataclass(frozen=True)
class EngineCommand:
    """How vLLM is started: a pure value, so that it can be shown, tested, or put into a unit file."""

    arguments: tuple[str, ...]
    variables: Mapping[str, str]


def engine_command(entry: Entry, model_dir: Path, environment: EngineEnvironment, port: int) -> EngineCommand:
    """The server's command line and the variables that it needs beyond an ordinary environment."""
    cache = environment.directory / "cache"
    return EngineCommand(
        arguments=(
            str(environment.python),
            # `vllm serve` asks for the metadata of a distribution named vllm: the CPU build has another name.
            *("-m", "vllm.entrypoints.openai.api_server"),
            *("--model", str(model_dir)),
            *("--served-model-name", entry.name),
            *("--host", "127.0.0.1"),
            *("--port", str(port)),
            # Neither prompts nor addresses belong in a log.
            *("--no-enable-log-requests", "--disable-uvicorn-access-log"),
            # Free whitespace inside JSON would let a weak model fill its budget with blanks.
            *("--structured-outputs-config", _NO_FREE_WHITESPACE),
            *environment.flavour.arguments,
            *entry.vllm_args,
        ),
        variables={
            "VLLM_NO_USAGE_STATS": "1",
            "DO_NOT_TRACK": "1",
            # Otherwise it asks the kernel for a route to a public address to learn its own.
            "VLLM_HOST_IP": "127.0.0.1",
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(cache / "huggingface"),
            "VLLM_CACHE_ROOT": str(cache / "vllm"),
            "VLLM_CONFIG_ROOT": str(cache / "vllm-config"),
            **environment.flavour.variables,
        },
    )


def inherited_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """What vLLM may know of this process's environment: all but the appliance's settings and secrets."""
    return {name: value for name, value in environ.items() if not name.startswith(_PRIVATE)}


class EngineProcess:
    """A running vLLM server. It is owned by whoever started it, and is to be stopped."""

    def __init__(self, entry: Entry, port: int, log: Path, process: asyncio.subprocess.Process) -> None:
        self.model = entry.name
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """The server's process id, and its group's."""
        return self._process.pid

    async def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Returns as soon as the server answers that it is healthy.

        Raises:
            EngineUnavailable: it ended, or was not ready in time; the text ends with its last words.
        """
        died = asyncio.ensure_future(self._process.wait())
        healthy = asyncio.ensure_future(self._healthy())
        try:
            async with asyncio.timeout(within_s):
                await asyncio.wait({died, healthy}, return_when=asyncio.FIRST_COMPLETED)
            if not died.done():
                return await healthy
        except TimeoutError as error:
            raise EngineUnavailable(
                "absent", f"vLLM was not ready within {within_s:.0f} s; {self._end()}"
            ) from error
        finally:
            healthy.cancel()
            died.cancel()
        raise EngineUnavailable("absent", f"vLLM ended with {self._process.returncode}; {self._end()}")

    async def wait_end(self) -> int:
        """Returns the exit code when the process ends, for whatever reason."""
        return await self._process.wait()

    async def stop(self, grace_s: float = _STOP_GRACE_S) -> int:
        """Asks the server and its children to end, and ends them after `grace_s`; gives the exit code."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                await self._process.wait()
        except TimeoutError:
            # It had its grace; what follows does not ask.
            pass
        finally:
            # Children that outlive the server hold the memory of the card.
            self._signal(signal.SIGKILL)
        return await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    async def _healthy(self) -> None:
        async with aiohttp.ClientSession() as session:
            while not await _answers(session, f"{self.url}/health"):  # noqa: ASYNC110  (see below)
                # A process of another program: there is no event to wait for, only its answer to ask for.
                await asyncio.sleep(_ASK_EVERY_S)

    def _end(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _LAST_WORDS_BYTES))
            words = log.read().decode(errors="replace").strip()
        return f"its log ({self.log}) ends:\n{words}"


async def start_engine(
    entry: Entry,
    model_dir: Path,
    environment: EngineEnvironment,
    port: int,
    environ: Mapping[str, str] = os.environ,
) -> EngineProcess:
    """Verifies the model, then starts the server; it is not ready yet: see `EngineProcess.wait_ready`.

    The log is `logs/NAME.log` in the environment's directory, begun anew.

    Raises:
        ModelError: it is no chat model, or is not the one that its digests promise; nothing was started.
        EngineUnavailable: the port is taken, or the interpreter cannot be started.
    """
    if entry.kind != "chat":
        raise ModelError(
            f"{entry.name}: expected a chat model, got an {entry.kind} model, which runs without vLLM"
        )
    await asyncio.to_thread(verify_model, entry, model_dir)
    port = free_port(port)
    command = engine_command(entry, model_dir, environment, port)
    log = environment.directory / "logs" / f"{entry.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command.arguments,
                env=inherited_variables(environ) | dict(command.variables),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise EngineUnavailable("absent", f"{command.arguments[0]} cannot be started: {error}") from error
    return EngineProcess(entry, port, log, process)


def free_port(port: int) -> int:
    """The port itself, or any free one for 0; another server there would pass for ours, being healthy too."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EngineUnavailable(
                "absent", f"port {port} on 127.0.0.1 is not free: {error.strerror}"
            ) from error
        free: int = probe.getsockname()[1]
    return free


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
