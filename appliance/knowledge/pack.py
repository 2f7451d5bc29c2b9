"""A knowledge pack, loaded and validated: all that the appliance may say, and how patients ask for it."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from appliance.errors import PackError
from appliance.knowledge.lexicon import Lexicon
from appliance.knowledge.schema import MESSAGES, Examples, Intent, Manifest, Statement
from appliance.safety.wording import Wording

_Model = TypeVar("_Model", bound=BaseModel)


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

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the pack answers in, the default first."""
        return self.manifest.languages

    @property
    def version(self) -> str:
        """A short name of this version: the pack's name and the start of its digest."""
        return f"{self.manifest.name}-{self.digest[:12]}"

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


def load_pack(directory: Path) -> Pack:
    """Read and validate a pack.

    Raises:
        PackError: a file is missing or wrong; file, entry and field are named.
    """
    if not directory.is_dir():
        raise PackError(directory, "", "", "expected a directory that holds pack.toml")
    manifest = _parse(Manifest, _toml(directory / "pack.toml"), directory / "pack.toml", "")
    statements_file = directory / "statements.yaml"
    statements = {
        name: _parse(Statement, entry, statements_file, name)
        for name, entry in _yaml(statements_file).items()
    }
    emergencies_file = directory / "emergencies.yaml"
    try:
        emergencies = Wording(_yaml(emergencies_file))
    except ValueError as error:
        raise PackError(emergencies_file, "", "", str(error)) from error
    lexicon_file = directory / "lexicon.yaml"
    pack = Pack(
        directory=directory,
        digest=_digest(directory),
        manifest=manifest,
        statements=statements,
        messages=_yaml(directory / "messages.yaml"),
        examples=tuple(
            _parse(Examples, _yaml(file), file, "")
            for file in sorted((directory / "examples").glob("*.yaml"))
        ),
        emergencies=emergencies,
        lexicon=Lexicon(_yaml(lexicon_file) if lexicon_file.exists() else {}),
    )
    for problem in _problems(pack):
        raise problem
    return pack


def _problems(pack: Pack) -> Iterator[PackError]:
    """What is wrong between the files, the first found first."""
    yield from _manifest_problems(pack)
    yield from _statement_problems(pack)
    yield from _message_problems(pack)
    yield from _example_problems(pack)


def _manifest_problems(pack: Pack) -> Iterator[PackError]:
    file, manifest = pack.directory / "pack.toml", pack.manifest
    named = {
        "closing_statement": (manifest.closing_statement,),
        "contact_statement": (manifest.contact_statement,),
    }
    named |= {f"intents.{name}": intent.statements for name, intent in manifest.intents.items()}
    for field, statements in named.items():
        for statement in statements:
            if statement not in pack.statements:
                known = ", ".join(sorted(pack.statements))
                yield PackError(file, field, "statements", f"no statement {statement!r}; there are: {known}")


def _statement_problems(pack: Pack) -> Iterator[PackError]:
    file = pack.directory / "statements.yaml"
    for name, statement in pack.statements.items():
        for language in pack.languages:
            if not statement.text.get(language, "").strip():
                yield PackError(file, name, f"text.{language}", "expected the approved text in this language")


def _message_problems(pack: Pack) -> Iterator[PackError]:
    file = pack.directory / "messages.yaml"
    for name in sorted(pack.messages.keys() - MESSAGES.keys()):
        yield PackError(file, name, "", f"unknown message; known are: {', '.join(MESSAGES)}")
    routes = pack.manifest.emergency_routes.model_dump()
    for name, placeholders in MESSAGES.items():
        for language in pack.languages:
            text = pack.messages.get(name, {}).get(language)
            if not isinstance(text, str) or not text.strip():
                yield PackError(file, name, language, "expected a text in this language")
                continue
            found = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
            if found != placeholders:
                yield PackError(
                    file, name, language, f"expected the placeholders {set(placeholders)}, got {found}"
                )
            for number in routes.get(name, ()):
                if number not in text:
                    yield PackError(
                        file, name, language, f"expected the number {number} of the route {name!r}"
                    )


def _example_problems(pack: Pack) -> Iterator[PackError]:
    intents = pack.manifest.intents.keys()
    for examples in pack.examples:
        file = pack.directory / "examples" / f"{examples.language}.yaml"
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
        if file.is_file() and file.suffix in {".toml", ".yaml"} and relative.parts[0] != "built":
            content = file.read_bytes()
            whole.update(f"{relative.as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(file, "", "", f"expected TOML: {error}") from error


def _yaml(file: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - the C twin of SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PackError(file, "", "", f"expected YAML: {error}") from error
    if not isinstance(loaded, dict):
        raise PackError(file, "", "", f"expected a mapping at the top, got {type(loaded).__name__}")
    return loaded


def _parse(model: type[_Model], value: object, file: Path, entry: str) -> _Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(map(str, problem["loc"]))
        raise PackError(file, entry, field, f"{problem['msg']}, got {problem.get('input')!r}") from error
