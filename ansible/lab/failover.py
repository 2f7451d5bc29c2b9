"""The appliance's inbox while a master is lost: failover.py VALUES_URL KEYS_URL FILE.

A message every tenth of a second as long as the file is there, 6000 at most, in as many conversations. Then all that
was accepted is taken. The exit code is 1 when no message was refused (nothing was lost: no test), when none was taken
afterwards, or when an accepted one is missing that was not of the last second before the first refusal.
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import StoreUnavailable
from appliance.inbox import Mailbox, MailboxPolicy
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault, connect

PACE_S = 0.1
MOST = 6000
REPLICATED_WITHIN_S = 1.0


@dataclass
class Told:
    """When each message was accepted or refused, in seconds of a clock."""

    accepted: dict[str, float] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)

    @property
    def gap_s(self) -> float:
        """From the first refusal to the first message that was accepted after all of them."""
        after = [at for at in self.accepted.values() if at > self.refused[-1]] if self.refused else []
        return min(after) - self.refused[0] if after else 0.0


async def write(mailbox: Mailbox, wanted: Path) -> Told:
    """A new conversation each time: what is counted is the inbox, not the burst."""
    told = Told()
    for number in range(MOST):
        if not wanted.exists():  # noqa: ASYNC240 - a look at one file, a tenth of a second apart
            break
        name = f"patient-{number}"
        try:
            await mailbox.accept(ConversationId(name), f"SM{number}", name.encode())
        except StoreUnavailable:
            told.refused.append(time.monotonic())
        else:
            told.accepted[name] = time.monotonic()
        # The pace of the load, not a wait for something.
        await asyncio.sleep(PACE_S)
    return told


async def take_all(mailbox: Mailbox) -> set[str]:
    """Every conversation that waits, answered with nothing."""
    found = set()
    while (lease := await mailbox.take()) is not None:
        found |= {message.decode() for message in lease.messages}
        await mailbox.done(lease, None, [])
    return found


async def main(values_url: str, keys_url: str, wanted: Path) -> int:
    """Write, take, compare."""
    values, keys = connect(values_url), connect(keys_url)
    try:
        mailbox = Mailbox(
            values, Vault(KeyRing.new("lab"), RedisDataKeyStore(keys)), MailboxPolicy(quiet_s=0)
        )
        told = await write(mailbox, wanted)
        found = await take_all(mailbox)
    finally:
        await values.aclose()
        await keys.aclose()
    lost = [name for name in told.accepted if name not in found]
    fresh = {
        name
        for name, at in told.accepted.items()
        if told.refused and 0 <= told.refused[0] - at < REPLICATED_WITHIN_S
    }
    print(
        f"{len(told.accepted)} accepted, {len(told.refused)} refused within {told.gap_s:.1f} s, "
        f"{len(found)} taken, {len(lost)} lost"
    )
    return 0 if told.gap_s > 0 and set(lost) <= fresh else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
