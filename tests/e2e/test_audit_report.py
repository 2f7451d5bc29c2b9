"""The report of a demo run: written by the command, complete, without a word of any patient, and printed."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_process import Demo, running_demo
from needs import missing
from program import COMMAND, bare_environment

from appliance.report.sbom import schema_problem

pytestmark = [pytest.mark.models, pytest.mark.redis]
WRITTEN = {
    "whatsapp:+34600000001": "Can I drink zanzibarwater before surgery? Until what time?",
    "whatsapp:+34600000002": "em fa mal el pit zanzibarpit",
    "whatsapp:+34600000003": "¿Puedo tomar mis pastillas zanzibarillas de la tensión?",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo to which three patients have written, and who have their answers."""
    with running_demo(tmp_path_factory.mktemp("demo") / "data") as demo:
        with urllib.request.urlopen(
            f"{demo.url}/demo/events?from=whatsapp:%2B34600000003", timeout=120
        ) as events:
            for sender, body in WRITTEN.items():
                _write(demo, sender, body)
            # The last one's answer has come when its event says so; the others came before or are on their way.
            for line in events:
                if b'"delivered"' in line or b'"read"' in line:
                    break
        yield demo


def _write(demo: Demo, sender: str, body: str) -> None:
    content = json.dumps({"from": sender, "body": body, "profile_name": "Zanzibarta"}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{demo.url}/demo/send", content, headers), timeout=120
    ) as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the report."""
    out = tmp_path_factory.mktemp("report") / "out"
    span = ("--from", "2020-01-01", "--to", "2100-01-01")
    config = {"APPLIANCE_CONFIG": str(demo.data_dir / "demo" / "appliance.toml")}
    made = subprocess.run(
        [*COMMAND, "audit", "report", *span, "--out", str(out)],
        env=bare_environment() | config,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "look   The knowledge is a demonstration" in made.stdout
    return out


def test_the_data_tell_what_happened(folder: Path) -> None:
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert data["journal"]["verified"] is True
    assert data["activity"]["decisions"] >= 1
    assert data["encryption"][0]["total"].get("opened", 0) >= 1
    assert all(store["suspects"] == [] for store in data["encryption"]), data["encryption"]
    assert all(kept["holds"] for kept in data["retention"])
    assert all(model["problem"] == "" for model in data["models"])
    assert data["egress"]["guarded_starts"] == {"demo": 1}
    assert len(data["missing_to_go_live"]) > 5


def test_the_bill_of_materials_is_valid(folder: Path) -> None:
    assert schema_problem((folder / "sbom.cdx.json").read_text(encoding="utf-8")) == ""


def test_the_page_needs_nothing_but_itself_and_has_every_part(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "src=" not in page
    assert "http-equiv" in page
    for number in range(1, 16):
        assert f"<h2>{number} · " in page
    for name in ("Twilio", "Meta", "GDPR Art. 30", "GDPR Art. 35", "Name, date, signature"):
        assert name in page


def test_no_word_of_a_patient_is_in_any_file(folder: Path) -> None:
    for file in folder.iterdir():
        content = file.read_bytes().lower()
        for secret in (b"zanzibar", b"34600000001", b"34600000002", b"34600000003"):
            assert secret not in content, file.name


@pytest.mark.browser
def test_it_is_printed_with_page_numbers(folder: Path) -> None:
    if not shutil.which("chromium"):
        missing("chromium not found: apt-get install chromium")
    if not shutil.which("pdftotext"):
        missing("pdftotext not found: apt-get install poppler-utils")
    text = subprocess.run(
        ["pdftotext", "-layout", str(folder / "report.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page
    assert "zanzibar" not in text.lower()
