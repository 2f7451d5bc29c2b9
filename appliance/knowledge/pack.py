"""A knowledge pack, loaded and validated: all that the appliance may say, and how patients ask for it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from appliance.errors import PackError
from appliance.knowledge.golden import FLOORS, FORM, QUESTIONS, Floors
from appliance.knowledge.lexicon import Lexicon
from appliance.knowledge.reading import parsed, read_entries, read_toml, read_yaml
from appliance.knowledge.schema import (
    EXAMPLES,
    MANIFEST,
    MESSAGES,
    SPELLINGS,
    STATEMENT,
    TEXTS,
    Examples,
    Intent,
    Manifest,
    Statement,
)
from appliance.safety.normalise import words
from appliance.safety.wording import Wording

_ROUTES = frozenset({"emergency", "crisis"})
_PLACEHOLDER = re.compile(r"\{\w+\}|[{}]")


@dataclass(frozen=True)
class Pack:
    """A pack as read from its directory; `digest` is the SHA-256 over its sources, built files apart."""

    directory: Path
    digest: str
    manifest: Manifest
    statements: Mapping[str, Statement]
    messages: Mapping[str, Mapping[str, str]]
    examples: tuple[Examples, ...]
    emergencies: Wording
    lexicon: Lexicon
    floors: Floors | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the pack answers in, the default first."""
        return self.manifest.languages

    @property
    def version(self) -> str:
        """A short name of this version: the pack's name and the start of its digest."""
        return f"{self.manifest.name}-{self.digest[:12]}"

    @property
    def first_review(self) -> date:
        """The day after which the first of the statements is not served any more."""
        return min(statement.review_by for statement in self.statements.values())

    def intent(self, name: str) -> Intent:
        """What is done about an intent."""
        return self.manifest.intents[name]

    def statement(self, name: str, language: str) -> str:
        """The approved text of a statement."""
        return self.statements[name].text[language]

    def message(self, name: str, language: str) -> str:
        """A fixed message, in the language or else in the pack's first."""
        texts = self.messages[name]
        return texts.get(language) or texts[self.languages[0]]

    def served(self, day: date) -> frozenset[str]:
        """The statements that are approved and not past their review on that day."""
        return frozenset(name for name, statement in self.statements.items() if statement.served_on(day))


def load_manifest(directory: Path) -> Manifest:
    """Read and validate what a pack says of itself, which takes no time.

    Raises:
        PackError: `pack.toml` is missing or wrong; entry and field are named.
    """
    if not directory.is_dir():
        raise PackError(directory, "", "", "expected a directory that holds pack.toml")
    return parsed(MANIFEST, read_toml(directory / "pack.toml"), directory / "pack.toml")


def load_pack(directory: Path) -> Pack:
    """Read and validate a pack.

    Raises:
        PackError: a file is missing or wrong; file, entry and field are named.
    """
    manifest = load_manifest(directory)
    messages = read_entries(TEXTS, directory / "messages.yaml")
    examples = tuple(map(_examples, sorted((directory / "examples").glob("*.yaml"))))
    ordinary = _ordinary_words(manifest, messages, examples)
    pack = Pack(
        directory=directory,
        digest=_digest(directory),
        manifest=manifest,
        statements=read_entries(STATEMENT, directory / "statements.yaml"),
        messages=messages,
        examples=examples,
        emergencies=_emergencies(directory / "emergencies.yaml", ordinary),
        lexicon=_lexicon(directory / "lexicon.yaml", ordinary),
        floors=_floors(directory / FLOORS),
    )
    for problem in _problems(pack):
        raise problem
    return pack


def _examples(file: Path) -> Examples:
    examples = parsed(EXAMPLES, read_yaml(file), file)
    if examples.language != file.stem:
        raise PackError(
            file, "", "language", f"expected {file.stem}, as the file is named, got {examples.language}"
        )
    return examples


def _ordinary_words(
    manifest: Manifest, messages: Mapping[str, Mapping[str, str]], examples: tuple[Examples, ...]
) -> frozenset[str]:
    """The words that are written when there is no emergency: they are no misspelt words of one."""
    texts = [text for by_language in messages.values() for text in by_language.values()]
    for one in examples:
        for name, asked in one.examples.items():
            if name in manifest.intents and manifest.intents[name].action not in _ROUTES:
                texts += asked
    return frozenset(word for text in texts for word in words(text))


def _emergencies(file: Path, known: frozenset[str]) -> Wording:
    try:
        return Wording(read_yaml(file), known)
    except ValueError as error:
        raise PackError(file, "", "", str(error)) from error


def _lexicon(file: Path, known: frozenset[str]) -> Lexicon:
    return Lexicon(read_entries(SPELLINGS, file) if file.exists() else {}, known)


def _floors(file: Path) -> Floors | None:
    return parsed(FORM, read_toml(file), file) if file.exists() else None


def _problems(pack: Pack) -> Iterator[PackError]:
    """What is wrong between the files, the first found first."""
    yield from _manifest_problems(pack)
    yield from _statement_problems(pack)
    yield from _message_problems(pack)
    yield from _example_problems(pack)
    if pack.floors and not (pack.directory / QUESTIONS).is_file():
        yield PackError(pack.directory / QUESTIONS, "", "", f"expected the golden set that {FLOORS} is about")


def _manifest_problems(pack: Pack) -> Iterator[PackError]:
    file, manifest = pack.directory / "pack.toml", pack.manifest
    named: dict[str, tuple[str, ...]] = {
        "closing_statement": (manifest.closing_statement,),
        "contact_statement": (manifest.contact_statement,),
    }
    named |= {f"intents.{name}": intent.statements for name, intent in manifest.intents.items()}
    for field, statements in named.items():
        for statement in statements:
            if statement not in pack.statements:
                known = ", ".join(sorted(pack.statements))
                yield PackError(file, field, "statements", f"no statement {statement!r}; there are: {known}")
    topics = {statement.topic for statement in pack.statements.values()}
    for topic in manifest.closing_topics:
        if topic not in topics:
            yield PackError(file, "", "closing_topics", f"no statement has the topic {topic!r}")
    if len(set(manifest.languages)) < len(manifest.languages):
        yield PackError(file, "", "languages", "expected each language once")


def _statement_problems(pack: Pack) -> Iterator[PackError]:
    file = pack.directory / "statements.yaml"
    for name, statement in pack.statements.items():
        for language in pack.languages:
            if language not in statement.text:
                yield PackError(file, name, f"text.{language}", "expected the approved text in this language")


def _message_problems(pack: Pack) -> Iterator[PackError]:
    file = pack.directory / "messages.yaml"
    for name in sorted(pack.messages.keys() - MESSAGES.keys()):
        yield PackError(file, name, "", f"unknown message; known are: {', '.join(MESSAGES)}")
    routes = pack.manifest.emergency_routes.model_dump()
    for name, placeholders in MESSAGES.items():
        for language in pack.languages:
            text = pack.messages.get(name, {}).get(language)
            if text is None:
                yield PackError(file, name, language, "expected a text in this language")
                continue
            if (found := set(_PLACEHOLDER.findall(text))) != placeholders:
                wanted, got = (", ".join(sorted(names)) or "none" for names in (placeholders, found))
                yield PackError(file, name, language, f"expected these placeholders: {wanted}; got: {got}")
            for number in routes.get(name, ()):
                if number not in text:
                    yield PackError(
                        file, name, language, f"expected the number {number} of the route {name!r}"
                    )


def _example_problems(pack: Pack) -> Iterator[PackError]:
    intents = pack.manifest.intents.keys()
    for examples in pack.examples:
        file = pack.directory / "examples" / f"{examples.language}.yaml"
        if examples.language not in pack.languages:
            yield PackError(file, "", "language", f"{examples.language} is none of the pack's languages")
        for name in examples.examples:
            if name not in intents:
                yield PackError(file, name, "", "no such intent in pack.toml")
        for mixed in examples.mixed:
            for name in mixed.intents:
                if name not in intents:
                    yield PackError(file, f"mixed {mixed.text!r}", name, "no such intent in pack.toml")


def _digest(directory: Path) -> str:
    """SHA-256 over the names and contents of the sources, in order of name."""
    whole = hashlib.sha256()
    for file in sorted(directory.rglob("*")):
        relative = file.relative_to(directory)
        if file.is_file() and file.suffix in {".toml", ".yaml", ".jsonl"} and relative.parts[0] != "built":
            content = file.read_bytes()
            whole.update(f"{relative.as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()
