"""The copy of a patient's data: a zip with a page and a text for people, and JSON for machines."""

import io
import json
import zipfile
from dataclasses import asdict
from functools import cache

from jinja2 import Environment, PackageLoader, select_autoescape

from appliance.rights.holdings import Holdings

READ_FIRST, PAGE, DATA = "read-me-first.txt", "your-data.html", "data.json"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("appliance.rights"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def archive(holdings: Holdings) -> bytes:
    """The zip file. Its texts are in English and in the words of the patient and of the hospital."""
    given = {"held": holdings}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(READ_FIRST, _templates().get_template("data.txt").render(given))
        file.writestr(PAGE, _templates().get_template("data.html").render(given))
        file.writestr(DATA, json.dumps(asdict(holdings), ensure_ascii=False, indent=2) + "\n")
    return content.getvalue()
