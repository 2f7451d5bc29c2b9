"""A text with its identifiers replaced by what they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.safety.masking.identifiers import claim_identifiers
from appliance.safety.masking.introductions import claim_names
from appliance.safety.masking.spans import STAYS, Spans
from appliance.safety.normalise import visible

_DIGITS = {
    ord(digit): str(number)
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９")
    for number, digit in enumerate(digits)
}
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


def mask(text: str, public: Iterable[str] = ()) -> Masked:
    """Take the identifiers out of a message, whatever its language.

    Args:
        text: as it was written.
        public: texts with the hospital's own telephone numbers, which are nobody's.
    """
    written = visible(text)
    # A digit for a digit, so that places in the one are places in the other.
    spans = Spans(written.translate(_DIGITS))
    claim_identifiers(spans, public)
    claim_names(spans)
    parts, at, kinds = [], 0, []
    for span in spans:
        if span.kind != STAYS:
            parts += [written[at : span.start], f"<{span.kind.upper()}>"]
            at = span.end
            kinds.append(span.kind)
    return Masked("".join([*parts, written[at:]]), tuple(dict.fromkeys(kinds)))
