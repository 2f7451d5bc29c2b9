"""A pack is whole and sound, or an error names the file, the entry and the field."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pack_files import MANIFEST, files, statement, write_pack

from appliance.errors import PackError
from appliance.knowledge.pack import load_pack

Change = Callable[[dict[str, Any]], object]


def load(tmp_path: Path, change: Change = lambda _: None) -> Any:
    contents = files()
    change(contents)
    return load_pack(write_pack(tmp_path / "small", contents))


def test_a_sound_pack_is_loaded(tmp_path: Path) -> None:
    pack = load(tmp_path)
    assert pack.languages == ("es", "en")
    assert pack.statement("fasting.solids", "en") == "fasting.solids in en"
    assert pack.message("greeting_named", "es") == "Hello {name}!"
    assert pack.intent("fasting.solids").statements == ("fasting.solids",)
    assert pack.emergencies.find("my chest: pain") is not None
    assert pack.lexicon.found("two aspirins") == {"medicine"}
    assert pack.examples[0].mixed[0].intents == ("fasting.solids", "medical.medicines")


def test_the_lexicon_may_be_left_out(tmp_path: Path) -> None:
    assert load(tmp_path, lambda pack: pack.pop("lexicon.yaml")).lexicon.concepts == ()


def test_a_message_in_a_language_beyond_the_packs_is_allowed(tmp_path: Path) -> None:
    """The fixed text for a language that is not spoken is needed exactly there."""
    pack = load(tmp_path, lambda pack: pack["messages.yaml"]["unsupported_language"].update(ru="…"))
    assert pack.message("unsupported_language", "ru") == "…"
    assert pack.message("unsupported_language", "ur") == "unsupported_language in es: -"


def in_file(name: str, *path: str, value: Any) -> Change:
    """Puts a value into a YAML file of the pack."""

    def change(contents: dict[str, Any]) -> None:
        *outer, last = path
        place = contents[name]
        for key in outer:
            place = place[key]
        place[last] = value

    return change


def in_text(name: str, old: str, new: str) -> Change:
    """Replaces a piece of a file's text."""

    def change(contents: dict[str, Any]) -> None:
        assert old in contents[name]
        contents[name] = contents[name].replace(old, new)

    return change


def whole(name: str, value: Any) -> Change:
    """Replaces a file."""
    return lambda contents: contents.update({name: value})


SOLIDS = "fasting.solids"
MIXED = {"text": "a b", "intents": ["x"]}


def solids(**changes: Any) -> Change:
    """Changes fields of a statement."""
    return in_file("statements.yaml", SOLIDS, value=statement(SOLIDS, **changes))


BROKEN: list[tuple[Change, str, str, str]] = [
    # change, file, entry, field
    (lambda pack: pack.pop("pack.toml"), "pack.toml", "", ""),
    (lambda pack: pack.pop("statements.yaml"), "statements.yaml", "", ""),
    (lambda pack: pack.pop("messages.yaml"), "messages.yaml", "", ""),
    (lambda pack: pack.pop("emergencies.yaml"), "emergencies.yaml", "", ""),
    (whole("pack.toml", "name = "), "pack.toml", "", ""),
    (in_text("pack.toml", 'title = "Small"', ""), "pack.toml", "", "title"),
    (in_text("pack.toml", 'title = "Small"', 'title = "Small"\nsubtitle = ""'), "pack.toml", "", "subtitle"),
    (in_text("pack.toml", '["es", "en"]', "[]"), "pack.toml", "", "languages"),
    (in_text("pack.toml", '["es", "en"]', '["es", "eng"]'), "pack.toml", "", "languages.1"),
    (in_text("pack.toml", '["es", "en"]', '["es", "en", "es"]'), "pack.toml", "", "languages"),
    (in_text("pack.toml", '["fasting"]', '["fastin"]'), "pack.toml", "", "closing_topics"),
    (in_text("pack.toml", '"contact.admissions"', '"contact.nobody"'), "pack.toml", "contact_statement", "statements"),
    (in_text("pack.toml", '"decline_medical"', '"advise"'), "pack.toml", "", "intents.medical.medicines.action"),
    (in_text("pack.toml", '["fasting.solids"]', '["fasting.bread"]'), "pack.toml", f"intents.{SOLIDS}", "statements"),
    (in_text("pack.toml", '["fasting.solids"]', "[]"), "pack.toml", "", f"intents.{SOLIDS}"),
    (whole("pack.toml", f"{MANIFEST}\n[thresholds]\nanswer = 1.5"), "pack.toml", "", "thresholds.answer"),
    (whole("statements.yaml", "- one\n- two\n"), "statements.yaml", "", ""),
    (whole("statements.yaml", "a: [b"), "statements.yaml", "", ""),
    (whole("statements.yaml", "\x00"), "statements.yaml", "", ""),
    (whole("statements.yaml", "12: {}"), "statements.yaml", "12", ""),
    (in_file("statements.yaml", SOLIDS, value="text"), "statements.yaml", SOLIDS, ""),
    (solids(review_by="soon"), "statements.yaml", SOLIDS, "review_by"),
    (solids(approvd_by="me"), "statements.yaml", SOLIDS, "approvd_by"),
    (solids(owner=""), "statements.yaml", SOLIDS, "owner"),
    (in_file("statements.yaml", SOLIDS, "text", "en", value=" "), "statements.yaml", SOLIDS, "text.en"),
    (in_file("statements.yaml", SOLIDS, "text", value={"es": "…"}), "statements.yaml", SOLIDS, "text.en"),
    (in_file("messages.yaml", "emergency", value="call 112"), "messages.yaml", "emergency", ""),
    (in_file("messages.yaml", "emergency", "en", value="call us"), "messages.yaml", "emergency", "en"),
    (in_file("messages.yaml", "violence", "es", value="112"), "messages.yaml", "violence", "es"),
    (in_file("messages.yaml", "ack", "en", value=112), "messages.yaml", "ack", "en"),
    (in_file("messages.yaml", "ack", "en", value=""), "messages.yaml", "ack", "en"),
    (in_file("messages.yaml", "ack", value={"es": "…"}), "messages.yaml", "ack", "en"),
    (in_file("messages.yaml", "ack", "en", value="thanks {name}"), "messages.yaml", "ack", "en"),
    (in_file("messages.yaml", "ack", "en", value="thanks {"), "messages.yaml", "ack", "en"),
    (in_file("messages.yaml", "greeting_named", "en", value="Hello!"), "messages.yaml", "greeting_named", "en"),
    (in_file("messages.yaml", "greeting_named", "en", value="Hello {0}!"), "messages.yaml", "greeting_named", "en"),
    (in_file("messages.yaml", "advice", value={}), "messages.yaml", "advice", ""),
    (lambda pack: pack["messages.yaml"].pop("fallback"), "messages.yaml", "fallback", "es"),
    (whole("emergencies.yaml", {"kinds": {"chest": {"route": "nowhere"}}}), "emergencies.yaml", "", ""),
    (in_file("lexicon.yaml", "medicine", value=["aspirin"]), "lexicon.yaml", "medicine", ""),
    (in_file("lexicon.yaml", "medicine", "any", value=[1]), "lexicon.yaml", "medicine", "any.0"),
    (in_file("examples/en.yaml", "language", value="english"), "examples/en.yaml", "", "language"),
    (in_file("examples/en.yaml", "language", value="es"), "examples/en.yaml", "", "language"),
    (whole("examples/fr.yaml", {"language": "fr", "examples": {}}), "examples/fr.yaml", "", "language"),
    (in_file("examples/en.yaml", "examples", "bread", value=["?"]), "examples/en.yaml", "bread", ""),
    (in_file("examples/en.yaml", "examples", SOLIDS, value=[""]), "examples/en.yaml", "", f"examples.{SOLIDS}.0"),
    (in_file("examples/en.yaml", "mixed", value=[MIXED]), "examples/en.yaml", "mixed 'a b'", "x"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "file", "entry", "field"), BROKEN, ids=[f"{n}-{'-'.join(b[1:])}" for n, b in enumerate(BROKEN)]
)
def test_what_is_wrong_is_named(tmp_path: Path, change: Change, file: str, entry: str, field: str) -> None:
    with pytest.raises(PackError) as refused:
        load(tmp_path, change)
    error = refused.value
    assert (error.file.relative_to(tmp_path / "small").as_posix(), error.entry, error.field) == (
        file,
        entry,
        field,
    )
    for part in (file, entry, field):
        assert part in str(error)


def test_an_entry_that_is_given_twice_is_refused_and_named(tmp_path: Path) -> None:
    """YAML lets the last one win in silence: an approved text would be replaced without a trace."""

    def twice(contents: dict[str, Any]) -> None:
        contents["messages.yaml"] = "ack:\n  en: one\n  es: uno\nack:\n  en: two\n"

    with pytest.raises(PackError, match="'ack' is given twice") as refused:
        load(tmp_path, twice)
    assert "line 4" in str(refused.value)


def test_a_directory_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"expected a directory that holds pack\.toml"):
        load_pack(tmp_path / "nowhere")


def test_a_wrong_value_is_quoted_in_short(tmp_path: Path) -> None:
    with pytest.raises(PackError) as refused:
        load(tmp_path, in_file("statements.yaml", SOLIDS, "review_by", value="x" * 5000))
    assert len(str(refused.value)) < 500


# ---- approval ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "served"),
    [
        ({}, True),
        ({"review_by": "2026-11-20"}, True),
        ({"review_by": "2026-11-19"}, False),
        ({"approved_on": "2026-11-20"}, True),
        ({"approved_on": "2026-11-21"}, False),
        ({"approved_on": None}, False),
        ({"approved_by": ""}, False),
    ],
)
def test_only_what_is_approved_and_unexpired_is_served(
    tmp_path: Path, change: dict[str, Any], *, served: bool
) -> None:
    pack = load(tmp_path, solids(**change))
    assert (SOLIDS in pack.served(date(2026, 11, 20))) is served


# ---- versions ---------------------------------------------------------------------------------------------------


def test_the_version_changes_with_every_source(tmp_path: Path) -> None:
    sound = files()
    versions = {load_pack(write_pack(tmp_path / "sound", sound)).version}
    for name in sound:
        changed = files()
        if isinstance(changed[name], str):
            changed[name] += "\n"
        else:
            changed[name] = (
                "# a comment\n" + write_pack(tmp_path / "text", changed).joinpath(name).read_text()
            )
        versions.add(load_pack(write_pack(tmp_path / name.replace("/", "-"), changed)).version)
    assert len(versions) == 1 + len(sound)


def test_what_was_learned_is_no_part_of_the_version(tmp_path: Path) -> None:
    directory = write_pack(tmp_path / "small", files())
    before = load_pack(directory).version
    (directory / "built").mkdir()
    (directory / "built" / "learned.yaml").write_text("{}")
    (directory / "notes.txt").write_text("…")
    assert load_pack(directory).version == before
    assert before.startswith("small-")
    assert len(before) == len("small-") + 12
