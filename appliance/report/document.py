"""The report as a value: what was found, and what of it somebody has to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.audit import Broken, Verified
from appliance.audit.span import Span
from appliance.egress import Peer
from appliance.governance import Governance
from appliance.report.activity import Activity
from appliance.report.barriers import Firewall, Proxy
from appliance.report.flow import Flow
from appliance.report.inventory import Store
from appliance.report.keys import Keys
from appliance.report.models import Approval, Model
from appliance.report.stores import Examined

_OLD_KEY_DAYS = 365


@dataclass(frozen=True)
class Kept:
    """What a clock says of a class of data, and what was found.

    Attributes:
        what: the class.
        measure: what `longest` is: the life that is left, or the age.
        found: how many there are.
        longest: of all of them; None when there are none.
        without_end: how many would never end.
    """

    what: str
    measure: str
    limit: timedelta
    found: int
    longest: timedelta | None
    without_end: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing lives longer than it may."""
        return not self.without_end and (self.longest is None or self.longest <= self.limit)


@dataclass(frozen=True)
class Material:
    """A line of the bill of materials."""

    name: str
    version: str
    licence: str
    kind: str


@dataclass(frozen=True)
class Report:
    """Everything that the page shows.

    Attributes:
        settings_digest: SHA-256 of the settings without their secrets.
        bill_digest: SHA-256 of the bill of materials beside the page.
        missing: what going live would still want, as `appliance check --go-live` says it.
    """

    institution: str
    title: str
    demonstration: bool
    release: str
    program: str
    knowledge: str
    settings_digest: str
    host: str
    span: Span
    made_at: datetime
    chain: Verified | Broken
    files: int
    key_fingerprint: str
    activity: Activity
    flow: Flow
    peers: tuple[Peer, ...]
    guard: bool
    stores: tuple[Store, ...]
    examined: tuple[Examined, ...]
    seals_checked: bool
    kept: tuple[Kept, ...]
    keys: Keys
    models: tuple[Model, ...]
    approvals: tuple[Approval, ...]
    languages: tuple[str, ...]
    firewall: Firewall
    proxy: Proxy
    governance: Governance | None
    missing: tuple[str, ...]
    bill: tuple[Material, ...]
    bill_digest: str

    @property
    def findings(self) -> tuple[str, ...]:
        """What somebody has to look at, one sentence each; empty when all is as it should be."""
        return tuple(_findings(self))

    @property
    def values(self) -> int:
        """How many values were looked at in all stores."""
        return sum(store.total.total() for store in self.examined)

    @property
    def in_clear(self) -> int:
        """How many of them are neither sealed nor metadata, or have a broken seal."""
        return sum(store.total["clear"] + store.total["broken"] for store in self.examined)

    @property
    def refused(self) -> int:
        """How often the guard refused something in the span."""
        return self.activity.refused.total()


def _findings(report: Report) -> Iterator[str]:
    if isinstance(report.chain, Broken):
        yield f"The journal is not as it was written: record {report.chain.record} was {report.chain.kind}."
    yield from _store_findings(report)
    yield from _key_findings(report)
    yield from _version_findings(report)
    yield from _egress_findings(report)
    for right in report.activity.rights:
        if right.open:
            yield f"Requests of the kind {right.name} that came in the span and were not met in it: {right.open}."


def _store_findings(report: Report) -> Iterator[str]:
    for store in report.examined:
        if store.problem:
            yield f"The store of {store.setting} could not be examined: {store.problem}."
        for suspect in store.suspects:
            yield f"The store of {store.setting} holds values that are not sealed: {suspect}."
    if not report.seals_checked:
        yield "The key ring was not at hand: seals were recognised by their form and not opened."
    for kept in report.kept:
        if not kept.holds:
            yield f"Retention is not kept: {kept.what}."


def _version_findings(report: Report) -> Iterator[str]:
    for model in report.models:
        if model.problem:
            yield f"A model is not what it must be: {model.problem}."
    for approval in report.approvals:
        if not approval.served:
            yield f"The statement {approval.statement} is not approved, or past its review; it is not served."
    if report.demonstration:
        yield "The knowledge is a demonstration that no clinician approved. It may not be used with patients."


def _egress_findings(report: Report) -> Iterator[str]:
    if not report.guard:
        yield "The egress guard is off."
    for process in report.activity.loose:
        yield f"The guard of a process of the kind {process} let everything on the machine itself through."
    if report.refused:
        yield f"Attempts that the egress guard refused, which section 7 names: {report.refused}."
    if report.proxy.denied:
        yield f"Requests that the proxy denied, which section 7 names: {sum(n for _, n in report.proxy.denied)}."


def _key_findings(report: Report) -> Iterator[str]:
    for problem in report.keys.problems:
        yield f"A key could not be examined: {problem}."
    for master in report.keys.masters:
        if master.current and (master.age_days or 0) > _OLD_KEY_DAYS:
            yield f"The master key {master.key_id} is {master.age_days} days old: rotate it."
    for unknown in report.keys.unknown_masters:
        yield f"Data keys are wrapped by the master key {unknown}, which the key ring lacks: they cannot be read."
