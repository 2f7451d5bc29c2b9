"""`appliance demo`: everything on this machine, with a phone page to try it."""

import asyncio
import logging
import os
from typing import Annotated

import typer
from rich.console import Console

from appliance.demo.run import DemoOptions, run_demo
from appliance.egress.standing import put_up_for_this_machine
from appliance.errors import SettingsError
from appliance.settings import load_settings
from appliance.telemetry.logs import configure_logs


def demo(
    port: Annotated[int, typer.Option(help="of the page on 127.0.0.1; 0: any that is free")] = 8080,
    engine: Annotated[
        str,
        typer.Option(
            metavar="auto|none|URL",
            help="auto: vLLM with the small chat model, brought here and started in the background; "
            "none: approved wording only; URL: the base of a running vLLM's API",
        ),
    ] = "auto",
) -> None:
    """Try it: starts everything on this machine and prints the address of a page with a phone.

    The gateway, its worker, Redis, the index, a stand-in for Twilio and, unless --engine none, vLLM. Answers
    come in approved wording within seconds; the engine joins when it is ready. Nothing leaves the machine;
    only models are downloaded. Ctrl-C ends everything.

    APPLIANCE_TWILIO_AUTH_TOKEN and APPLIANCE_PUBLIC_URL set what webhooks are signed with, so that other
    programs can post to it too.
    """
    if engine not in {"auto", "none"} and not engine.startswith(("http://", "https://")):
        raise SettingsError(f"--engine: expected auto, none or http(s)://host:port, got {engine!r}")
    settings = load_settings()
    log = settings.data_dir / "demo" / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8", buffering=1) as stream:
        configure_logs(stream)
        # What a closed connection of the browser leaves behind is nobody's concern.
        logging.getLogger("asyncio").setLevel(logging.ERROR)
        guard = put_up_for_this_machine(settings, "" if engine in {"auto", "none"} else engine)
        options = DemoOptions(port, engine, guard)
        with asyncio.Runner() as runner:
            if not runner.run(run_demo(options, settings, Console(highlight=False))):
                # All is closed, but a thread may be learning from a changed pack, for minutes yet.
                os._exit(0)
