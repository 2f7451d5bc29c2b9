"""The report to look at and to sign: one HTML page that needs nothing but itself, and its print as PDF."""

import os
import shutil
import subprocess
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment

from appliance.audit import Broken
from appliance.errors import ExportRefused
from appliance.governance.record import ROLES
from appliance.pages import environment, source_of
from appliance.report.document import Report
from appliance.report.inventory import KINDS

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PRINT_WITHIN_S = 180.0
_CLASSES = {
    "opened": "sealed, opened to check",
    "sealed": "sealed, by its form",
    "erased": "sealed, key destroyed",
    "wrapped key": "wrapped key",
    "metadata": "metadata",
    "broken": "broken seal",
    "clear": "in clear",
}


def render(report: Report) -> str:
    """The page. It asks for nothing from anywhere."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            done=report.activity,
            flow=report.flow,
            broken=isinstance(report.chain, Broken),
            classes=_CLASSES,
            kinds=KINDS,
            roles=ROLES,
            style=source_of("appliance.report", "report.css"),
        )
    )


def find_browser() -> Path | None:
    """A browser that can print, or None."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((Path(path) for path in found if path), None)


def print_pdf(page: Path, pdf: Path, browser: Path) -> None:
    """Print the page on A4.

    Raises:
        ExportRefused: the browser failed; the text ends with what it said.
    """
    with tempfile.TemporaryDirectory(prefix="antesala-print-") as profile:
        command = [
            str(browser), "--headless", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", f"--print-to-pdf={pdf.resolve()}",
            # The sandbox of the browser does not work for root; the page is our own and has no script.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            ended = subprocess.run(  # noqa: S603 - a browser of this machine, and a page of our own
                command, capture_output=True, text=True, check=False, timeout=_PRINT_WITHIN_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ExportRefused(f"{browser} could not print the report: {error}") from error
    if ended.returncode or not pdf.exists():
        raise ExportRefused(f"{browser} could not print the report; it said:\n{ended.stderr[-1000:]}")


@cache
def _environment() -> Environment:
    return environment(
        "appliance.report",
        {
            "day": lambda moment: f"{moment:%Y-%m-%d}",
            "time": _time,
            "number": lambda value: f"{value:,}".replace(",", "\u202f"),
            "lasting": _lasting,
        },
    )


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "–"


def _lasting(value: timedelta | float | None) -> str:
    """A time span in the unit that fits it."""
    if value is None:
        return "–"
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.1f}".removesuffix(".0") + " s"
