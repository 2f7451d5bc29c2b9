"""The `--engine` option that `ask` and `eval` share."""

from typing import Annotated

import typer

from appliance.errors import SettingsError
from appliance.settings import Settings

EngineOption = Annotated[
    str,
    typer.Option(metavar="none|URL", help="the base of a running vLLM's API, or none: approved wording only"),
]


def with_engine(settings: Settings, engine: str) -> Settings:
    """The settings with this engine.

    Raises:
        SettingsError: it is neither none nor a URL.
    """
    if engine != "none" and not engine.startswith(("http://", "https://")):
        raise SettingsError(f"--engine: expected none or http(s)://host:port, got {engine!r}")
    return settings.model_copy(update={"engine_url": "" if engine == "none" else engine})
