"""Puts the guard up for a command, and makes its refusals seen: a log line each, and a metric."""

import os
from collections.abc import Iterator

import structlog
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance.egress.guard import Guard, Refusal
from appliance.egress.peers import peer, production_policy
from appliance.egress.policy import Policy
from appliance.settings import Settings

_log = structlog.get_logger(__name__)


def put_up(settings: Settings) -> Guard | None:
    """The guard of a production process, standing; None when the settings say that there is none.

    Raises:
        SettingsError: a library is loaded that goes round it.
    """
    if not settings.egress_guard:
        _log.warning("egress.no_guard", setting="egress_guard")
        return None
    return _stand(production_policy(settings, os.environ))


def put_up_for_this_machine(settings: Settings, engine_url: str) -> Guard | None:
    """The guard of the demo, whose parts are on this machine, some of them other programs; "" or an engine apart."""
    peers = (peer("--engine", engine_url),) if engine_url else ()
    return _stand(Policy(peers, this_machine=True, children=True)) if settings.egress_guard else None


class GuardMetrics(Collector):
    """The guard's counters for Prometheus; destinations are not labels, since anybody may choose them."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def collect(self) -> Iterator[Metric]:
        """The counters as they are now."""
        allowed = CounterMetricFamily("antesala_egress_allowed", "Connections to peers", labels=["peer"])
        for name, count in self._guard.allowed.items():
            allowed.add_metric([name], count)
        refused = CounterMetricFamily("antesala_egress_refused", "Refused by the guard", labels=["what"])
        by_what = {"connect": 0, "look up": 0, "open socket": 0, "start program": 0}
        for refusal, count in self._guard.refused.items():
            by_what[refusal.what] += count
        for what, count in by_what.items():
            refused.add_metric([what], count)
        yield allowed
        yield refused


def _stand(policy: Policy) -> Guard:
    guard = Guard(policy, _report)
    guard.install()
    return guard


def _report(refusal: Refusal) -> None:
    _log.error("egress.refused", what=refusal.what, to=refusal.to)
