"""The front door's certificate, looked at as a file: nothing is connected to."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from cryptography import x509

_RENEW_BEFORE = timedelta(days=14)


def certificate_problems(path: Path | None, hostname: str, day: date) -> Iterator[str]:
    """What is wrong with the certificate that stands for `hostname`, or nothing."""
    where = "tls_certificate (APPLIANCE_TLS_CERTIFICATE)"
    if path is None:
        yield f"{where}: not set; expected the front door's certificate in PEM, so that its names and end can be seen"
        return
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        yield f"{where}: expected a certificate in PEM, got {path}: {error}"
        return
    now = datetime.combine(day, time(), UTC)
    end = certificate.not_valid_after_utc
    if end < now + _RENEW_BEFORE:
        yield f"{where}: ends on {end.date()}; renew it"
    if certificate.not_valid_before_utc > now + timedelta(days=1):
        yield f"{where}: begins only on {certificate.not_valid_before_utc.date()}"
    if hostname and not _names(certificate, hostname):
        yield f"{where}: is not for {hostname}, the host of public_url"


def _names(certificate: x509.Certificate, hostname: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        return ipaddress.ip_address(hostname) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        parent = hostname.partition(".")[2]
        return bool(
            {hostname, f"*.{parent}"} & {name.lower() for name in names.get_values_for_type(x509.DNSName)}
        )
