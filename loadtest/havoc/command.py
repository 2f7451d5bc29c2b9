"""The chaos harness's command line; it prints one JSON line."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from appliance.errors import ApplianceError
from loadtest.havoc.run import Chaos, run


def main() -> None:
    """Run the command."""
    typer.run(_chaos)


def _chaos(  # noqa: PLR0917 - typer makes options of them
    messages: Annotated[int, typer.Option(min=1, help="that patients write")] = 3000,
    kills: Annotated[int, typer.Option(min=0, help="SIGKILLs, spread over the time of the messages")] = 40,
    seed: Annotated[int, typer.Option(help="the same seed gives the same patients and the same moments")] = 1,
    rate: Annotated[float, typer.Option(min=0.1, help="messages a second")] = 15.0,
    gateways: Annotated[int, typer.Option(min=1)] = 2,
    workers: Annotated[int, typer.Option(min=1)] = 2,
    keep: Annotated[Path | None, typer.Option(help="leave logs, stores and the record here")] = None,
) -> None:
    """Kill the appliance's processes while patients write, and account for every message.

    Starts Redis (two, every write on disk before it is acknowledged), gateways, workers, a simulated engine and
    the stand-in for Twilio, which alone is never killed. Ends with 0 when nothing was lost, sent twice, or sent
    out of order; else with 1, and says on stderr for which patients.
    """
    chaos = Chaos(messages, kills, seed, rate, gateways=gateways, workers=workers, keep=keep)
    try:
        verdict = asyncio.run(run(chaos))
    except (ApplianceError, ExceptionGroup) as error:
        problem = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        if not isinstance(problem, ApplianceError):
            raise
        typer.echo(problem, err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(verdict.figures))
    for case in verdict.account.cases:
        typer.echo(case, err=True)
    if not verdict.holds:
        raise typer.Exit(1)
