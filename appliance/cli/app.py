"""Puts the command's groups together. Each is imported when it is asked for, so that `--help` comes at once."""

from importlib import import_module

import typer
from click import Command, Context
from typer.core import TyperGroup
from typer.main import get_command

# Name -> the module that holds it, and the attribute: a typer application (a group) or a function.
_COMMANDS = {
    "demo": ("appliance.cli.demo", "demo"),
    "serve": ("appliance.cli.run", "serve"),
    "worker": ("appliance.cli.run", "worker"),
    "check": ("appliance.cli.check", "check"),
    "ask": ("appliance.cli.ask", "ask"),
    "eval": ("appliance.cli.evaluate", "evaluate"),
    "knowledge": ("appliance.cli.knowledge", "knowledge_app"),
    "models": ("appliance.cli.models", "models_app"),
    "keys": ("appliance.cli.keys", "keys_app"),
    "audit": ("appliance.cli.audit", "audit_app"),
}


class _Lazy(TyperGroup):
    """A group whose commands are imported when they are named."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer()
            single.command(cmd_name)(found)
            found = single
        command: Command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=_Lazy,
    no_args_is_help=True,
    help="Antesala: answers patients before surgery on WhatsApp, from what the hospital approved. "
    "Start with: appliance demo",
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """The groups below."""
