"""What is missing before real patients may write: one sentence each, saying what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from urllib.parse import urlsplit

from appliance.errors import ApplianceError
from appliance.governance.certificate import certificate_problems
from appliance.governance.record import EXAMPLE, ROLES, Governance, load_governance
from appliance.knowledge.pack import Pack, load_pack
from appliance.settings import Settings
from appliance.vault import KEY_RING, KeyRing
from appliance.vault.sentinels import WatchedAddress

_ALERTS_TESTED_WITHIN = timedelta(days=90)
_UNREAL_KEYS = frozenset({"demo", "test", "example"})


@dataclass(frozen=True)
class Release:
    """What a sign-off is for: a version of the program with a version of the knowledge."""

    program: str
    knowledge: str

    def __str__(self) -> str:
        return f"{self.program}+{self.knowledge}"


def release_of(pack: Pack) -> Release:
    """The release that this program is with this pack."""
    return Release(version("antesala"), pack.version)


def what_is_missing(settings: Settings, today: date | None = None) -> tuple[str, ...]:
    """Everything at once; `today` in UTC."""
    day = today or datetime.now(UTC).date()
    return (*_pack(settings, day), *_keys(settings), *_network(settings, day), *_journal(settings),
            *_people(settings, day))  # fmt: skip


def _pack(settings: Settings, day: date) -> Iterator[str]:
    try:
        pack = load_pack(settings.pack)
    except ApplianceError:
        return  # `appliance check` says so already.
    if pack.manifest.demonstration:
        yield (
            f"{settings.pack / 'pack.toml'}, demonstration: a demonstration; expected a pack that clinicians "
            "approved: set APPLIANCE_PACK to the hospital's own"
        )
    if unserved := sorted(set(pack.statements) - pack.served(day)):
        yield (
            f"{settings.pack / 'statements.yaml'}: not approved, or past their review: {', '.join(unserved)}; "
            "have them approved anew, or take them out"
        )


def _keys(settings: Settings) -> Iterator[str]:
    if settings.secrets_dir is None:
        return  # `appliance check` says so already.
    try:
        ring = KeyRing.load(settings.secrets_dir / KEY_RING)
    except ApplianceError:
        return
    if unreal := sorted(_UNREAL_KEYS & set(ring.masters)):
        yield (
            f"{settings.secrets_dir / KEY_RING}: the master key {unreal[0]!r} is none for patients; make new keys "
            "in an empty directory with: appliance keys new"
        )


def _network(settings: Settings, day: date) -> Iterator[str]:
    public = urlsplit(settings.public_url)
    if public.scheme != "https":
        yield f"public_url (APPLIANCE_PUBLIC_URL): expected https://…, got {settings.public_url!r}"
    if urlsplit(settings.twilio_api_url).scheme != "https":
        yield f"twilio_api_url: expected https://…, got {settings.twilio_api_url!r}: replies would leave in clear"
    if not settings.twilio_sender:
        yield "twilio_sender (APPLIANCE_TWILIO_SENDER): expected the hospital's own number, whatsapp:+…"
    yield from certificate_problems(settings.tls_certificate, public.hostname or "", day)
    if _place(settings.redis_url) == _place(settings.vault_url):
        yield (
            "vault_url (APPLIANCE_VAULT_URL): the same server as redis_url; expected a Redis of its own for wrapped "
            "data keys, since in one backup with the values they would outlive an erasure"
        )
    if not settings.egress_guard:
        yield "egress_guard (APPLIANCE_EGRESS_GUARD): off; expected on"


def _place(url: str) -> tuple[str | None, int | None, str]:
    if address := WatchedAddress.read(url):
        return str(address), None, ""
    parts = urlsplit(url)
    return parts.hostname, parts.port or 6379, parts.path if parts.scheme == "unix" else ""


def _journal(settings: Settings) -> Iterator[str]:
    if settings.checkpoints_file is None and not settings.syslog_url:
        yield (
            "checkpoints_file (APPLIANCE_CHECKPOINTS_FILE), syslog_url (APPLIANCE_SYSLOG_URL): neither is set; keep "
            "the journal's signatures on another disk or machine, or a cut of both would not show"
        )


def _people(settings: Settings, day: date) -> Iterator[str]:
    if settings.governance is None:
        yield (
            "governance (APPLIANCE_GOVERNANCE): not set; expected a file with controller, alerts and sign-offs: "
            f"copy {EXAMPLE} and fill it in"
        )
        return
    try:
        record = load_governance(settings.governance)
    except ApplianceError as error:
        yield str(error)
        return
    yield from _alerts(record, day)
    yield from _sign_offs(settings, record, day)
    if record.jurisdiction == "US":
        yield (
            "jurisdiction US: WhatsApp is not HIPAA-eligible and Meta signs no business associate agreement: this "
            "channel may carry no health data there"
        )


def _alerts(record: Governance, day: date) -> Iterator[str]:
    if not day - _ALERTS_TESTED_WITHIN <= record.alerts.tested_on <= day:
        yield (
            f"alerts.tested_on: {record.alerts.tested_on}; expected a test within {_ALERTS_TESTED_WITHIN.days} days "
            "that reached both receivers: send one and write the day down"
        )


def _sign_offs(settings: Settings, record: Governance, day: date) -> Iterator[str]:
    try:
        wanted = str(release_of(load_pack(settings.pack)))
    except ApplianceError:
        return
    for role, title in ROLES.items():
        given = [sign_off for sign_off in record.sign_off if sign_off.role == role]
        if not given:
            yield f"sign-off {role} ({title}): none; expected one for release {wanted}"
        elif wanted not in {sign_off.release for sign_off in given}:
            newest = max(given, key=lambda sign_off: sign_off.date)
            yield f"sign-off {role} ({title}): is for release {newest.release}, this is {wanted}: ask for it again"
        elif all(sign_off.date > day for sign_off in given if sign_off.release == wanted):
            yield f"sign-off {role} ({title}): is dated in the future"
