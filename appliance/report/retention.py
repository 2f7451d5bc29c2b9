"""Retention observed: what each class of data may live for, and the longest that any of it will, or has."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from appliance.housekeeping import Terms
from appliance.report.document import Kept
from appliance.report.stores import Examined, Kind
from appliance.settings import Settings

_SWEEP = timedelta(days=1)
"""What housekeeping takes away, it takes within a day."""


def retention(settings: Settings, examined: tuple[Examined, ...], now: datetime) -> tuple[Kept, ...]:
    """Each class that has a term, as it was found."""
    kinds = {name: kind for store in examined for name, kind in store.kinds.items()}
    return (*_ending(Terms.of(settings), kinds), _dead_letters(settings, kinds), _exports(settings, now))


def _ending(terms: Terms, kinds: dict[str, Kind]) -> Iterator[Kept]:
    """What ends by itself."""
    limits: dict[str, tuple[str, float | None]] = {
        "antesala:session": ("sessions", terms.session_s),
        "antesala:sid": ("ids of messages already taken", terms.sid_s),
        "antesala:receipt": ("delivery receipts", terms.receipt_s),
        "antesala:rights": ("open requests for a copy", terms.request_s),
        "antesala:blocked": ("copies that an erasure blocked", terms.blocked_s),
        "vault:blocked": ("keys that an erasure blocked", terms.blocked_s),
        "vault:key": ("data keys, from their last use", terms.data_key_s),
        "optout": ("wishes for no more messages", terms.opt_out_s),
    }
    for name, (what, limit_s) in limits.items():
        if limit_s is not None:
            kind = kinds.get(name, Kind())
            yield Kept(
                what=what,
                measure="life left",
                limit=timedelta(seconds=limit_s),
                found=kind.keys,
                longest=timedelta(seconds=round(kind.longest_s)) if kind.keys else None,
                without_end=kind.without_end,
            )


def _dead_letters(settings: Settings, kinds: dict[str, Kind]) -> Kept:
    kind = kinds.get("antesala:dead", Kind())
    return Kept(
        what="messages and replies that could not be handled",
        measure="age",
        limit=timedelta(seconds=Terms.of(settings).dead_letter_s) + _SWEEP,
        found=kind.keys,
        longest=timedelta(seconds=round(kind.oldest_s)) if kind.keys else None,
    )


def _exports(settings: Settings, now: datetime) -> Kept:
    folder = settings.exports_dir
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    ages_s = [now.timestamp() - path.stat().st_mtime for path in files]
    return Kept(
        what="copies for patients in the data directory",
        measure="age",
        limit=timedelta(seconds=Terms.of(settings).export_s) + _SWEEP,
        found=len(files),
        longest=timedelta(seconds=round(max(ages_s))) if ages_s else None,
    )
