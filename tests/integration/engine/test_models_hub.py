"""Fetching from a hub, or a mirror of one: a server on loopback speaks its endpoints."""

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from heard import Heard

from appliance.engine.catalogue import Entry, load_catalogue
from appliance.engine.fetch import Workshop, fetch_model, pin_model
from appliance.engine.verify import DigestError, verify_model
from appliance.engine.wheels import DownloadFailed
from appliance.errors import ModelError

COMMIT = "c0ffee" + "0" * 34
ENTRY = """
name = "tiny"
kind = "chat"
description = "for tests"
licence = "MIT"
languages = ["en"]
context_tokens = 64
gpu_memory_gib = 0

[source]
type = "hub"
repository = "someone/tiny"
revision = "main"
size_mib = 1
exclude = ["*.md"]
"""


class Hub(ThreadingHTTPServer):
    """One repository; what it has may change while it runs, and `asked` tells what was wanted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files = {
            "config.json": b"{}",
            "model.safetensors": bytes(range(256)) * 64,
            "README.md": b"# tiny",
        }
        self.asked: list[str] = []
        self.withheld: set[str] = set()

    @property
    def given(self) -> set[str]:
        return self.files.keys() - self.withheld

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base class's)
        """Says nothing."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.split("?")[0]
        self.server.asked.append(f"{self.command} {path}")
        if path.startswith("/api/models/someone/tiny/tree/"):
            listing = [_described(name, data) for name, data in self.server.files.items()]
            self._send(200, json.dumps(listing).encode(), {}, with_body=with_body)
        elif re.fullmatch("/api/models/someone/tiny(/revision/.*)?", path):
            siblings = [{"rfilename": name} for name in self.server.files]
            facts = {"id": "someone/tiny", "modelId": "someone/tiny", "sha": COMMIT, "siblings": siblings}
            self._send(200, json.dumps(facts).encode(), {}, with_body=with_body)
        elif (name := path.removeprefix(f"/someone/tiny/resolve/{COMMIT}/")) in self.server.given:
            self._file(self.server.files[name], with_body=with_body)
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, with_body=with_body)

    def _file(self, data: bytes, *, with_body: bool) -> None:
        headers = {
            "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
        }
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted is None:
            self._send(200, data, headers, with_body=with_body)
            return
        start, end = int(wanted[1]), int(wanted[2] or len(data) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        self._send(206, data[start : end + 1], headers, with_body=with_body)

    def _send(self, status: int, body: bytes, headers: dict[str, str], *, with_body: bool) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Length": str(len(body)),
            "Content-Type": "application/json",
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _described(name: str, data: bytes) -> dict[str, object]:
    return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "tiny.toml").write_text(ENTRY, encoding="utf-8")
    return tmp_path / "catalogue"


def entry_in(catalogue: Path) -> Entry:
    return load_catalogue(catalogue)["tiny"]


def workshop(directory: Path, endpoint: str) -> Workshop:
    return Workshop(directory, lambda: pytest.fail("vLLM's environment is not needed"), endpoint)


def test_an_entry_without_digests_is_not_fetched(catalogue: Path, tmp_path: Path, hub: Hub) -> None:
    with pytest.raises(ModelError, match="appliance models fetch tiny --pin"):
        fetch_model(entry_in(catalogue), workshop(tmp_path / "models", hub.url), Heard())
    assert hub.asked == []


def test_pinning_on_one_machine_makes_another_insist_on_the_same_files(
    catalogue: Path, tmp_path: Path, hub: Hub
) -> None:
    staging = workshop(tmp_path / "staging", hub.url)
    folder, lock = pin_model(entry_in(catalogue), staging, Heard())
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "model.safetensors",
        "antesala-manifest.json",
    }
    shutil.copy(lock, catalogue)
    pinned = entry_in(catalogue)
    assert pinned.pinned
    verify_model(pinned, folder)

    there = fetch_model(pinned, workshop(tmp_path / "production", hub.url), Heard())
    assert (there / "model.safetensors").read_bytes() == hub.files["model.safetensors"]
    verify_model(pinned, there)


def test_files_that_changed_at_the_hub_are_refused(catalogue: Path, tmp_path: Path, hub: Hub) -> None:
    _, lock = pin_model(entry_in(catalogue), workshop(tmp_path / "staging", hub.url), Heard())
    shutil.copy(lock, catalogue)
    hub.files["model.safetensors"] = b"something else"
    with pytest.raises(DigestError, match=r"model\.safetensors"):
        fetch_model(entry_in(catalogue), workshop(tmp_path / "production", hub.url), Heard())
    assert not (tmp_path / "production" / "tiny").exists()


def test_what_was_loaded_before_a_failure_is_not_loaded_again(
    catalogue: Path, tmp_path: Path, hub: Hub
) -> None:
    _, lock = pin_model(entry_in(catalogue), workshop(tmp_path / "staging", hub.url), Heard())
    shutil.copy(lock, catalogue)
    production = workshop(tmp_path / "production", hub.url)
    hub.withheld.add("model.safetensors")
    with pytest.raises(ModelError, match="does the mirror carry it"):
        fetch_model(entry_in(catalogue), production, Heard())
    hub.withheld.clear()
    hub.asked.clear()
    verify_model(entry_in(catalogue), fetch_model(entry_in(catalogue), production, Heard()))
    assert f"GET /someone/tiny/resolve/{COMMIT}/config.json" not in hub.asked


def test_a_pinned_entry_is_not_pinned_again(catalogue: Path, tmp_path: Path, hub: Hub) -> None:
    _, lock = pin_model(entry_in(catalogue), workshop(tmp_path / "staging", hub.url), Heard())
    shutil.copy(lock, catalogue)
    with pytest.raises(ModelError, match="nothing to pin"):
        pin_model(entry_in(catalogue), workshop(tmp_path / "staging", hub.url), Heard())


def test_a_repository_that_the_hub_does_not_have_is_a_permanent_failure(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "tiny.toml").write_text(ENTRY.replace("someone/tiny", "someone/gone"), encoding="utf-8")
    with pytest.raises(ModelError, match="someone/gone"):
        pin_model(entry_in(tmp_path), workshop(tmp_path / "models", hub.url), Heard())


def test_a_hub_that_cannot_be_reached_is_a_temporary_failure(
    catalogue: Path, tmp_path: Path, hub: Hub
) -> None:
    nobody = hub.url
    hub.server_close()
    with pytest.raises(DownloadFailed, match="HF_ENDPOINT"):
        pin_model(entry_in(catalogue), workshop(tmp_path / "models", nobody), Heard())
