"""The whole suite runs under the egress guard: loopback and unix sockets, nothing else, in children too.

A refusal fails the test in which it happens, also when the code under test took it for an ordinary failure.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.egress import Guard, Policy
from appliance.egress.silence import silence_libraries

_REFUSALS = "ANTESALA_TEST_REFUSALS"


def _refusals_file() -> Path:
    descriptor, name = tempfile.mkstemp(prefix="antesala-refusals-")
    os.close(descriptor)
    os.environ[_REFUSALS] = name
    here = str(Path(__file__).parent / "guarding")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    return Path(name)


# As the command does, and as early: the model hub's library asks huggingface.co for a list of its own otherwise,
# also where a mirror is configured.
silence_libraries()
_FILE = _refusals_file()
_GUARD = Guard(
    Policy((), this_machine=True, children=True),
    lambda refusal: _note(f"{refusal.what} {refusal.to} by the tests themselves\n"),
)
_GUARD.install()


def _note(line: str) -> None:
    with _FILE.open("a", encoding="utf-8") as file:
        file.write(line)


@pytest.fixture(autouse=True)
def _nothing_leaves() -> Iterator[None]:
    before = _FILE.stat().st_size
    yield
    said = _FILE.read_bytes()[before:].decode()
    assert not said, f"the egress guard refused:\n{said}"


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: to search it again and again was a fifth of the unit tests' time."""
    gc.collect()
    gc.freeze()
    # Tests make much that lives as long as one of them: a look at every 700 objects finds little.
    gc.set_threshold(20_000)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What was refused between the tests, in fixtures of a session for instance, fails the run too."""
    if _FILE.stat().st_size and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nthe egress guard refused:\n{_FILE.read_text(encoding='utf-8')}")  # noqa: T201 - the run's last word


def pytest_unconfigure() -> None:
    """The file goes with the run."""
    _FILE.unlink(missing_ok=True)
