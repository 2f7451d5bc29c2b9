"""Recipes that assemble a model out of files of packages, by the name that the catalogue calls them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from appliance.engine.recipes import e5_onnx, llama_from_gguf


class Recipe(Protocol):
    """Assembles a model in the empty folder `into`.

    `parts` are verified files by name; `engine_python` gives the interpreter of vLLM's environment, and is
    called only by a recipe that needs it, because it may have to install gigabytes first.
    """

    def __call__(
        self, parts: Mapping[str, Path], into: Path, engine_python: Callable[[], Path], /
    ) -> None: ...


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {"e5-onnx": e5_onnx.assemble, "llama-from-gguf": llama_from_gguf.assemble}
)
