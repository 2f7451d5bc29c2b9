"""Models and knowledge: which versions there are, what they must be, and who approved them until when."""

import hashlib
from dataclasses import dataclass
from datetime import date

from appliance.engine.catalogue import Entry, load_catalogue
from appliance.engine.verify import read_manifest, verify_model
from appliance.errors import ApplianceError, ModelError
from appliance.knowledge.pack import Pack
from appliance.settings import Settings


@dataclass(frozen=True)
class Model:
    """A model that is here; `digest` is over the digests of its files, `problem` why it is not what it must be."""

    name: str
    kind: str
    licence: str
    source: str
    files: tuple[tuple[str, str], ...]
    digest: str
    used: bool
    problem: str


@dataclass(frozen=True)
class Approval:
    """A statement of the pack."""

    statement: str
    approved_by: str
    approved_on: date | None
    review_by: date
    served: bool
    days_left: int


def models_here(settings: Settings) -> tuple[Model, ...]:
    """Every model of the catalogue that lies on this machine, each file read and compared."""
    catalogue = load_catalogue(settings.models_catalogue, settings.models_dir)
    used = {settings.embedding_model, settings.chat_model if settings.engine_url else ""}
    return tuple(
        _model(entry, settings, used=entry.name in used)
        for entry in catalogue.values()
        if (settings.models_dir / entry.name).is_dir()
    )


def approvals(pack: Pack, day: date) -> tuple[Approval, ...]:
    """The statements in the order of the pack, as they stand on that day."""
    return tuple(
        Approval(
            statement=name,
            approved_by=statement.approved_by,
            approved_on=statement.approved_on,
            review_by=statement.review_by,
            served=statement.served_on(day),
            days_left=(statement.review_by - day).days,
        )
        for name, statement in pack.statements.items()
    )


def _model(entry: Entry, settings: Settings, *, used: bool) -> Model:
    folder = settings.models_dir / entry.name
    problem = ""
    files: tuple[tuple[str, str], ...] = ()
    try:
        manifest = read_manifest(folder)
        files = tuple((file.path, file.sha256) for file in manifest.files) if manifest else ()
        verify_model(entry, folder)
    except ModelError as error:
        problem = str(error).partition("\n")[0]
    except (ApplianceError, OSError) as error:
        problem = f"cannot be read: {type(error).__name__}"
    whole = hashlib.sha256(
        "".join(f"{path}\0{digest}\n" for path, digest in sorted(files)).encode()
    ).hexdigest()
    source = entry.source.repository if entry.source.type == "hub" else entry.source.type
    return Model(entry.name, entry.kind, entry.licence, source, files, whole, used, problem)
