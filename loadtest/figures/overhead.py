"""How much of the end-to-end time is the appliance's own: all but the engine's."""

from collections.abc import Sequence

from loadtest.figures.percentiles import percentile
from loadtest.figures.samples import Samples


def overhead(samples: Samples, engine_times_s: Sequence[float]) -> dict[str, object]:
    """engine_p50_s, and overhead_share: the median beyond the engine's, as a share of the whole.

    Only turns that took at least the engine's shortest time count: the others were answered without it. Nothing
    when the engine was not asked, or its times are unknown.
    """
    if not engine_times_s:
        return {}
    shortest_s = min(engine_times_s)
    asked = [
        sample.latency_s
        for sample in samples.messages
        if sample.last and sample.latency_s is not None and sample.latency_s >= shortest_s
    ]
    if not asked:
        return {}
    engine_s, whole_s = percentile(engine_times_s, 0.5), percentile(asked, 0.5)
    return {
        "engine_p50_s": round(engine_s, 3),
        "with_engine_p50_s": round(whole_s, 3),
        "overhead_share": round((whole_s - engine_s) / whole_s, 4),
    }
