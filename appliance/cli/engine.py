"""The `--engine` option that `ask` and `eval` share."""

from typing import Annotated

import typer

from appliance.settings import Settings

EngineOption = Annotated[
    str,
    typer.Option(metavar="none|URL", help="the base of a running vLLM's API, or none: approved wording only"),
]


def with_engine(settings: Settings, engine: str) -> Settings:
    """The settings with this engine."""
    return settings.model_copy(update={"engine_url": "" if engine == "none" else engine})
