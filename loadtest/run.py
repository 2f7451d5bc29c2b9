"""A load run: the stage is set, Locust plays the crowd, and the figures are drawn from what both wrote."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from appliance.errors import Permanent
from loadtest.arguments import Options
from loadtest.crowd.job import JOB_VARIABLE, Job
from loadtest.crowd.shape import Shape, load_shape
from loadtest.engine.own import own_engine
from loadtest.figures.decided import decided
from loadtest.figures.overhead import overhead
from loadtest.figures.plot import draw
from loadtest.figures.samples import read_samples
from loadtest.figures.summary import summary, windows
from loadtest.figures.thresholds import breaches, load_thresholds
from loadtest.stage import Plan, Stage, staged
from loadtest.stage.places import bare_environment
from loadtest.stage.setting import ROOT
from loadtest.stage.usage import measured

_WINDOWS = 30
_MARGIN_S = 240.0
_LOCUSTFILE = Path(__file__).parent / "crowd" / "locustfile.py"


class CrowdFailed(Permanent):
    """Locust did not come to its end; the text ends with what it said."""


@dataclass(frozen=True)
class Result:
    """A run's figures, and the thresholds that they break."""

    figures: Mapping[str, object]
    breaches: tuple[str, ...]


async def run(options: Options) -> Result:
    """Set the stage, play, and report into `options.out`.

    Raises:
        ValueError: the shape or a kind of conversation is unknown.
        StageError, CrowdFailed: something did not start or ended early.
    """
    shape = load_shape(options.shape, options.seconds, options.times)
    options.out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    try:
        return await _played(options, shape, folder)
    finally:
        await asyncio.to_thread(_keep_logs, folder, options.out)


def _keep_logs(folder: Path, out: Path) -> None:
    for log in folder.glob("*.log"):
        shutil.copy(log, out)
    shutil.rmtree(folder, ignore_errors=True)


async def _played(options: Options, shape: Shape, folder: Path) -> Result:
    settings = ({"APPLIANCE_WORDING": "fluent"} if options.has_engine else {}) | dict(options.settings)
    samples = options.out / f"{options.name}.samples.csv"
    async with AsyncExitStack() as opened:
        own = await opened.enter_async_context(own_engine()) if options.engine == "vllm" else None
        engine = own.url if own else options.engine
        plan = Plan(folder, options.gateways, options.workers, engine, options.card, settings)
        stage = await opened.enter_async_context(staged(plan))
        job = Job(
            url=stage.url,
            record=str(stage.record),
            samples=str(samples),
            shape=options.shape,
            seconds=options.seconds,
            times=options.times,
            kinds=options.kinds,
            seed=options.seed,
        )
        job.save(folder / "job.json")
        pids = {program.name: program.pid for program in stage.programs if program.pid is not None}
        if own:
            pids["vllm"] = own.pid
        usage = await _locust(folder / "job.json", options, shape, pids)
        engine_times_s = await _engine_times_s(stage) if options.engine == "simulated" else []
    # After the stage has ended: the journal is whole.
    decisions = await asyncio.to_thread(decided, folder / "data")
    measured_samples = read_samples(samples)
    figures = {
        "shape": options.shape,
        "engine": options.engine,
        **summary(measured_samples, shape),
        **overhead(measured_samples, engine_times_s),
        **decisions,
        "processes": usage,
    }
    title = f"{options.name}: {figures['replies']} replies, p95 {figures['p95_s']} s"
    draw(options.out / f"{options.name}.svg", windows(measured_samples, shape.seconds / _WINDOWS), title)
    thresholds = load_thresholds(options.shape, engine=options.has_engine)
    return Result(figures, tuple(breaches(figures, thresholds)))


async def _locust(
    job: Path, options: Options, shape: Shape, pids: Mapping[str, int]
) -> Mapping[str, Mapping[str, float]]:
    log = job.with_name("locust.log")
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "locust",
                "--headless",
                "--only-summary",
                "--locustfile",
                str(_LOCUSTFILE),
            ),
            *("--html", str(options.out / f"{options.name}.html"), "--csv", str(options.out / options.name)),
            # Whether a run failed is said by its thresholds.
            *("--exit-code-on-error", "0", "--stop-timeout", "0"),
            env=bare_environment()
            | {JOB_VARIABLE: str(job), "PYTHONPATH": str(ROOT), "LOCUST_SKIP_URL_CHECK": "1"},
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with measured({**pids, "locust": process.pid}) as usage:
            try:
                async with asyncio.timeout(shape.seconds + _MARGIN_S):
                    code = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    if code:
        raise CrowdFailed(f"Locust ended with {code}; it said:\n{log.read_text(errors='replace')[-3000:]}")
    return usage.figures()


async def _engine_times_s(stage: Stage) -> list[float]:
    url = f"{stage.environment['APPLIANCE_ENGINE_URL']}/simulated/times"
    async with aiohttp.ClientSession(trust_env=False) as client, client.get(url) as answer:
        answered: dict[str, list[float]] = await answer.json()
    return answered["times_s"]
