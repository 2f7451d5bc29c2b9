"""The load test's command line: python -m loadtest --shape tenfold --engine none."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from appliance.errors import ApplianceError
from appliance.settings import PREFIX
from loadtest.arguments import REPORTS, Options
from loadtest.engine.card import Card
from loadtest.run import run

BREACH = 3


def _main(  # noqa: PLR0917 - typer makes options of them
    shape: Annotated[str, typer.Option(help="pilot, tenfold, surge, soak, capacity or smoke")],
    engine: Annotated[
        str, typer.Option(help="none, simulated, vllm (with the small model, started here), or a URL")
    ] = "none",
    seconds: Annotated[float | None, typer.Option(min=1, help="how long; else as the shape says")] = None,
    times: Annotated[float, typer.Option(min=0.01, help="multiplies the shape's rates")] = 1.0,
    kind: Annotated[
        list[str] | None, typer.Option(help="only conversations of this kind; repeatable")
    ] = None,
    gateways: Annotated[int, typer.Option(min=1)] = 1,
    workers: Annotated[int, typer.Option(min=1)] = 1,
    seed: Annotated[int, typer.Option(help="of who writes what, and when")] = 1,
    engine_seconds: Annotated[
        float | None, typer.Option(min=0, help="the simulated engine takes exactly so long for each answer")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE for the appliance, as burst_eager=false; repeatable"),
    ] = None,
    out: Annotated[Path, typer.Option(help="the folder for reports")] = REPORTS,
) -> None:
    """Load the appliance on this machine with patients, and measure from webhook to reply.

    Starts what it needs (Redis, gateway, worker, the stand-in for Twilio, a simulated engine if it is asked for)
    and ends it. Prints one JSON line. Ends with 3 when a threshold of figures/thresholds.toml is broken.
    """
    options = Options(
        shape=shape,
        engine=engine,
        seconds=seconds,
        times=times,
        kinds=tuple(kind or ()),
        gateways=gateways,
        workers=workers,
        seed=seed,
        card=Card(fixed_s=engine_seconds),
        settings=dict(_setting(text) for text in setting or ()),
        out=out,
    )
    try:
        result = asyncio.run(run(options))
    except (ApplianceError, ValueError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(result.figures))
    for breach in result.breaches:
        typer.echo(breach, err=True)
    if result.breaches:
        raise typer.Exit(BREACH)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"--set: expected NAME=VALUE, got {text!r}")
    return f"{PREFIX}{name.upper()}", value


if __name__ == "__main__":
    typer.run(_main)
