"""Brings a model here, and if asked vLLM too: python -m appliance.demo.fetching NAME [--with-engine].

A process of its own, because that can be ended at any moment, while a thread that waits for pip cannot.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from appliance.cli.progress import telling
from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.environment import fitting_flavour, install_environment
from appliance.engine.fetch import Workshop, fetch_model
from appliance.engine.hub import mirror
from appliance.errors import ApplianceError
from appliance.settings import load_settings


def main(arguments: Sequence[str]) -> int:
    """Fetch what the arguments name; exit code 1, with the reason as the last line, when it fails."""
    try:
        _fetch(arguments[0], with_engine="--with-engine" in arguments)
    except ApplianceError as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 1
    return 0


def _fetch(name: str, *, with_engine: bool) -> None:
    settings = load_settings()
    entry = find_entry(load_catalogue(settings.models_catalogue, settings.models_dir), name)
    with telling(Console()) as progress:

        def engine_python() -> Path:
            engine_dir = settings.data_dir / "engine"
            return install_environment(engine_dir, fitting_flavour(), progress).python

        if with_engine:
            engine_python()
        fetch_model(entry, Workshop(settings.models_dir, engine_python, mirror(os.environ)), progress)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
