"""`appliance ask`: one conversation from the shell."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from appliance.cli.engine import EngineOption, with_engine
from appliance.conversation import Outcome, Session, Turn, handle
from appliance.conversation.explain import explained
from appliance.services import open_house
from appliance.settings import Settings, load_settings
from appliance.telemetry.logs import configure_logs


def ask(
    text: Annotated[
        list[str], typer.Argument(help="what the patient writes; several texts are several turns")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print every decision as JSON")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="say in plain words why")] = False,
    engine: EngineOption = "none",
    name: Annotated[str | None, typer.Option(help="the name of the patient's WhatsApp profile")] = None,
) -> None:
    """Have a conversation without a channel: what would be answered, and why.

    Nothing is stored. Example: appliance ask "Can I drink water?" "and coffee?" --explain
    """
    configure_logs(level="WARNING")
    outcomes = asyncio.run(_ask(text, name, with_engine(load_settings(), engine)))
    if as_json:
        shown: Any = [document(outcome) for outcome in outcomes]
        typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False, indent=2))
        return
    console = Console(soft_wrap=True, highlight=False)
    for said, outcome in zip(text, outcomes, strict=True):
        console.print(f"> {said}", style="bold", markup=False)
        console.print(outcome.reply or "(nothing is sent)", markup=False)
        for line in explained(outcome) if explain else [_summary(outcome)]:
            console.print(f"  {line}", style="dim", markup=False)
        console.print()


async def _ask(texts: list[str], name: str | None, settings: Settings) -> list[Outcome]:
    async with open_house(settings) as (house, _):
        session, outcomes = Session(), []
        for text in texts:
            turn = Turn(text, profile_name=name, at=datetime.now(UTC))
            outcomes.append(await handle(turn, session, house))
            session = outcomes[-1].session
        return outcomes


def _summary(outcome: Outcome) -> str:
    statements = ", ".join(outcome.statements) or "no statement"
    return f"{outcome.action} ({outcome.confidence:.2f}), {outcome.language}, {statements}"


def document(outcome: Outcome) -> dict[str, Any]:
    """The decision as JSON shows it."""
    return {
        "action": outcome.action,
        "language": outcome.language,
        "confidence": round(outcome.confidence, 4),
        "intents": list(outcome.intents),
        "statements": list(outcome.statements),
        "reply": outcome.reply,
        "blocks": [asdict(block) for block in outcome.blocks],
        "effects": sorted(outcome.effects),
        "trace": asdict(outcome.trace),
    }
