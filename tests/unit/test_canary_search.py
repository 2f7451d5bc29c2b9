"""The search of the canary test finds what it is there to find."""

import base64
import gzip
import json
import zlib
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from canary import SECRETS, sightings, sightings_under

WRITTEN = {
    "as it is": lambda text: text.encode(),
    "in UTF-16": lambda text: text.encode("utf-16"),
    "in hex": lambda text: text.encode().hex().encode(),
    "in JSON": lambda text: json.dumps({"text": text}).encode(),
    "in a URL": lambda text: f"https://x.example/?q={quote(text)}".encode(),
    "in a form": lambda text: urlencode({"Body": f"a {text} b"}).encode(),
    "in Python's words": lambda text: repr(text.encode()).encode(),
    "in base64": lambda text: base64.b64encode(f"Hello, {text}, how are you?".encode()),
    "in base64 one further": lambda text: base64.b64encode(f"Hello: {text}, how are you?".encode()),
    "in base64 two further": lambda text: base64.b64encode(f"Hello::{text}, how are you?".encode()),
    "in a gzip file": lambda text: b"junk" + gzip.compress(text.encode() * 3),
    "in a zlib stream": lambda text: b"junk" + zlib.compress(json.dumps(text).encode()),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_each_secret_is_seen_in_each_form(how: str) -> None:
    for secret, text in SECRETS.items():
        found = {
            sighting.secret for sighting in sightings("here", b"before " + WRITTEN[how](text) + b" after")
        }
        assert found == {secret}, text


def test_what_is_none_is_not_seen() -> None:
    assert list(sightings("here", b"canary kanari zvon 12345 " + bytes(range(256)) * 50)) == []


def test_files_their_names_and_folders_are_searched(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(f"hello {SECRETS['name']}")
    (tmp_path / f"{SECRETS['free text']}.txt").write_text("")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "left").write_text(SECRETS["name"])
    found = {
        (sighting.place, sighting.secret) for sighting in sightings_under(tmp_path, frozenset({"models"}))
    }
    assert found == {("deep/log", "name"), ("name of xilofonkanari.txt", "free text")}
