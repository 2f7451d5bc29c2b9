"""Pages that are whole in themselves: a room's templates, and the style and script that go into them."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

# Given to Jinja2 as it is; typed loosely there too.
Filter = Callable[..., Any]


def environment(
    room: str,
    filters: Mapping[str, Filter] | None = None,
    finalize: Callable[[object], object] | None = None,
) -> Environment:
    """Templates in which every text is text, and a name that nobody gave is an error.

    Args:
        room: the package that holds `templates/`.
        filters: of these templates, by name.
        finalize: what is shown in place of each value.
    """
    found = Environment(
        loader=PackageLoader(room),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(filters or {})
    return found


def source_of(room: str, name: str) -> Markup:
    """One of our own files beside the templates, to be put into a page as it is."""
    return Markup((files(room) / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file
