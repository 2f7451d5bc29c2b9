"""What happened to a journal, told from the place where it first shows."""

from collections.abc import Mapping, Sequence

from appliance.audit.chain import Link, read
from appliance.audit.verdict import Broken

Later = Sequence[Link | None]


def out_of_step(
    before: Link, line: bytes, link: Link | None, rest: Sequence[bytes], heads: Mapping[int, str]
) -> Broken:
    """What happened at the first line that does not follow from the one before.

    Args:
        before: the last good line; number 0 and GENESIS at the beginning.
        line: the line in question, with its line feed.
        link: what it says, or None.
        rest: the lines after it.
        heads: signed hashes by record number.
    """
    number = before.number + 1
    later = [read(following) for following in rest]
    places = [(following.number, following.previous) for following in later if following and following.intact]
    genuine_comes = (number, before.hash) in places
    if link is None or not link.intact:
        return _no_record(number, line, genuine_comes=genuine_comes)
    if link.number < number:
        return _once_more(before, link)
    if not genuine_comes and link.number == number:
        return _break_in_the_chain(before, link, later, heads)
    if not genuine_comes:
        return Broken(number, "removed", f"record {link.number} stands in its place")
    if link.number == number or link.number in {other for other, _ in places}:
        return Broken(number, "added", f"another record {link.number}, of another place, stands before it")
    return Broken(number, "moved", f"record {link.number} stands in its place, it comes later")


def unlike_the_checkpoint(signed: int, link: Link, stated: str, rest: Sequence[bytes]) -> Broken:
    """What happened when a record follows from the one before, but the signed hash of it is another.

    Args:
        signed: the number of the last record that a checkpoint vouches for.
        link: the record.
        stated: the hash of it that was signed.
        rest: the lines after it.
    """
    following = read(rest[0]) if rest else None
    if following and following.hash == stated:
        return Broken(link.number, "added", "another record of its number stands before it")
    if following and following.previous == stated:
        return Broken(link.number, "altered", "it has a new hash, the signed one is the one that follows")
    span = f"records {signed + 1} to {link.number} were rewritten together with their hashes"
    return Broken(signed + 1, "altered", f"{span}: another hash was signed")


def _no_record(number: int, line: bytes, *, genuine_comes: bool) -> Broken:
    if not line.endswith(b"\n"):
        return Broken(number, "cut", "the last line is unfinished: a crash not yet recovered, or a cut")
    if genuine_comes:
        return Broken(number, "added", "a line that is no record stands before it")
    return Broken(number, "altered", "its content does not have its hash")


def _break_in_the_chain(before: Link, link: Link, later: Later, heads: Mapping[int, str]) -> Broken:
    """The number and the content are right, but it does not carry the hash of the one before: whose fault?"""
    following = later[0] if later else None
    vouched = following.previous == link.hash if following else heads.get(link.number, link.hash) == link.hash
    if before.number and vouched:
        return Broken(before.number, "altered", "it has a new hash, the record after it carries the old one")
    return Broken(link.number, "altered", "it does not carry the hash of the record before it")


def _once_more(before: Link, link: Link) -> Broken:
    if (link.number, link.previous) == (before.number, before.previous):
        return Broken(before.number, "added", "there are two of this number")
    return Broken(before.number + 1, "added", f"record {link.number} stands here once more")
