"""A gateway needs neither model nor index: it starts without, and does not load their libraries."""

from pathlib import Path

import aiohttp
import pytest
from hospital import LONGEST_S, standing_in
from program import running

from appliance.engine.serve import free_port

pytestmark = [pytest.mark.redis, pytest.mark.models]

LIBRARIES = ("onnxruntime", "fastembed", "tokenizers", "numpy", "scipy", "sklearn", "grpc")
MOST_RESIDENT_KIB = 250 * 1024


async def test_a_gateway_starts_and_is_ready_without_the_embedding_model(box: dict[str, str]) -> None:
    (Path(box["APPLIANCE_DATA_DIR"]) / "models").unlink()
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    async with standing_in(url) as (_, desk):
        environment = box | {
            "APPLIANCE_PUBLIC_URL": url,
            "APPLIANCE_BIND": f"127.0.0.1:{port}",
            "APPLIANCE_TWILIO_API_URL": desk.url,
        }
        async with running(environment, "serve") as gateway, aiohttp.ClientSession() as client:
            await gateway.says("Running on http", LONGEST_S)
            async with client.get(f"{url}/readyz") as ready:
                assert ready.status == 200
            process = Path("/proc") / str(gateway.pid)
            loaded = (process / "maps").read_text(encoding="utf-8")
            assert [name for name in LIBRARIES if f"/{name}/" in loaded] == []
            (resident,) = (
                int(line.split()[1])
                for line in (process / "status").read_text(encoding="utf-8").splitlines()
                if line.startswith("VmRSS:")
            )
            assert resident < MOST_RESIDENT_KIB
