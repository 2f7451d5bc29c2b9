"""The report to look at."""

from collections.abc import Sequence

from appliance.evaluation.run import Played


def render(title: str, played: Sequence[Played]) -> str:
    return f"{title}: {len(played)}"
