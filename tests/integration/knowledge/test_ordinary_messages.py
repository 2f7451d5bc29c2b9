"""The shipped pack's rules of emergencies, held against all that it was taught as ordinary."""

from pack_files import shipped_pack

# Their examples are emergencies.
ROUTED = frozenset({"emergency", "crisis"})
LEAST = 12_000


def test_ordinary_examples_of_the_pack_get_no_route() -> None:
    """Of a thousand ordinary messages, not one may be taken for an emergency."""
    pack = shipped_pack()
    ordinary = [
        text
        for one in pack.examples
        for name, texts in one.examples.items()
        if name.split(".")[0] not in ROUTED
        for text in texts
    ]
    assert len(ordinary) >= LEAST
    found = [text for text in ordinary if pack.emergencies.find(text)]
    assert len(found) <= len(ordinary) / 1000, found
