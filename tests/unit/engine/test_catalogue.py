"""The catalogue of models: what is delivered is sound, and a broken entry names its file and field."""

import re
from pathlib import Path

import pytest

from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.recipes import RECIPES
from appliance.errors import ModelError
from appliance.knowledge.encoder import MULTILINGUAL_E5_SMALL
from appliance.settings import shipped

SHIPPED = shipped("models")
LANGUAGES = {"es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh"}
COMMIT = "a" * 40
DIGEST = "b" * 64
HUB_ENTRY = """
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
"""


def catalogue_of(directory: Path, text: str, name: str = "tiny") -> Path:
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.toml").write_text(text, encoding="utf-8")
    return directory


def test_the_delivered_catalogue_loads_and_names_known_recipes() -> None:
    for entry in load_catalogue(SHIPPED).values():
        assert entry.source.type != "package" or entry.source.recipe in RECIPES


def test_there_is_a_chat_model_for_each_size_of_card() -> None:
    needs = [e.gpu_memory_gib for e in load_catalogue(SHIPPED).values() if e.kind == "chat" and not e.local]
    for card_gib, smaller_gib in ((24, 0), (48, 24), (80, 48)):
        assert any(smaller_gib < need <= card_gib * 0.9 for need in needs), (
            f"nothing for a {card_gib} GB card"
        )


def test_production_entries_speak_every_language_of_the_pack_and_are_openly_licensed() -> None:
    for entry in load_catalogue(SHIPPED).values():
        assert entry.licence in {"Apache-2.0", "MIT"}
        assert entry.name.startswith("smollm2") or set(entry.languages) >= LANGUAGES


def test_packages_are_pinned_and_hub_entries_are_not_until_a_lock_says_so() -> None:
    for entry in load_catalogue(SHIPPED).values():
        assert entry.pinned == (entry.source.type == "package")


def test_the_encoder_knows_the_small_embedding_as_the_catalogue_does() -> None:
    assert load_catalogue(SHIPPED)["multilingual-e5-small"].embedding == MULTILINGUAL_E5_SMALL


def test_the_readme_lists_every_entry() -> None:
    listed = re.findall(
        r"^\| `([^`]+)` \|", (SHIPPED / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(listed) == set(load_catalogue(SHIPPED))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="smollm2-135m-instruct"):
        find_entry(load_catalogue(SHIPPED), "gpt-4")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("licence =", "license ="), "license"),
        (('kind = "chat"', 'kind = "poem"'), "kind"),
        (('name = "tiny"', 'name = "other"'), "name"),
        (("someone/tiny", "../../etc"), "repository"),
        (('type = "hub"', 'type = "magnet"'), "source"),
        (("context_tokens = 64", 'context_tokens = "many"'), "context_tokens"),
        (("\n[source]", "[embedding]\ndimensions = 3\npooling = 'mean'\n[source]"), "embedding"),
    ],
)
def test_a_broken_entry_names_file_and_field(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    directory = catalogue_of(tmp_path, HUB_ENTRY.replace(*change))
    with pytest.raises(ModelError) as caught:
        load_catalogue(directory)
    assert "tiny.toml" in str(caught.value)
    assert named in str(caught.value)


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "a//b", ""])
def test_a_file_of_a_model_cannot_lie_outside_of_it(tmp_path: Path, path: str) -> None:
    text = f'{HUB_ENTRY}\n[[files]]\npath = "{path}"\nsha256 = "{DIGEST}"\n'
    with pytest.raises(ModelError, match=r"files\.0\.path"):
        load_catalogue(catalogue_of(tmp_path, text))


def test_text_that_is_no_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"tiny\.toml: not TOML"):
        load_catalogue(catalogue_of(tmp_path, "name ="))


def test_an_empty_catalogue_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="found none"):
        load_catalogue(tmp_path)


def test_a_lock_beside_the_entry_pins_it(tmp_path: Path) -> None:
    directory = catalogue_of(tmp_path, HUB_ENTRY)
    _write_lock(directory, "someone/tiny")
    entry = load_catalogue(directory)["tiny"]
    assert entry.pinned
    assert entry.source.type == "hub"
    assert entry.source.revision == COMMIT
    assert [file.path for file in entry.files] == ["model.safetensors"]


def test_the_catalogues_own_lock_counts_before_one_from_elsewhere(tmp_path: Path) -> None:
    directory = catalogue_of(tmp_path / "catalogue", HUB_ENTRY)
    (tmp_path / "elsewhere").mkdir()
    _write_lock(directory, "someone/tiny")
    _write_lock(tmp_path / "elsewhere", "someone/other")
    assert load_catalogue(directory, tmp_path / "elsewhere")["tiny"].pinned


def test_a_lock_of_another_repository_is_refused(tmp_path: Path) -> None:
    directory = catalogue_of(tmp_path, HUB_ENTRY)
    _write_lock(directory, "stranger/tiny")
    with pytest.raises(ModelError, match=r"tiny\.lock\.json: repository: the lock is of 'stranger/tiny'"):
        load_catalogue(directory)


def test_a_lock_that_names_a_branch_is_refused(tmp_path: Path) -> None:
    directory = catalogue_of(tmp_path, HUB_ENTRY)
    _write_lock(directory, "someone/tiny", revision="main")
    with pytest.raises(ModelError, match=r"tiny\.lock\.json: revision"):
        load_catalogue(directory)


def _write_lock(directory: Path, repository: str, revision: str = COMMIT) -> None:
    (directory / "tiny.lock.json").write_text(
        f'{{"repository": "{repository}", "revision": "{revision}",'
        f' "files": [{{"path": "model.safetensors", "sha256": "{DIGEST}"}}]}}',
        encoding="utf-8",
    )
