"""Keeps each built version of a pack as it was: what is switched to is what was built and measured."""

import shutil
import tempfile
from pathlib import Path

from appliance.errors import PackError, SettingsError
from appliance.knowledge.pack import Pack, load_pack


class Shelf:
    """A folder of versions, each a whole pack with what was learned from it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @classmethod
    def under(cls, data_dir: Path) -> "Shelf":
        """The shelf of this machine."""
        return cls(data_dir / "knowledge")

    def put(self, pack: Pack) -> Path:
        """Keep a copy of the pack as it lies in its directory; a version that is already here is replaced.

        The copy is whole or not there: it is moved into its place when it is complete.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        place = self._directory / pack.version
        with tempfile.TemporaryDirectory(dir=self._directory, prefix=".copying-") as aside:
            copy = Path(shutil.copytree(pack.directory, Path(aside) / "new"))
            copy.touch()  # The copy has the pack's times, and versions are told in the order of their building.
            if place.exists():
                # What was learned may be newer. Who has the old copy open has read it already.
                place.rename(Path(aside) / "old")
            copy.rename(place)
        return place

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions of the pack of that name, the oldest first."""
        found = [path for path in self._directory.glob(f"{name}-*") if (path / "pack.toml").is_file()]
        return tuple(path.name for path in sorted(found, key=lambda path: (path.stat().st_mtime, path.name)))

    def take(self, version: str, name: str) -> Path:
        """Where a version of the pack of that name lies, its files compared with the digest in its name.

        Raises:
            SettingsError: it is not here; the text names those that are.
            PackError: its files are not those that it was built from.
        """
        known = self.versions(name)
        if version not in known:
            raise SettingsError(
                f"no version {version!r} on this machine; there are: {', '.join(known) or 'none'}; "
                f"a new one is made by: appliance knowledge build"
            )
        directory = self._directory / version
        if (found := load_pack(directory).version) != version:
            raise PackError(
                directory, "", "", f"expected the files of {version}, got those of {found}: they were changed"
            )
        return directory
