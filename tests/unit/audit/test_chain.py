"""The form of a line, and what may not be in a record."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit.chain import GENESIS, canonical, forge, read

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(st.text(max_size=8), _values, max_size=4)


@given(number=st.integers(1, 10**17), record=records)
def test_every_record_becomes_one_line_that_can_be_read(number: int, record: dict[str, object]) -> None:
    digest, line = forge(number, GENESIS, record)
    assert line.count(b"\n") == 1
    assert read(line) == (number, GENESIS, digest, True)
    assert set(json.loads(line)) == {"hash", "n", "prev", "record"}


def test_the_hash_is_over_the_domain_and_the_line_without_it() -> None:
    """Stated here in full, so that an auditor can check a line with other tools."""
    digest, line = forge(1, GENESIS, {"b": 1, "a": "ñ"})
    body = '{"n":1,"prev":"' + GENESIS + '","record":{"a":"ñ","b":1}}'
    assert digest == hashlib.sha256(b"antesala/journal/v1\n" + body.encode()).hexdigest()
    assert line.decode() == f'{{"hash":"{digest}",{body[1:]}\n'
    assert hashlib.sha256(b"antesala/journal/v1\ngenesis").hexdigest() == GENESIS


def test_the_order_of_keys_does_not_matter() -> None:
    assert forge(1, GENESIS, {"a": 1, "b": {"c": 2, "d": 3}}) == forge(
        1, GENESIS, {"b": {"d": 3, "c": 2}, "a": 1}
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"latency_ms": number})


@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_no_byte_of_a_line_can_be_changed_unseen(at: int, byte: int) -> None:
    _, line = forge(7, GENESIS, {"action": "answer", "statements": ["fasting.clear_liquids"]})
    changed = bytearray(line)
    changed[at % len(line)] = byte
    link = read(bytes(changed))
    assert bytes(changed) == line or link is None or not link.intact
