"""Retention: each class against its term, by life left or by age."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.report.document import Kept
from appliance.report.retention import retention
from appliance.report.stores import Examined, Kind
from appliance.settings import Settings

NOW = datetime(2026, 11, 3, tzinfo=UTC)
HOUR_S = 3600.0


def found(tmp_path: Path, **kinds: Kind) -> dict[str, Kept]:
    settings = Settings.model_validate({"data_dir": tmp_path})
    store = Examined("redis_url", {name.replace("_", ":"): kind for name, kind in kinds.items()})
    return {kept.what: kept for kept in retention(settings, (store,), NOW)}


def kind(**values: float) -> Kind:
    return Kind(keys=1, classes=Counter(), without_end=int(values.pop("without_end", 0)), **values)


def test_what_ends_in_time_is_kept(tmp_path: Path) -> None:
    assert found(tmp_path, antesala_session=kind(longest_s=24 * HOUR_S))["sessions"].holds


def test_what_lives_too_long_or_for_ever_is_not(tmp_path: Path) -> None:
    assert not found(tmp_path, antesala_session=kind(longest_s=25 * HOUR_S))["sessions"].holds
    assert not found(tmp_path, antesala_session=kind(without_end=1))["sessions"].holds


def test_dead_letters_are_told_by_their_age(tmp_path: Path) -> None:
    name = "messages and replies that could not be handled"
    assert found(tmp_path, antesala_dead=kind(oldest_s=30 * 24 * HOUR_S, without_end=1))[name].holds
    assert not found(tmp_path, antesala_dead=kind(oldest_s=32 * 24 * HOUR_S))[name].holds


def test_wishes_without_a_term_are_no_class_with_one(tmp_path: Path) -> None:
    assert "wishes for no more messages" not in found(tmp_path)


def test_where_there_is_nothing_all_is_kept(tmp_path: Path) -> None:
    everything = found(tmp_path).values()
    assert all(kept.holds and kept.longest is None for kept in everything)
    assert max(kept.limit for kept in everything) == timedelta(days=1095)
