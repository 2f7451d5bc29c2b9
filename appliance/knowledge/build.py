"""Finds what was learned from a pack, or learns it: `built/` beside the pack, else a cache under the data directory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from appliance.knowledge.curve import picked, risk_coverage
from appliance.knowledge.learned import Learned, QueryEncoder
from appliance.knowledge.pack import Pack
from appliance.knowledge.training import learn, source_of
from appliance.knowledge.vectors import Kept

_log = structlog.get_logger(__name__)


def learned_of(pack: Pack, encoder: QueryEncoder, data_dir: Path) -> Learned:
    """What was learned from exactly this pack with exactly this embedding model.

    A pack that was changed since it was built is learned now, which takes minutes, and kept for the next start.
    """
    source = source_of(pack, encoder)
    cache = data_dir / "learned" / source[:16]
    for directory in (pack.directory / "built", cache):
        if learned := Learned.load(directory, source):
            return learned
    _log.warning("knowledge.not_built", pack=pack.version, hint=f"appliance knowledge build {pack.directory}")
    kept = Kept.under(encoder, data_dir)
    learned = taught(pack, kept, lambda step: _log.info("knowledge.learning", step=step))
    learned.save(cache)
    return learned


def built(pack: Pack, encoder: QueryEncoder) -> bool:
    """Whether the pack's `built/` holds what is learned from exactly this pack with this embedding model."""
    return Learned.load(pack.directory / "built", source_of(pack, encoder)) is not None


def build(pack: Pack, encoder: QueryEncoder, progress: Callable[[str], None]) -> Learned:
    """Learn from the pack and write `built/`."""
    learned = taught(pack, encoder, progress)
    learned.save(pack.directory / "built")
    return learned


def taught(pack: Pack, encoder: QueryEncoder, progress: Callable[[str], None]) -> Learned:
    """Learn from the pack, and pick the threshold of answers on the risk-coverage curve."""
    learned, validation = learn(pack, encoder, progress)
    curve = risk_coverage(validation, pack.manifest.intents, pack.manifest.thresholds.medical_doubt)
    thresholds = learned.thresholds.model_copy(update={"answer": picked(curve)})
    return replace(learned, thresholds=thresholds, curve=curve)
