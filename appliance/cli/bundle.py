"""`appliance bundle`: what a server without a way out is installed from."""

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path
from rich.console import Console

from appliance.audit import load_public_key, load_signing_key, new_signing_key
from appliance.bundle.build import Ingredients
from appliance.bundle.build import build as build_bundle
from appliance.bundle.debs import Archive
from appliance.bundle.profile import PROFILES, ProfileName
from appliance.bundle.seal import verify_bundle
from appliance.cli.progress import telling
from appliance.settings import load_settings

bundle_app = typer.Typer(
    help="The bundle: all that a server without a way out is installed from, signed.",
    epilog="On a machine with Debian 12 and a way out: appliance models fetch --all-local && "
    "appliance bundle build /media/stick/bundle --profile cpu",
    no_args_is_help=True,
)
_out = Console(soft_wrap=True, highlight=False)
_CHECKOUT = Path(__file__).resolve().parents[2]
_KEY, _PUBLIC = "bundle.key", "bundle.pub"


@bundle_app.command()
def build(  # noqa: PLR0917 - typer makes options of them
    out: Annotated[Path, typer.Argument(help="the bundle's directory: empty, or not there yet")],
    profile: Annotated[ProfileName, typer.Option(help="the machine that it is for")],
    key: Annotated[
        Path | None,
        typer.Option(help="the private key that signs it; made when missing; without it, one in data_dir"),
    ] = None,
    qdrant: Annotated[Path | None, typer.Option(help="Qdrant's binary or .deb, to go in")] = None,
    debs: Annotated[
        Path | None, typer.Option(help="a folder with further .deb files, such as NVIDIA's driver")
    ] = None,
    sbom: Annotated[Path | None, typer.Option(help="a CycloneDX document, to go in")] = None,
    mirror: Annotated[str, typer.Option(help="Debian's packages; this machine's mirror if left out")] = "",
    security: Annotated[str, typer.Option(help="Debian's security updates; likewise")] = "",
    *,
    without_engine: Annotated[
        bool, typer.Option("--without-engine", help="leave vLLM out: answers are approved texts")
    ] = False,
) -> None:
    """Collect wheels, Debian packages, models and the playbook into a directory, and sign it.

    The models are taken from data_dir: bring them there first, with `appliance models fetch`. Carry the public
    key to the server by another way than the bundle.
    """
    settings = load_settings()
    private = key or settings.data_dir / "bundle" / _KEY
    public = private.with_name(_PUBLIC)
    if not private.exists():
        new_signing_key(private, public)
    given = Ingredients(
        PROFILES[profile],
        _CHECKOUT,
        Archive.chosen(mirror, security),
        engine=not without_engine,
        qdrant=qdrant,
        further_debs=debs,
        sbom=sbom,
    )
    cache = user_cache_path("antesala") / "bundle"
    with telling(_out) as progress:
        made = build_bundle(out, given, settings, load_signing_key(private), cache, progress)
    _out.print(
        f"{out}: release {made.release} for {made.profile}; the public key of its signature: {public}",
        markup=False,
    )


@bundle_app.command()
def verify(
    directory: Annotated[Path, typer.Argument(help="the bundle")],
    key: Annotated[
        Path | None,
        typer.Option(help="the public key, from the machine that made it; without it, data_dir's"),
    ] = None,
) -> None:
    """Check the signature and the digest of every file; the exit code is 1 if one is wrong, missing or added."""
    public = load_public_key(key or load_settings().data_dir / "bundle" / _PUBLIC)
    with telling(_out) as progress:
        seal = verify_bundle(directory, public, progress)
    _out.print(
        f"{directory}: as it was signed; release {seal.description.release} for {seal.description.profile}, "
        f"{seal.files} files, {seal.size_bytes / 1e6:,.0f} MB",
        markup=False,
    )
