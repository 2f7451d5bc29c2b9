"""Asks a Prometheus server: its query language made of the page's queries, and its answers read back."""

from collections.abc import Mapping
from typing import Any, Self

import aiohttp

from appliance.console.figures import Labels, Level, Line, Quantile, Query, Rate, Share, Window
from appliance.errors import HistoryUnavailable

_TIMEOUT_S = 5.0


def promql(query: Query, over: str) -> str:
    """The query in Prometheus' language; `over` is the range of rates, as "5m" or "$__rate_interval"."""
    match query:
        case Level(metric, where):
            return f"max({metric}{_selector(where)})"
        case Rate(metric, where, by):
            grouped = f"sum by ({by})" if by else "sum"
            return f"{grouped} (rate({metric}{_selector(where)}[{over}]))"
        case Share(metric, where):
            part = f"sum(rate({metric}{_selector(where)}[{over}]))"
            return f"{part} / sum(rate({metric}[{over}]))"
        case Quantile(q, metric, where):
            return f"histogram_quantile({q:g}, sum by (le) (rate({metric}_bucket{_selector(where)}[{over}])))"


def _selector(where: Labels) -> str:
    if not where:
        return ""
    return "{" + ",".join(f'{name}=~"{"|".join(values)}"' for name, values in where.items()) + "}"


class Prometheus:
    """A server's HTTP API; the page's History.

    Args:
        url: the server's base, http://host:port.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S), trust_env=False, raise_for_status=True
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.close()

    async def lines(self, query: Query, window: Window) -> tuple[Line, ...]:
        """As History."""
        if self._client is None:
            raise HistoryUnavailable(self._url, "the connection was not opened")
        times_s = window.times_s
        params = {
            "query": promql(query, f"{window.over_s:.0f}s"),
            "start": f"{times_s[0]:.3f}",
            "end": f"{times_s[-1]:.3f}",
            "step": f"{window.step_s:.3f}",
        }
        try:
            async with self._client.get(f"{self._url}/api/v1/query_range", params=params) as response:
                answer = await response.json()
                series = answer["data"]["result"]
        except (aiohttp.ClientError, TimeoutError) as error:
            raise HistoryUnavailable(self._url, type(error).__name__) from error
        except (ValueError, KeyError, TypeError) as error:
            raise HistoryUnavailable(self._url, "expected a query's result as JSON") from error
        by = query.by if isinstance(query, Rate) else ""
        return tuple(_line(one, by, window) for one in series)


def _line(series: Mapping[str, Any], by: str, window: Window) -> Line:
    """A series' values at the window's times; Prometheus leaves out those that there are none for."""
    start_s = window.times_s[0]
    values = {round((at_s - start_s) / window.step_s): _number(text) for at_s, text in series["values"]}
    return Line(
        series["metric"].get(by, "") if by else "",
        tuple(values.get(place) for place in range(len(window.times_s))),
    )


def _number(text: str) -> float | None:
    value = float(text)
    return value if value == value else None  # noqa: PLR0124 - NaN: a ratio of nothing
