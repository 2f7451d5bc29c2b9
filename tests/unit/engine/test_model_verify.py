"""Nothing of a model may be missing, different or added, and the text of the error says which."""

import hashlib
from pathlib import Path

import pytest

from appliance.engine.catalogue import DirectorySource, Entry, HubSource, PinnedFile
from appliance.engine.verify import MANIFEST, DigestError, verify_model, write_manifest
from appliance.errors import ModelError

CONTENT = {"config.json": b"{}", "onnx/model.onnx": b"weights"}


def entry(**changes: object) -> Entry:
    facts: dict[str, object] = {
        "name": "tiny",
        "kind": "chat",
        "description": "for tests",
        "licence": "MIT",
        "languages": ("en",),
        "context_tokens": 64,
        "gpu_memory_gib": 0,
        "source": DirectorySource(type="directory", path=Path("/srv/tiny")),
        "files": tuple(
            PinnedFile(path=path, sha256=hashlib.sha256(content).hexdigest())
            for path, content in CONTENT.items()
        ),
    }
    return Entry.model_validate(facts | changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in CONTENT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    write_manifest(entry(), tmp_path)
    return tmp_path


def test_an_untouched_model_is_right(folder: Path) -> None:
    verify_model(entry(), folder)


def test_one_changed_byte_is_named_with_both_digests(folder: Path) -> None:
    (folder / "onnx/model.onnx").write_bytes(b"weighty")
    with pytest.raises(DigestError) as caught:
        verify_model(entry(), folder)
    for part in (
        "onnx/model.onnx",
        hashlib.sha256(b"weights").hexdigest(),
        hashlib.sha256(b"weighty").hexdigest(),
    ):
        assert part in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(DigestError, match=r"config\.json: .*no such file"):
        verify_model(entry(), folder)


def test_an_added_file_does_not_belong(folder: Path) -> None:
    (folder / "modeling.py").write_text("import os", encoding="utf-8")
    with pytest.raises(DigestError, match=r"modeling\.py: does not belong"):
        verify_model(entry(), folder)


def test_a_link_is_refused(folder: Path) -> None:
    (folder / "more").symlink_to("/etc")
    with pytest.raises(ModelError, match="plain files"):
        verify_model(entry(), folder)


def test_a_manifest_that_was_changed_along_with_a_file_does_not_outweigh_the_catalogue(folder: Path) -> None:
    manifest = folder / MANIFEST
    (folder / "onnx/model.onnx").write_bytes(b"weighty")
    was, now = (hashlib.sha256(content).hexdigest() for content in (b"weights", b"weighty"))
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    with pytest.raises(DigestError, match="onnx"):
        verify_model(entry(), folder)


def test_a_model_of_another_source_is_told_apart(folder: Path) -> None:
    moved = entry(source=DirectorySource(type="directory", path=Path("/srv/other")))
    with pytest.raises(ModelError, match="another source"):
        verify_model(moved, folder)


def test_a_model_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="appliance models fetch tiny"):
        verify_model(entry(), tmp_path / "tiny")


def test_an_entry_without_digests_is_refused_even_if_the_model_is_here(folder: Path) -> None:
    source = HubSource(type="hub", repository="someone/tiny", revision="main", size_mib=1)
    with pytest.raises(ModelError, match="--pin"):
        verify_model(entry(source=source, files=()), folder)


def test_a_damaged_manifest_is_named(folder: Path) -> None:
    (folder / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=MANIFEST):
        verify_model(entry(), folder)


def test_no_manifest_is_written_over_a_folder_that_is_not_what_was_promised(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"[]")
    with pytest.raises(DigestError):
        write_manifest(entry(), tmp_path)
    assert not (tmp_path / MANIFEST).exists()
