"""Where the journal and what belongs to it lie."""

from dataclasses import dataclass
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
    def under(cls, data_dir: Path) -> Self:
        """The appliance's own, under its data directory."""
        return cls.beside(data_dir / "audit" / "journal.jsonl")

    @classmethod
    def beside(cls, journal: Path) -> Self:
        """Those of a journal that lies elsewhere, an archived one for instance."""
        return cls(journal, journal.with_name("checkpoints.jsonl"), journal.with_name("checkpoint.pub"))
