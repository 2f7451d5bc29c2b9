"""Whether what the demo needs is on this machine, and a process that brings it here."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from appliance.demo.warden import Warden
from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.environment import fitting_flavour, installed_environment
from appliance.engine.verify import verify_model
from appliance.errors import ModelError, Temporary
from appliance.settings import Settings


class NotPrepared(Temporary):
    """A model or vLLM could not be brought here; the text tells why."""


def is_here(settings: Settings, name: str) -> bool:
    """Whether a model of the catalogue is here, each file with the digest that was promised. Reads it all."""
    entry = find_entry(load_catalogue(settings.models_catalogue, settings.models_dir), name)
    try:
        verify_model(entry, settings.models_dir / name)
    except ModelError:
        return False
    return True


def is_engine_here(settings: Settings) -> bool:
    """Whether vLLM is installed in the build that fits the machine."""
    return installed_environment(settings.data_dir / "engine", fitting_flavour()) is not None


async def prepare(
    name: str, warden: Warden, *, with_engine: bool = False, tell: Callable[[str], None] | None = None
) -> None:
    """Bring a model here, and with the engine vLLM's environment. Cancelling ends the process.

    Args:
        name: an entry of the catalogue. Settings are read from the environment by the process itself.
        warden: ends it when this process is killed.
        with_engine: install vLLM first.
        tell: is told each step; None: the process shows its progress on the terminal.

    Raises:
        NotPrepared: it failed; what was downloaded is kept, and another try goes on from there.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "appliance.demo.fetching", name),
        *(["--with-engine"] if with_engine else []),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE if tell else None,
        stderr=asyncio.subprocess.STDOUT if tell else None,
        start_new_session=True,
    )
    warden.own(process.pid)
    said = ""
    try:
        while tell and process.stdout and (line := await process.stdout.readline()):
            said = line.decode(errors="replace").strip() or said
            tell(said)
        code = await process.wait()
    finally:
        if process.returncode is None:
            # The group, since pip is a child of this child.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        warden.release(process.pid)
    if code != 0:
        raise NotPrepared(said or f"{name} could not be brought here; see above")
