"""How the answers of a run were worded, as the appliance's own journal has it."""

from collections import Counter
from pathlib import Path

from appliance.audit import AuditPlaces
from appliance.audit.segments import journal_lines
from appliance.audit.span import record_of


def wordings(data_dir: Path) -> dict[str, int]:
    """Decisions by wording: generated, or verbatim, which fixed messages are too."""
    records = map(record_of, journal_lines(AuditPlaces.under(data_dir).journal))
    worded = Counter(record["wording"] for record in records if record.get("kind") == "decision")
    return dict(sorted(worded.items()))
