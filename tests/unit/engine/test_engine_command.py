"""How vLLM is started: on loopback, silent to the outside, and without the appliance's secrets."""

from pathlib import Path

import pytest

from appliance.engine.catalogue import load_catalogue
from appliance.engine.environment import CPU, GPU, EngineEnvironment, Flavour
from appliance.engine.serve import engine_command, inherited_variables
from appliance.settings import shipped

ENTRY = load_catalogue(shipped("models"))["smollm2-135m-instruct"]


def arguments(flavour: Flavour) -> list[str]:
    environment = EngineEnvironment(Path("/srv/engine"), flavour)
    return list(engine_command(ENTRY, Path("/srv/models/smol"), environment, 8123).arguments)


@pytest.mark.parametrize("flavour", [CPU, GPU], ids=lambda flavour: flavour.name)
def test_it_listens_on_loopback_only(flavour: Flavour) -> None:
    given = arguments(flavour)
    assert given[given.index("--host") + 1] == "127.0.0.1"
    assert given[given.index("--port") + 1] == "8123"


@pytest.mark.parametrize("flavour", [CPU, GPU], ids=lambda flavour: flavour.name)
def test_it_logs_neither_prompts_nor_addresses(flavour: Flavour) -> None:
    assert {"--no-enable-log-requests", "--disable-uvicorn-access-log"} <= set(arguments(flavour))


def test_it_sends_no_statistics_and_asks_no_hub() -> None:
    environment = EngineEnvironment(Path("/srv/engine"), CPU)
    variables = engine_command(ENTRY, Path("/srv/models/smol"), environment, 1).variables
    for name in ("VLLM_NO_USAGE_STATS", "DO_NOT_TRACK", "HF_HUB_OFFLINE"):
        assert variables[name] == "1"


def test_the_name_that_it_serves_is_the_catalogues() -> None:
    given = arguments(CPU)
    assert given[given.index("--served-model-name") + 1] == ENTRY.name


def test_only_the_cpu_build_is_told_to_share_memory() -> None:
    assert "--gpu-memory-utilization" in arguments(CPU)
    assert "--gpu-memory-utilization" not in arguments(GPU)


def test_secrets_are_not_inherited() -> None:
    environ = {
        "PATH": "/bin",
        "APPLIANCE_TWILIO_AUTH_TOKEN": "secret",
        "CREDENTIALS_DIRECTORY": "/run/secret",
    }
    assert inherited_variables(environ) == {"PATH": "/bin"}
