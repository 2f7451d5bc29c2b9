"""The bundle brings the packages that the roles install, from the three archives of Debian."""

from pathlib import Path

import pytest

from appliance.bundle.debs import Archive, packages_of
from appliance.errors import BundleError

PLAYBOOK = Path(__file__).parents[3] / "ansible"


def test_the_roles_say_what_goes_in() -> None:
    packages = packages_of(PLAYBOOK)
    assert {"redis-server", "nginx-light", "squid-openssl", "nftables", "prometheus"} <= set(packages)
    assert list(packages) == sorted(set(packages))


def test_a_folder_without_roles_is_no_playbook(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="roles that name packages"):
        packages_of(tmp_path)


def test_given_mirrors_take_the_place_of_this_machines() -> None:
    archive = Archive.chosen(
        "http://mirror.hospital.example/debian", "http://mirror.hospital.example/debian-security"
    )
    lines = archive.sources().splitlines()
    assert [line.split()[2:] for line in lines] == [
        ["http://mirror.hospital.example/debian", "bookworm", "main"],
        ["http://mirror.hospital.example/debian", "bookworm-updates", "main"],
        ["http://mirror.hospital.example/debian-security", "bookworm-security", "main"],
    ]
