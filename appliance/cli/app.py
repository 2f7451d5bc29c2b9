"""Puts the command's groups together."""

from collections.abc import Sequence
from importlib import import_module

import typer

# Name -> the module that holds it, and the attribute: a typer application (a group) or a function.
COMMANDS = {
    "demo": ("appliance.cli.demo", "demo"),
    "serve": ("appliance.cli.serve", "serve"),
    "worker": ("appliance.cli.worker", "worker"),
    "check": ("appliance.cli.check", "check"),
    "ask": ("appliance.cli.ask", "ask"),
    "eval": ("appliance.cli.evaluate", "evaluate"),
    "knowledge": ("appliance.cli.knowledge", "knowledge_app"),
    "models": ("appliance.cli.models", "models_app"),
    "inbox": ("appliance.cli.inbox", "inbox_app"),
    "keys": ("appliance.cli.keys", "keys_app"),
    "patient": ("appliance.cli.patient", "patient_app"),
    "housekeeping": ("appliance.cli.housekeeping", "housekeeping"),
    "audit": ("appliance.cli.audit", "audit_app"),
    "bundle": ("appliance.cli.bundle", "bundle_app"),
}


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command, of which only what the arguments name is imported: `models list` needs no vector index."""
    app = typer.Typer(
        no_args_is_help=True,
        help="Antesala: answers patients before surgery on WhatsApp, from what the hospital approved. "
        "Start with: appliance demo",
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    named = [argument for argument in arguments if argument in COMMANDS][:1]
    for name in named or COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _root() -> None:
    """The groups below."""
