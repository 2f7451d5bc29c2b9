"""`appliance eval`: runs a question set through the conversation and computes the metrics."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from appliance.cli.engine import EngineOption, with_engine
from appliance.errors import SettingsError
from appliance.evaluation.drafts import Drafts, drafts_of
from appliance.evaluation.metrics import document, metrics
from appliance.evaluation.questions import Item, read_questions
from appliance.evaluation.report import render
from appliance.evaluation.run import Played, play
from appliance.services import open_house
from appliance.settings import Settings, load_settings
from appliance.telemetry.logs import configure_logs

_LIMIT = "METRIC=VALUE"


def evaluate(
    file: Annotated[Path, typer.Argument(help="a question set, one JSON object a line")],
    *,
    engine: EngineOption = "none",
    json_file: Annotated[Path | None, typer.Option("--json", help="write the result here")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="write a report to look at here")] = None,
    least: Annotated[
        list[str] | None, typer.Option("--min", metavar=_LIMIT, help="exit code 1 if the metric is lower")
    ] = None,
    most: Annotated[
        list[str] | None, typer.Option("--max", metavar=_LIMIT, help="exit code 1 if the metric is higher")
    ] = None,
) -> None:
    """Measure decisions: emergencies found, questions answered, declines, languages, latency.

    Example: appliance eval golden.jsonl --min emergency_recall=1 --max medical_answered=0 --html report.html
    """
    configure_logs(level="WARNING")
    floors, ceilings = _limits(least), _limits(most)
    for option, output in (("--json", json_file), ("--html", html_file)):
        if output and not output.absolute().parent.is_dir():
            raise SettingsError(f"{option} {output}: expected a directory that exists")
    items = read_questions(file)
    played = asyncio.run(_play(items, with_engine(load_settings(), engine)))
    result = document(played)
    if json_file:
        json_file.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if html_file:
        html_file.write_text(render(file.name, played), encoding="utf-8")
    found = metrics(played)
    _show(found, floors, ceilings)
    _show_drafts(drafts_of(played))
    missed = [name for name, floor in floors.items() if found[name] < floor]
    missed += [name for name, ceiling in ceilings.items() if found[name] > ceiling]
    if missed:
        raise typer.Exit(1)


async def _play(items: tuple[Item, ...], settings: Settings) -> list[Played]:
    async with open_house(settings) as (house, _):
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("playing", total=len(items))
            return await play(items, house, lambda: progress.advance(task))


def _limits(options: list[str] | None) -> dict[str, float]:
    limits = {}
    for option in options or []:
        name, _, value = option.partition("=")
        known = metrics([])
        if name not in known:
            raise SettingsError(
                f"--min/--max {option}: unknown metric {name!r}; there are: {', '.join(known)}"
            )
        try:
            limits[name] = float(value)
        except ValueError as error:
            raise SettingsError(f"--min/--max {option}: expected METRIC=NUMBER") from error
    return limits


def _show(found: dict[str, float], floors: dict[str, float], ceilings: dict[str, float]) -> None:
    table = Table("metric", "value", "limit", box=None, pad_edge=False)
    for name, value in found.items():
        limit, style = "", ""
        if name in floors:
            limit, style = f">= {floors[name]:g}", "green" if value >= floors[name] else "red"
        if name in ceilings:
            limit, style = f"<= {ceilings[name]:g}", "green" if value <= ceilings[name] else "red"
        table.add_row(name, f"{value:.4f}", limit, style=style)
    Console().print(table)


def _show_drafts(drafts: Drafts) -> None:
    if drafts.asked:
        console = Console(soft_wrap=True, highlight=False)
        refused, none = sum(drafts.refused.values()), sum(drafts.none.values())
        console.print(
            f"drafts: {drafts.asked} asked for, {drafts.sent} sent, {refused} refused, {none} did not come"
        )
        for reason, count in [*drafts.refused.items(), *drafts.none.items()]:
            console.print(f"  {count:4d}  {reason}", markup=False)
