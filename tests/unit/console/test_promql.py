"""Queries in Prometheus' language."""

from appliance.console.figures import Level, Quantile, Rate, Share
from appliance.console.prometheus import promql


def test_a_rate_is_summed_over_processes() -> None:
    query = Rate("antesala_decisions_total", {"language": ("ca", "es")}, by="action")
    assert promql(query, "5m") == 'sum by (action) (rate(antesala_decisions_total{language=~"ca|es"}[5m]))'


def test_a_share_is_a_part_of_the_whole() -> None:
    query = Share("antesala_x_total", {"a": ("b",)})
    assert (
        promql(query, "60s") == 'sum(rate(antesala_x_total{a=~"b"}[60s])) / sum(rate(antesala_x_total[60s]))'
    )


def test_a_quantile_is_of_the_buckets_of_all_processes() -> None:
    expected = "histogram_quantile(0.95, sum by (le) (rate(antesala_reply_seconds_bucket[5m])))"
    assert promql(Quantile(0.95, "antesala_reply_seconds"), "5m") == expected


def test_a_level_is_the_highest() -> None:
    assert promql(Level("antesala_dead_letters"), "5m") == "max(antesala_dead_letters)"
