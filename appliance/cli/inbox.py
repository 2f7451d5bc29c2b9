"""`appliance inbox`: what could not be answered or sent, and what is to be done about it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from appliance.audit import Journal
from appliance.channel import InboundMessage, Reply
from appliance.errors import KeyMissing, SealBroken
from appliance.inbox import DeadLetter, DeadLetters
from appliance.settings import load_settings
from appliance.stores import open_stores

inbox_app = typer.Typer(
    help="""The dead letters: messages that could not be answered, and replies that could not be sent.

    A message ends here when three tries to answer it failed, or killed the worker: its patient got the fallback
    and the phone line. A reply ends here when Twilio refuses it (unknown address, the patient blocked us, more
    than 24 hours passed), or when Twilio was away for a day. Nothing waits behind a dead letter.

    Look at them with `appliance inbox list`. When what was wrong is mended, `appliance inbox retry ID` puts one
    back; `appliance inbox discard ID` throws it away. Both are written to the journal.
    """,
    no_args_is_help=True,
)
_out = Console()
_LANES = {"in": "not answered", "out": "not sent"}
_T = TypeVar("_T")
_Ids = Annotated[list[str] | None, typer.Argument(metavar="ID…", help="as `appliance inbox list` shows them")]
_All = Annotated[bool, typer.Option("--all", help="every dead letter")]


@inbox_app.command("list")
def list_letters(
    *,
    opened: Annotated[
        bool,
        typer.Option(
            "--open",
            help="show what patients wrote and were to get, in plain; the journal keeps who was read",
        ),
    ] = False,
) -> None:
    """Show the dead letters: id, time, what it is, whose (a pseudonym), and why. No text, unless asked for."""

    async def show(letters: DeadLetters, journal: Journal) -> None:
        count = 0
        async for letter in letters.all():
            count += 1
            _say(
                f"{letter.id}  {letter.at:%Y-%m-%d %H:%M:%S}Z  {_LANES[letter.lane]}  "
                f"{letter.conversation}  {letter.reason}"
            )
            if opened:
                _note(journal, "dead_letter_read", letter)
                _say(f"    {await _text(letters, letter)}")
        if not count:
            _say("there are no dead letters")

    asyncio.run(_with_letters(show))


@inbox_app.command()
def retry(ids: _Ids = None, *, every: _All = False) -> None:
    """Put dead letters back: the message is answered anew, the reply sent anew, behind what is waiting.

    A reply that Twilio did take after all, without telling, comes twice.
    """
    asyncio.run(_with_letters(_decision(ids, DeadLetters.retry, "retried", every=every)))


@inbox_app.command()
def discard(ids: _Ids = None, *, every: _All = False) -> None:
    """Throw dead letters away for good."""
    asyncio.run(_with_letters(_decision(ids, DeadLetters.discard, "discarded", every=every)))


_Work = Callable[[DeadLetters, Journal], Awaitable[_T]]


def _decision(
    ids: list[str] | None, decide: Callable[[DeadLetters, str], Awaitable[None]], done: str, *, every: bool
) -> _Work[None]:
    if bool(ids) == every:
        raise typer.BadParameter("expected the ids of dead letters, or --all")

    async def work(letters: DeadLetters, journal: Journal) -> None:
        meant = (
            [letter async for letter in letters.all()] if every else [await letters.get(i) for i in ids or ()]
        )
        for letter in meant:
            await decide(letters, letter.id)
            _note(journal, f"dead_letter_{done}", letter)
            _say(f"{done}  {letter.id}")
        if not meant:
            _say("there are no dead letters")

    return work


async def _with_letters(work: _Work[_T]) -> _T:
    async with open_stores(load_settings()) as stores:
        return await work(DeadLetters(stores.values, stores.vault), stores.journal)


async def _text(letters: DeadLetters, letter: DeadLetter) -> str:
    try:
        plain = await letters.opened(letter)
    except (KeyMissing, SealBroken) as error:
        return f"cannot be read: {type(error).__name__}"
    if letter.lane == "in":
        return InboundMessage.from_json(plain).text
    return Reply.from_json(plain).body


def _note(journal: Journal, kind: str, letter: DeadLetter) -> None:
    record = {"kind": kind, "conversation": letter.conversation, "lane": letter.lane, "letter": letter.id}
    journal.append(record | {"reason": letter.reason})


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside what somebody wants to copy."""
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
