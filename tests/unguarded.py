"""The environment of programs that need more than this machine: the suite's egress guard stays behind."""

import os


def unguarded_environment() -> dict[str, str]:
    """This process's environment without the guard for child processes (see `guarding/`).

    For what brings packages from the index, or talks inside a network of its own. Say at each use why.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "ANTESALA_TEST_REFUSALS"}
    }
