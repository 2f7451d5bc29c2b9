"""A text with its identifiers replaced by what they are."""

from dataclasses import dataclass

from appliance.safety.masking.identifiers import claim_identifiers
from appliance.safety.masking.introductions import claim_names
from appliance.safety.masking.spans import STAYS, Spans
from appliance.safety.normalise import visible

KINDS = ("phone", "email", "id", "iban", "card", "date", "name")


@dataclass(frozen=True)
class Masked:
    """A text without identifiers, and the kinds that were taken out of it, each once, in order.

    Attributes:
        text: with `<PHONE>`, `<EMAIL>`, `<ID>`, `<IBAN>`, `<CARD>`, `<DATE>` (of birth) or `<NAME>` standing
            for each identifier. Times, other dates, ages, doses and short emergency numbers stay.
        kinds: out of `KINDS`.
    """

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Take the identifiers out of a message, whatever its language."""
    spans = Spans(visible(text))
    claim_identifiers(spans)
    claim_names(spans)
    parts, at, kinds = [], 0, []
    for span in spans:
        if span.kind != STAYS:
            parts += [spans.text[at : span.start], f"<{span.kind.upper()}>"]
            at = span.end
            kinds.append(span.kind)
    return Masked("".join([*parts, spans.text[at:]]), tuple(dict.fromkeys(kinds)))
