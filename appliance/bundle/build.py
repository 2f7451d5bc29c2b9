"""Puts a bundle together on a machine that has a way out: wheels, packages, models, the playbook, and the seal."""

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.bundle import debs, wheels
from appliance.bundle.profile import Profile
from appliance.bundle.seal import DESCRIPTION, Description, seal_bundle
from appliance.engine.catalogue import find_entry, load_catalogue, lock_file
from appliance.engine.environment import FLAVOURS
from appliance.engine.folders import copy_folder
from appliance.engine.progress import Progress
from appliance.engine.verify import MANIFEST, verify_model
from appliance.errors import BundleError
from appliance.settings import Settings

ANSIBLE = "ansible-core==2.19.14"
"""What the playbook was tested with; only modules that come with it are used."""


@dataclass(frozen=True)
class Ingredients:
    """What goes into a bundle.

    Attributes:
        checkout: the project's sources.
        engine: whether vLLM and its model go in; without it, answers are approved texts.
        qdrant: Qdrant's binary or .deb, which no package index has.
        further_debs: a folder of .deb files that Debian does not have, such as NVIDIA's driver.
        sbom: a CycloneDX document of what the program consists of.
    """

    profile: Profile
    checkout: Path
    archive: debs.Archive
    engine: bool = True
    qdrant: Path | None = None
    further_debs: Path | None = None
    sbom: Path | None = None


def build(  # noqa: PLR0917 - what goes in, and what it takes
    out: Path, given: Ingredients, settings: Settings, key: Ed25519PrivateKey, cache: Path, progress: Progress
) -> Description:
    """Make the bundle in `out`, which must be empty or missing.

    Raises:
        BundleError: something cannot be had; `out` holds no sealed bundle then.
        ModelError: a model is not in the data directory, or is not what its digests promise.
    """
    if out.exists() and any(out.iterdir()):
        raise BundleError(f"{out}: expected an empty directory, or none; a bundle is made anew")
    out.mkdir(parents=True, exist_ok=True)
    models = given.profile.models(engine=given.engine)
    models_digest = _models(out / "models", models, settings, progress)
    progress.begin("collecting wheels")
    project = wheels.build_project(given.checkout, out / "wheels" / "appliance")
    program = wheels.collect([str(project)], project.parent)
    wheels.collect([ANSIBLE], out / "wheels" / "control")
    engine_digest = _engine(out / "wheels" / "engine", given, progress) if given.engine else None
    _packages(out / "debs", given, cache, progress)
    _files(out, given)
    version = project.name.split("-")[1]
    flavour = FLAVOURS[given.profile.flavour]
    description = Description(
        release=f"{version}-{program[:8]}",
        version=version,
        profile=given.profile.name,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        python=wheels.PYTHON,
        architecture=wheels.ARCHITECTURE,
        models=models,
        models_digest=models_digest,
        chat_model=given.profile.chat_model,
        embedding_model=given.profile.embedding_model,
        engine=flavour.name if given.engine else None,
        engine_digest=engine_digest[:8] if engine_digest else None,
        engine_requirements=flavour.requirements if given.engine else (),
        qdrant=given.qdrant.name if given.qdrant else None,
    )
    (out / DESCRIPTION).write_text(description.model_dump_json(indent=2) + "\n", encoding="utf-8")
    seal_bundle(out, key, progress)
    return description


def _models(into: Path, names: tuple[str, ...], settings: Settings, progress: Progress) -> str:
    """Verified copies of models, with the locks of those from the hub; gives a short name for the set."""
    catalogue = load_catalogue(settings.models_catalogue, settings.models_dir)
    digest = hashlib.sha256()
    for name in names:
        entry = find_entry(catalogue, name)
        origin = settings.models_dir / name
        verify_model(entry, origin, progress)
        copy_folder(origin, into / name, progress)
        shutil.copyfile(origin / MANIFEST, into / name / MANIFEST)
        digest.update((origin / MANIFEST).read_bytes())
        lock = lock_file(settings.models_dir, name)
        if lock.is_file():
            shutil.copyfile(lock, lock_file(into, name))
    return digest.hexdigest()[:8]


def _engine(into: Path, given: Ingredients, progress: Progress) -> str:
    flavour = FLAVOURS[given.profile.flavour]
    progress.begin("collecting vLLM's wheels")
    try:
        return wheels.collect(flavour.requirements, into, unwanted=flavour.unwanted)
    except BundleError:
        if flavour.index is None:
            raise
    return wheels.collect(flavour.requirements, into, index=flavour.index, unwanted=flavour.unwanted)


def _packages(into: Path, given: Ingredients, cache: Path, progress: Progress) -> None:
    progress.begin("collecting Debian packages")
    debs.collect(debs.packages_of(given.checkout / "ansible"), given.archive, cache, into)
    if given.further_debs:
        for package in given.further_debs.glob("*.deb"):
            shutil.copyfile(package, into / package.name)
    debs.index(into)


def _files(out: Path, given: Ingredients) -> None:
    shutil.copytree(
        given.checkout / "ansible",
        out / "ansible",
        ignore=shutil.ignore_patterns("__pycache__", ".cache", "vault.yml"),
    )
    if given.qdrant:
        (out / "qdrant").mkdir()
        shutil.copyfile(given.qdrant, out / "qdrant" / given.qdrant.name)
    if given.sbom:
        shutil.copyfile(given.sbom, out / "sbom.cdx.json")
