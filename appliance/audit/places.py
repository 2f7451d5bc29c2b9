"""Where the journal and what belongs to it lie."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

CHECKPOINT_KEY = "checkpoint.key"
"""The private key that signs checkpoints: its file's name in the secrets directory."""


@dataclass(frozen=True)
class AuditPlaces:
    """The files of one journal. The public key beside it is a convenience: auditors bring their own copy."""

    journal: Path
    checkpoints: Path
    public_key: Path

    @classmethod
    def under(cls, data_dir: Path, checkpoints: Path | None = None) -> Self:
        """The appliance's own, under its data directory; `checkpoints`: a file that is kept apart from it."""
        beside = cls.beside(data_dir / "audit" / "journal.jsonl")
        return replace(beside, checkpoints=checkpoints) if checkpoints else beside

    @classmethod
    def beside(cls, journal: Path) -> Self:
        """Those of a journal that lies elsewhere, an archived one for instance."""
        return cls(journal, journal.with_name("checkpoints.jsonl"), journal.with_name("checkpoint.pub"))
