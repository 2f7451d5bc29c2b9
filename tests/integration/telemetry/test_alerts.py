"""The alerts that are delivered: Prometheus' own tools find no fault, and every alert is tested both ways."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from needs import missing

from appliance.console.grafana import dashboard

FILES = Path(__file__).parents[3] / "ansible" / "roles" / "observability" / "files"
RULES = FILES / "antesala.rules.yml"
TESTS = FILES / "antesala.rules.test.yml"

pytestmark = pytest.mark.prometheus


def tool(name: str, *arguments: str) -> None:
    binary = shutil.which(name)
    if binary is None:
        missing(f"{name} not found: apt-get install prometheus prometheus-alertmanager")
    done = subprocess.run(
        [binary, *arguments], cwd=FILES, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def alerts() -> list[dict[str, str]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_the_rules_are_rules() -> None:
    tool("promtool", "check", "rules", RULES.name)


def test_alerts_fire_when_they_must_and_only_then() -> None:
    tool("promtool", "test", "rules", TESTS.name)


def test_the_example_of_routing_is_understood() -> None:
    tool("amtool", "check-config", "alertmanager.example.yml")


def test_every_alert_is_tested_both_ways() -> None:
    names = [case["name"] for case in yaml.safe_load(TESTS.read_text(encoding="utf-8"))["tests"]]
    for alert in alerts():
        assert any(name.startswith(f"{alert['alert']} fires") for name in names), alert["alert"]
        assert any(name.startswith(f"{alert['alert']} is quiet") for name in names), alert["alert"]


def test_every_metric_of_an_alert_is_one_that_the_appliance_has() -> None:
    names = {name for alert in alerts() for name in re.findall(r"antesala_\w+", alert["expr"])}
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (FILES.parents[3] / "appliance").rglob("*.py")
    )
    for name in names:
        family = re.sub(r"_(total|bucket)$", "", name)
        assert f'"{family}"' in source, name


def test_the_grafana_dashboard_is_that_of_the_console() -> None:
    # Made by: python -m appliance.console.grafana > ansible/roles/observability/files/grafana-dashboard.json
    assert json.loads((FILES / "grafana-dashboard.json").read_text(encoding="utf-8")) == dashboard()
