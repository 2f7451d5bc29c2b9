"""Marked secrets, and a search for them in bytes, in whatever form a program may have written them."""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

SECRETS: Mapping[str, str] = {
    "name": "Qwelmirazvonta",
    "surname": "Qwytkanarova-Pla",
    "name in Arabic": "كناريزف",
    "name in Ukrainian": "Канаркобіжка",
    "name in Chinese": "金雀某某",
    "free text": "xilofonkanari",
    "free text in accents": "ñandúkanàrïç",
    "emoji": "🐤🪹🧿🐤🪹",
    "identity card": "98767654P",
    "e-mail": "kanari.zvon@kanari.example",
    "telephone": "699987761",
    "address": "15005557761",
    "address of the erased": "15005558892",
    "address that is none": "kanarizvon7761",
    "button": "botonkanari",
    "place": "Carrerkanari",
    "file": "adjuntkanari",
    "provider's error": "errorkanari",
}
"""Nothing of this is a word of any language, or a number that is anybody's."""

_MAGIC = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_LARGEST_UNPACKED = 64 * 1024 * 1024


@dataclass(frozen=True, order=True)
class Sighting:
    """A secret where it must not be."""

    place: str
    secret: str
    form: str


def forms(text: str) -> dict[str, bytes]:
    """How a text may lie in bytes."""
    raw = text.encode()
    found = {
        "raw": raw,
        "UTF-16 (little)": text.encode("utf-16-le"),
        "UTF-16 (big)": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "URL": quote(text, safe="").encode(),
        "form": quote_plus(text).encode(),
        "JSON": json.dumps(text)[1:-1].encode(),
        "Python": text.encode("unicode_escape"),
        "Python bytes": repr(raw)[2:-1].encode(),
    }
    for shift in range(3):
        # What base64 makes of it depends on where it begins; only whole groups in its middle are the same always.
        encoded = base64.b64encode(b"\0" * shift + raw)
        inner = encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
        found[f"base64 ({shift})"] = inner
        found[f"base64 for URLs ({shift})"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return {form: sought for form, sought in found.items() if len(sought) >= 6}


_SOUGHT = {(secret, form): sought for secret, text in SECRETS.items() for form, sought in forms(text).items()}


def sightings(place: str, content: bytes) -> Iterator[Sighting]:
    """Every secret in the content, and in what is compressed within it."""
    for layer, blob in _layers(content):
        for (secret, form), sought in _SOUGHT.items():
            if sought in blob:
                yield Sighting(place, secret, form + layer)


def sightings_under(folder: Path, leave_out: frozenset[str] = frozenset()) -> Iterator[Sighting]:
    """The same for every file of a folder, and for the names of files; links are not followed."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if leave_out & set(inside.parts) or path.is_symlink():
            continue
        yield from sightings(f"name of {inside}", str(inside).encode())
        if path.is_file():
            yield from sightings(str(inside), path.read_bytes())


def _layers(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", content
    for magic in _MAGIC:
        at = content.find(magic)
        while at >= 0:
            if unpacked := _unpacked(content[at:]):
                yield f", compressed at {at}", unpacked
            at = content.find(magic, at + 1)


def _unpacked(content: bytes) -> bytes:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        return stream.decompress(content, _LARGEST_UNPACKED)
    except zlib.error:
        return b""
