"""Writes the report's files: page, data, bill of materials, and the PDF when there is a browser."""

from pathlib import Path

from appliance.errors import ExportRefused
from appliance.report.data import as_data
from appliance.report.gather import Gathered
from appliance.report.page import find_browser, print_pdf, render

PAGE, DATA, BILL, PDF = "report.html", "report.json", "sbom.cdx.json", "report.pdf"


def write_report(gathered: Gathered, out: Path) -> tuple[Path, ...]:
    """The files that were written into the folder, which is made if it is not there.

    Raises:
        ExportRefused: the folder cannot be written, or the browser failed.
    """
    contents = {
        PAGE: render(gathered.report),
        DATA: as_data(gathered.report) + "\n",
        BILL: gathered.bill + "\n",
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (out / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ExportRefused(f"{error.filename or out}: cannot be written: {error.strerror}") from error
    written = [out / name for name in contents]
    if browser := find_browser():
        print_pdf(out / PAGE, out / PDF, browser)
        written.append(out / PDF)
    return tuple(written)
