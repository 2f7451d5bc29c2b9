"""The shelf: versions are kept as they were built, whole or not at all."""

from pathlib import Path

import pytest
from pack_files import files, statement, write_pack

from appliance.errors import PackError, SettingsError
from appliance.knowledge.pack import Pack, load_pack
from appliance.knowledge.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf.under(tmp_path)


def pack(tmp_path: Path, text: str = "no food") -> Pack:
    contents = files()
    contents["statements.yaml"]["fasting.solids"] = statement("fasting.solids", source=text)
    directory = write_pack(tmp_path / "pack", contents)
    (directory / "built").mkdir(exist_ok=True)
    (directory / "built" / "learned.npz").write_bytes(text.encode())
    return load_pack(directory)


def test_a_version_is_kept_as_it_was_when_the_pack_changes(tmp_path: Path, shelf: Shelf) -> None:
    one = pack(tmp_path)
    shelf.put(one)
    two = pack(tmp_path, "no food at all")
    shelf.put(two)
    assert shelf.versions("small") == (one.version, two.version)
    kept = shelf.take(one.version, "small")
    assert load_pack(kept).statements["fasting.solids"].source == "no food"
    assert (kept / "built" / "learned.npz").read_bytes() == b"no food"


def test_what_was_learned_anew_replaces_what_was_kept(tmp_path: Path, shelf: Shelf) -> None:
    one = pack(tmp_path)
    shelf.put(one)
    (one.directory / "built" / "learned.npz").write_bytes(b"better")
    place = shelf.put(one)
    assert (place / "built" / "learned.npz").read_bytes() == b"better"
    assert [path.name for path in place.parent.iterdir()] == [one.version]


def test_versions_of_another_pack_are_not_of_this_one(tmp_path: Path, shelf: Shelf) -> None:
    shelf.put(pack(tmp_path))
    assert shelf.versions("other") == ()


def test_a_version_that_is_not_here_is_refused_with_those_that_are(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(
        SettingsError, match="there are: none; a new one is made by: appliance knowledge build"
    ):
        shelf.take("small-000000000000", "small")
    kept = pack(tmp_path)
    shelf.put(kept)
    with pytest.raises(SettingsError, match=f"there are: {kept.version}"):
        shelf.take("../../etc", "small")


def test_a_version_whose_files_were_changed_is_refused(tmp_path: Path, shelf: Shelf) -> None:
    one = pack(tmp_path)
    file = shelf.put(one) / "statements.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("no food", "some food"), encoding="utf-8")
    with pytest.raises(PackError, match=f"expected the files of {one.version}, got those of small-"):
        shelf.take(one.version, "small")
