"""Going live: everything that is missing is said at once, and a complete installation lacks nothing."""

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from pack_files import MANIFEST, files, write_pack

from appliance.errors import SettingsError
from appliance.governance import load_governance, release_of, what_is_missing
from appliance.governance.record import EXAMPLE, Governance
from appliance.knowledge.pack import load_pack
from appliance.settings import Settings
from appliance.vault import KEY_RING, KeyRing

TODAY = date(2026, 11, 3)
HOST = "assistant.hospital.example"


def certificate(path: Path, host: str = HOST, days: int = 90) -> Path:
    """A self-signed certificate for the host that ends in so many days."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, None)
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    assert made.fingerprint(hashes.SHA256())
    return path


def governance(
    path: Path, release: str, *, jurisdiction: str = "ES", roles: str = "clinical dpo security legal"
) -> Path:
    head = f"""jurisdiction = "{jurisdiction}"
[controller]
name = "Hospital"
address = "Street"
contact = "privacy@hospital.example"
[data_protection_officer]
name = "Officer"
contact = "dpo@hospital.example"
[alerts]
emergencies = "desk"
operations = "rota"
tested_on = 2026-10-20
"""
    signed = "".join(
        f'[[sign_off]]\nrole = "{role}"\nname = "N"\ndate = 2026-11-01\nrelease = "{release}"\n'
        for role in roles.split()
    )
    path.write_text(head + signed, encoding="utf-8")
    return path


@pytest.fixture
def complete(tmp_path: Path) -> Callable[..., Settings]:
    """The settings of an installation that lacks nothing, but for what is changed."""
    pack = write_pack(tmp_path / "pack", files() | {"pack.toml": MANIFEST})
    secrets = tmp_path / "secrets"
    KeyRing.new("2026-11-01").save(secrets / KEY_RING)
    release = str(release_of(load_pack(pack)))

    def made(**changes: Any) -> Settings:
        return Settings.model_validate(
            {
                "pack": pack,
                "secrets_dir": secrets,
                "public_url": f"https://{HOST}",
                "twilio_sender": "whatsapp:+12025550100",
                "redis_url": "redis://values.hospital.example",
                "vault_url": "redis://keys.hospital.example",
                "checkpoints_file": tmp_path / "apart.jsonl",
                "tls_certificate": certificate(tmp_path / "tls.pem"),
                "governance": governance(tmp_path / "governance.toml", release),
            }
            | changes
        )

    return made


Complete = Callable[..., Settings]


def missing(settings: Settings) -> str:
    return "\n".join(what_is_missing(settings, TODAY))


def test_a_complete_installation_lacks_nothing(complete: Complete) -> None:
    assert missing(complete()) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"public_url": "http://plain.example"}, "public_url (APPLIANCE_PUBLIC_URL): expected https"),
        ({"twilio_api_url": "http://127.0.0.1:1"}, "twilio_api_url: expected https"),
        ({"twilio_sender": ""}, "twilio_sender"),
        ({"tls_certificate": None}, "tls_certificate (APPLIANCE_TLS_CERTIFICATE): not set"),
        ({"public_url": "https://other.example"}, "is not for other.example"),
        ({"vault_url": "redis://values.hospital.example/1"}, "expected a Redis of its own"),
        (
            {"redis_url": "sentinel://a:1,b:1/values", "vault_url": "sentinel://a:1,b:1/values?db=1"},
            "expected a Redis of its own",
        ),
        ({"egress_guard": False}, "egress_guard (APPLIANCE_EGRESS_GUARD): off"),
        ({"checkpoints_file": None}, "neither is set; keep the journal's signatures on another disk"),
        ({"governance": None}, "governance (APPLIANCE_GOVERNANCE): not set"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    complete: Complete, change: dict[str, Any], said: str
) -> None:
    assert said in missing(complete(**change))


def test_two_masters_of_the_same_sentinels_are_two_servers(complete: Complete) -> None:
    urls = {"redis_url": "sentinel://a:1,b:1/values", "vault_url": "sentinel://a:1,b:1/keys"}
    assert "expected a Redis of its own" not in missing(complete(**urls))


def test_a_certificate_that_ends_soon_is_to_be_renewed(complete: Complete, tmp_path: Path) -> None:
    assert "renew it" in missing(complete(tls_certificate=certificate(tmp_path / "old.pem", days=3)))


def test_what_is_no_certificate_is_said(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    assert "expected a certificate in PEM" in missing(complete(tls_certificate=tmp_path / "no.pem"))


def test_keys_of_the_demo_are_none_for_patients(complete: Complete, tmp_path: Path) -> None:
    KeyRing.new("demo").save(tmp_path / "demo" / KEY_RING)
    assert "the master key 'demo' is none for patients" in missing(complete(secrets_dir=tmp_path / "demo"))


def test_a_demonstration_is_refused(complete: Complete, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "demo-pack", files() | {"pack.toml": f"demonstration = true\n{MANIFEST}"})
    assert "expected a pack that clinicians approved" in missing(complete(pack=pack))


def test_every_role_signs_and_for_this_release(complete: Complete, tmp_path: Path) -> None:
    release = str(release_of(load_pack(complete().pack)))
    two = governance(tmp_path / "two.toml", release, roles="clinical legal")
    said = missing(complete(governance=two))
    assert f"sign-off dpo (Data protection officer): none; expected one for release {release}" in said
    assert "sign-off security" in said
    assert "sign-off clinical" not in said
    old = governance(tmp_path / "old.toml", "0.0.9+pack-000000000000")
    assert f"is for release 0.0.9+pack-000000000000, this is {release}: ask for it again" in missing(
        complete(governance=old)
    )


def test_alerts_are_tested_every_90_days(complete: Complete) -> None:
    said = "\n".join(what_is_missing(complete(), date(2027, 2, 1)))
    assert "alerts.tested_on: 2026-10-20; expected a test within 90 days" in said


def test_in_the_united_states_whatsapp_may_carry_no_health_data(complete: Complete, tmp_path: Path) -> None:
    release = str(release_of(load_pack(complete().pack)))
    there = governance(tmp_path / "us.toml", release, jurisdiction="US")
    assert "WhatsApp is not HIPAA-eligible" in missing(complete(governance=there))


def test_the_example_is_a_valid_record(tmp_path: Path) -> None:
    assert Governance.model_validate(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", ["jurisdiction = 1", "not toml", 'jurisdiction = "ES"'])
def test_a_wrong_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "g.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"g\.toml"):
        load_governance(tmp_path / "g.toml")
