"""Bringing a model here happens in a process of its own, which tells its steps and can be ended."""

import pytest

from appliance.demo.preparing import NotPrepared, prepare
from appliance.demo.warden import Warden


async def test_a_failure_is_told_in_the_words_of_the_process() -> None:
    said: list[str] = []
    async with Warden() as warden:
        with pytest.raises(NotPrepared, match="no model 'no-such-model' in the catalogue"):
            await prepare("no-such-model", warden, tell=said.append)
    assert "no-such-model" in said[-1]
