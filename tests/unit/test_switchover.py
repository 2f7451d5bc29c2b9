"""The switchover: the active version is taken over between turns, and a bad one never."""

import asyncio
from dataclasses import dataclass, field, replace

from house_fakes import small_house, small_pack

from appliance.conversation import House
from appliance.errors import IndexUnavailable, PackError
from appliance.knowledge.register import Active
from appliance.switchover import Switchover

OLD, NEW = "small-000000000000", "small-111111111111"


def house_of(version: str) -> House:
    return small_house(pack=replace(small_pack(), digest=version.removeprefix("small-")[0] * 64))


@dataclass
class Book:
    """A register that holds this version; None: it cannot be read."""

    version: str | None = ""

    async def active(self, name: str) -> Active:
        assert name == "small"
        if self.version is None:
            raise IndexUnavailable("asking for the aliases: connection refused")
        return Active(self.version)

    async def switch(self, name: str, version: str) -> None:
        self.version = version


@dataclass
class Builder:
    """Opens versions, or fails; `asked` is what it was asked for."""

    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, version: str) -> House:
        self.asked.append(version)
        if self.failure:
            raise self.failure
        return house_of(version)


async def test_without_an_active_version_the_house_stays() -> None:
    house, builder = house_of(OLD), Builder()
    switchover = Switchover(house, Book(), builder)
    await switchover.look()
    assert switchover.served() is house
    assert builder.asked == []


async def test_another_active_version_is_opened_once_and_served() -> None:
    builder = Builder()
    switchover = Switchover(house_of(OLD), Book(NEW), builder)
    before = switchover.served()
    await switchover.look()
    await switchover.look()
    assert switchover.served().pack.version == NEW
    assert builder.asked == [NEW]
    # Who began a turn in the old house ends it there.
    assert before.pack.version == OLD


async def test_a_version_that_cannot_be_opened_leaves_the_house_and_is_not_tried_at_every_look() -> None:
    builder = Builder(PackError(small_pack().directory, "", "", "changed"))
    switchover = Switchover(house_of(OLD), Book(NEW), builder)
    await switchover.look()
    await switchover.look()
    assert switchover.served().pack.version == OLD
    assert builder.asked == [NEW]


async def test_after_a_bad_version_a_good_one_is_taken_at_once() -> None:
    builder, book = Builder(PackError(small_pack().directory, "", "", "changed")), Book(NEW)
    switchover = Switchover(house_of(OLD), book, builder)
    await switchover.look()
    book.version, builder.failure = "small-222222222222", None
    await switchover.look()
    assert switchover.served().pack.version == "small-222222222222"


async def test_a_register_that_cannot_be_read_leaves_the_house_and_is_read_again() -> None:
    book = Book(None)
    switchover = Switchover(house_of(OLD), book, Builder())
    await switchover.look()
    assert switchover.served().pack.version == OLD
    book.version = NEW
    await switchover.look()
    assert switchover.served().pack.version == NEW


async def test_who_waits_for_a_version_is_told() -> None:
    switchover = Switchover(house_of(OLD), Book(NEW), Builder())
    waiting = asyncio.create_task(switchover.until(NEW))
    await asyncio.sleep(0)
    assert not waiting.done()
    await switchover.look()
    await asyncio.wait_for(waiting, 10)
