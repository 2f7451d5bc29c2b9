"""Reads a pack's files into typed values; whatever is wrong is told with file, entry and field."""

import reprlib
import tomllib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from appliance.errors import PackError

_Form = TypeVar("_Form")
# PyYAML's own loader in C, where it was built with it: ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        PackError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(file, "", "", f"expected TOML: {error}") from error


def read_yaml(file: Path) -> dict[str, Any]:
    """The entries of a YAML file.

    Raises:
        PackError: it cannot be read, is not YAML, gives a key twice, or is no mapping of names.
    """
    try:
        loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=_WithoutRepeats)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PackError(file, "", "", f"expected YAML: {error}") from error
    if not isinstance(loaded, dict):
        raise PackError(file, "", "", f"expected a mapping at the top, got {type(loaded).__name__}")
    for name in loaded:
        if not isinstance(name, str):
            raise PackError(file, str(name), "", f"expected a name, got {name!r}; put it in quotes")
    return loaded


def read_entries(form: TypeAdapter[_Form], file: Path) -> dict[str, _Form]:
    """The entries of a YAML file, each of the form.

    Raises:
        PackError: as `read_yaml` and `parsed`.
    """
    return {name: parsed(form, entry, file, name) for name, entry in read_yaml(file).items()}


def parsed(form: TypeAdapter[_Form], value: object, file: Path, entry: str = "") -> _Form:
    """The value in the form.

    Raises:
        PackError: it does not have the form.
    """
    try:
        return form.validate_python(value)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(map(str, problem["loc"]))
        raise PackError(
            file, entry, field, f"{problem['msg']}, got {reprlib.repr(problem['input'])}"
        ) from error


class _WithoutRepeats(_Loader):  # type: ignore[misc]  # which class it is depends on the machine
    """Refuses a key that is given twice; YAML's own rule would let the last one win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping
