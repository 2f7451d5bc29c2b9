"""What a reviewer of a pack should look at; errors are raised when it is loaded."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from appliance.knowledge.golden import FLOORS
from appliance.knowledge.pack import Pack

_FEW_EXAMPLES = 12
_SOON = timedelta(days=60)


def warnings_of(pack: Pack) -> Iterator[str]:
    """One line for each thing worth a look."""
    if pack.manifest.demonstration:
        yield "pack.toml: a demonstration, not clinically approved; it cannot go live"
    if pack.floors is None:
        yield f"{FLOORS}: missing; without floors for its golden set no version of this pack can be activated"
    today = datetime.now(UTC).date()
    for name, statement in pack.statements.items():
        if not statement.served_on(today):
            yield f"statements.yaml, {name}: not served, because it is not approved or past its review"
        elif statement.review_by - today < _SOON:
            yield f"statements.yaml, {name}: to be reviewed by {statement.review_by}"
        for language in pack.languages:
            if "medicine" in pack.lexicon.found(statement.text[language]):
                yield f"statements.yaml, {name}, {language}: names a medicine; does a clinician know?"
    yield from _thin_examples(pack)


def _thin_examples(pack: Pack) -> Iterator[str]:
    by_language = {one.language: one for one in pack.examples}
    for language in pack.languages:
        if language not in by_language:
            yield f"examples/{language}.yaml: missing; patients who write it will seldom be understood"
            continue
        for intent in pack.manifest.intents:
            if len(by_language[language].examples.get(intent, ())) < _FEW_EXAMPLES:
                yield f"examples/{language}.yaml, {intent}: fewer than {_FEW_EXAMPLES} examples"
