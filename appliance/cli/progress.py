"""Shows how a long job goes on: a bar on a terminal, a line for each step in a log."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from appliance.engine.progress import Progress


class _Bar:
    """One line that changes; a step of unknown length gets a moving bar."""

    def __init__(self, bars: Bars, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def begin(self, step: str, total_bytes: int | None = None) -> None:
        self._bars.reset(self._task, description=step, total=total_bytes, visible=True)

    def reach(self, done_bytes: int) -> None:
        total = self._bars.tasks[0].total
        # A client may keep two copies for a moment.
        self._bars.update(self._task, completed=min(done_bytes, total) if total else done_bytes)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, step: str, total_bytes: int | None = None) -> None:
        size = f" (about {total_bytes / 1e6:.0f} MB)" if total_bytes else ""
        self._console.print(f"{step}{size}", markup=False, highlight=False)

    def reach(self, done_bytes: int) -> None:
        """A log is not told about every megabyte."""


@contextmanager
def telling(console: Console) -> Iterator[Progress]:
    """Gives a Progress that shows on the console while the body runs; the body may print there too."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        yield _Bar(bars, bars.add_task("", visible=False, total=None))
