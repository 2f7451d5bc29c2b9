"""The bill of materials: every package of the running environment and every model, as CycloneDX 1.6."""

import re
from collections.abc import Iterable
from email.message import Message
from importlib.metadata import Distribution, distributions, version
from typing import cast

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from appliance.report.models import Model

_NAME_AT_START = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LICENSES = LicenseFactory()


def bill_of_materials(models: Iterable[Model], installed: Iterable[Distribution] | None = None) -> Bom:
    """What is installed and what is used, with licences, digests and who needs whom."""
    found = {_canonical(one.name): one for one in (distributions() if installed is None else installed)}
    libraries = {name: _library(one) for name, one in sorted(found.items()) if name != "antesala"}
    program = Component(
        name="antesala", version=version("antesala"), type=ComponentType.APPLICATION, bom_ref="antesala",
        licenses=[_LICENSES.make_from_string("Apache-2.0")],
    )  # fmt: skip
    bom = Bom(components=[*libraries.values(), *map(_model, models)])
    bom.metadata.component = program
    for name, one in sorted(found.items()):
        needs = [libraries[needed] for needed in _needs(one) if needed in libraries]
        bom.register_dependency(libraries.get(name, program), needs)
    return bom


def as_json(bom: Bom) -> str:
    """The document, indented."""
    return str(JsonV1Dot6(bom).output_as_string(indent=2))


def schema_problem(document: str) -> str:
    """What the schema of CycloneDX 1.6 has against a document; "" for nothing."""
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document)
    return str(problem) if problem else ""


def licence_of(metadata: Message) -> str:
    """What a package says of its licence: an expression, a short text, or its classifiers; "" for nothing."""
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    stated = str(metadata.get("License") or "").strip()
    if stated and stated != "UNKNOWN" and "\n" not in stated and len(stated) <= 60:
        return stated
    classifiers = [str(value) for value in metadata.get_all("Classifier") or ()]
    return " AND ".join(
        value.rpartition(" :: ")[2] for value in classifiers if value.startswith("License :: ")
    )


def _library(one: Distribution) -> Component:
    licence = licence_of(_fields(one))
    return Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{_canonical(one.name)}=={one.version}",
        purl=PackageURL("pypi", name=_canonical(one.name), version=one.version),
        description=str(_fields(one).get("Summary") or "") or None,
        licenses=[_LICENSES.make_from_string(licence)] if licence else None,
    )


def _fields(one: Distribution) -> Message:
    # The type that the library states knows no `get`; what it gives is a message.
    return cast("Message", one.metadata)


def _model(model: Model) -> Component:
    return Component(
        name=model.name,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"model:{model.name}",
        licenses=[_LICENSES.make_from_string(model.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=model.digest)],
        properties=[Property(name=f"sha256:{path}", value=digest) for path, digest in model.files],
    )


def _needs(one: Distribution) -> tuple[str, ...]:
    """The packages that it needs in any case; what an extra would need is left out."""
    found = []
    for requirement in one.requires or ():
        name = _NAME_AT_START.match(requirement)
        if name and "extra ==" not in requirement:
            found.append(_canonical(name[0]))
    return tuple(dict.fromkeys(found))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
