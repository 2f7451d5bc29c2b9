"""The bill of materials: valid by the schema, with licences, digests, and who needs whom."""

import json
from email.message import Message

import pytest

from appliance.report.models import Model

sbom = pytest.importorskip(
    "appliance.report.sbom", reason="cyclonedx-python-lib is not installed: pip install -e ."
)
MODEL = Model(
    "tiny", "chat", "Apache-2.0", "hub", (("weights.bin", "ab" * 32),), "cd" * 32, used=True, problem=""
)


@pytest.fixture(scope="module")
def document() -> str:
    return sbom.as_json(sbom.bill_of_materials([MODEL]))


def test_it_is_valid_by_the_schema_of_cyclonedx(document: str) -> None:
    assert sbom.schema_problem(document) == ""
    assert json.loads(document)["specVersion"] == "1.6"


def test_what_is_no_bill_is_found_by_the_schema() -> None:
    assert sbom.schema_problem('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": 1}')


def test_packages_have_versions_licences_and_purls(document: str) -> None:
    found = {component["name"]: component for component in json.loads(document)["components"]}
    assert found["cryptography"]["purl"] == f"pkg:pypi/cryptography@{found['cryptography']['version']}"
    assert found["cryptography"]["licenses"]
    assert "antesala" not in found


def test_models_have_a_digest_of_each_file(document: str) -> None:
    (model,) = [one for one in json.loads(document)["components"] if one["type"] == "machine-learning-model"]
    assert model["hashes"] == [{"alg": "SHA-256", "content": "cd" * 32}]
    assert model["properties"] == [{"name": "sha256:weights.bin", "value": "ab" * 32}]
    assert model["licenses"] == [{"license": {"id": "Apache-2.0"}}]


def test_the_program_needs_what_it_declares(document: str) -> None:
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in json.loads(document)["dependencies"]}
    assert any(ref.startswith("redis==") for ref in needs["antesala"])
    # An extra's needs are not everybody's.
    assert not any(ref.startswith("playwright==") for ref in needs["antesala"])


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ([("License-Expression", "MIT"), ("License", "other")], "MIT"),
        ([("License", "BSD-3-Clause")], "BSD-3-Clause"),
        (
            [("License", "a whole\ntext"), ("Classifier", "License :: OSI Approved :: MIT License")],
            "MIT License",
        ),
        ([("Classifier", "Topic :: Text")], ""),
    ],
)
def test_the_licence_is_what_the_package_says(fields: list[tuple[str, str]], licence: str) -> None:
    metadata = Message()
    for name, value in fields:
        metadata[name] = value
    assert sbom.licence_of(metadata) == licence
