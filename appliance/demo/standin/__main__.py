"""Runs the Twilio stand-in as a process of its own: python -m appliance.demo.standin --port 4010."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from appliance.demo.listening import Place, inherited, listen, serving
from appliance.demo.standin import Account, CallbackPolicy, Callbacks, Ledger, create_standin
from appliance.demo.standin.record import Record


def main(  # noqa: PLR0917 - typer makes options of them
    account_sid: Annotated[str, typer.Option(envvar="APPLIANCE_TWILIO_ACCOUNT_SID")],
    auth_token: Annotated[str, typer.Option(envvar="APPLIANCE_TWILIO_AUTH_TOKEN")],
    port: Annotated[int, typer.Option(help="0: any that is free")] = 4010,
    descriptor: Annotated[
        int | None, typer.Option(help="an inherited socket that listens, in the place of a port")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="write each message that arrives into this file")
    ] = None,
    pace_s: Annotated[float, typer.Option(help="seconds before each next status")] = 0.35,
    status: Annotated[
        list[str] | None, typer.Option(help="statuses after queued; repeat for several, - for none")
    ] = None,
    sender: Annotated[
        list[str] | None, typer.Option(help="addresses that may be sent from; none: any")
    ] = None,
    list_lag_s: Annotated[float, typer.Option(help="seconds until a taken message is listed")] = 0.0,
) -> None:
    """A stand-in for Twilio's messages API on 127.0.0.1. It prints its address when it listens.

    With the account's credentials, GET /stand-in/received tells what arrived, and POST /stand-in/faults sets what
    goes wrong: a JSON list of objects with `on` (create, list, redact), `to`, `taken`, `http_status`, `code`,
    `retry_after`, `delay_s`, `times` and `share`; see appliance/demo/standin/faults.py.
    """
    statuses = tuple(status or CallbackPolicy.statuses)
    policy = CallbackPolicy(statuses=() if statuses == ("-",) else statuses, pace_s=pace_s)
    account = Account(account_sid, auth_token, frozenset(sender or ()), list_lag_s)
    place = listen(port) if descriptor is None else inherited(descriptor)
    asyncio.run(_run(account, place, policy, record))


async def _run(account: Account, place: Place, policy: CallbackPolicy, record: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as opened:
        ledger = Ledger(arrived=opened.enter_context(Record(record)).add) if record else Ledger()
        callbacks = await opened.enter_async_context(Callbacks(ledger, account.auth_token, policy))
        await opened.enter_async_context(serving(create_standin(account, ledger, callbacks), place))
        typer.echo(f"The Twilio stand-in listens: {place.url}")
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
