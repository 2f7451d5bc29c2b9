"""`appliance housekeeping`: ends what is over, once; workers do the same every ten minutes."""

import asyncio
from collections.abc import Mapping

from rich.console import Console

from appliance.settings import load_settings
from appliance.stores import open_stores


def housekeeping() -> None:
    """Take away what is kept no longer, and every data key that a backup has brought back after an erasure.

    Workers do this at their start and every ten minutes. Run it after a restore, before anything else starts.
    """
    gone = asyncio.run(_done())
    Console().print("\n".join(f"{name}: {count} removed" for name, count in gone.items()), highlight=False)


async def _done() -> Mapping[str, int]:
    async with open_stores(load_settings()) as stores:
        return await stores.housekeeping.run()
