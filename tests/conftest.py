"""What every test shares: how a missing service is treated, and where models lie."""

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip with the reason on a laptop; fail where everything is required (CI)."""
    if os.environ.get("APPLIANCE_TEST_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
