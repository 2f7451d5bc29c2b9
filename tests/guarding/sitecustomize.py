"""Gives every Python that a test starts the guard that the tests themselves run under.

Python imports a module of this name at its start when it finds one; `tests/conftest.py` puts this folder in its
way. A refusal is written to a file, so that the tests fail even when the program that was refused goes on.
"""

import os
import sys
from pathlib import Path

REFUSALS = "ANTESALA_TEST_REFUSALS"


def stand() -> None:
    """Put the guard up. The package is taken from here, whatever environment this Python belongs to."""
    root = str(Path(__file__).parents[2])
    sys.path.insert(0, root)
    try:
        from appliance.egress import Guard, Policy, Refusal  # noqa: PLC0415 - only with the path in place
    finally:
        sys.path.remove(root)

    def note(refusal: Refusal) -> None:
        with open(os.environ[REFUSALS], "a", encoding="utf-8") as file:  # noqa: PTH123 - the least that can fail
            file.write(f"{refusal.what} {refusal.to} by {sys.argv}\n")

    Guard(Policy((), this_machine=True, children=True, beside_python=True), note).install()


if REFUSALS in os.environ:
    stand()
