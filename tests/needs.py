"""How a missing service is treated: a skip on a laptop, a failure where everything is required."""

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip with the reason on a laptop; fail where everything is required (APPLIANCE_TEST_REQUIRE=all)."""
    if os.environ.get("APPLIANCE_TEST_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
