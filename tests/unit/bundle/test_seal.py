"""A bundle is as it was signed, or is refused with the names of what is not."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.bundle.seal import DESCRIPTION, Description, seal_bundle, verify_bundle
from appliance.errors import BundleError

KEY = Ed25519PrivateKey.generate()
DESCRIBED = Description(
    release="0.1.0-0a1b2c3d",
    version="0.1.0",
    profile="cpu",
    made_at="2026-01-01T00:00:00+00:00",
    python="3.11",
    architecture="x86_64",
    models=("a-model",),
    models_digest="00000000",
    chat_model="a-model",
    embedding_model="a-model",
    engine=None,
    engine_digest=None,
    engine_requirements=(),
    qdrant=None,
)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A sealed one, of two files and its description."""
    directory = tmp_path / "bundle"
    (directory / "wheels").mkdir(parents=True)
    (directory / "wheels" / "a.whl").write_bytes(b"a wheel")
    (directory / "a file with spaces.deb").write_bytes(b"a package")
    (directory / DESCRIPTION).write_text(DESCRIBED.model_dump_json())
    seal_bundle(directory, KEY)
    return directory


def test_a_bundle_as_it_was_signed_tells_what_it_is(bundle: Path) -> None:
    seal = verify_bundle(bundle, KEY.public_key())
    assert (seal.description, seal.files) == (DESCRIBED, 3)


def test_a_changed_a_missing_and_an_added_file_are_all_named(bundle: Path) -> None:
    (bundle / "wheels" / "a.whl").write_bytes(b"another")
    (bundle / "a file with spaces.deb").unlink()
    (bundle / "stranger").touch()
    with pytest.raises(BundleError) as refused:
        verify_bundle(bundle, KEY.public_key())
    for words in ("wheels/a.whl: expected SHA-256", "spaces.deb: missing", "stranger: does not belong"):
        assert words in str(refused.value)


def test_digests_that_somebody_else_signed_are_refused(bundle: Path) -> None:
    with pytest.raises(BundleError, match="not signed by this key"):
        verify_bundle(bundle, Ed25519PrivateKey.generate().public_key())


def test_changed_digests_are_refused_even_if_they_fit_the_files(bundle: Path) -> None:
    (bundle / "wheels" / "a.whl").write_bytes(b"another")
    seal_bundle(bundle, Ed25519PrivateKey.generate())
    with pytest.raises(BundleError, match="not signed by this key"):
        verify_bundle(bundle, KEY.public_key())


def test_a_link_does_not_belong_into_a_bundle(bundle: Path) -> None:
    (bundle / "link").symlink_to("/etc/passwd")
    with pytest.raises(BundleError, match="plain files"):
        verify_bundle(bundle, KEY.public_key())


def test_a_folder_without_a_seal_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="appliance bundle build"):
        verify_bundle(tmp_path, KEY.public_key())


def test_coreutils_and_openssl_alone_can_check_it(bundle: Path, tmp_path: Path) -> None:
    public = tmp_path / "bundle.pub"
    public.write_bytes(
        KEY.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    for command in (
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        [
            *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public)),
            *("-rawin", "-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"),
        ],
    ):
        done = subprocess.run(command, cwd=bundle, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
