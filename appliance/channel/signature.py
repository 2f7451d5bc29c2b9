"""Twilio's webhook signatures: computed and checked, without any I/O.

Source: https://www.twilio.com/docs/usage/security, and the tests of Twilio's own libraries.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

SIGNATURE_HEADER = "X-Twilio-Signature"
_DEFAULT_PORTS = {"https": 443, "http": 80}


def signature_of(token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """The signature that Twilio puts on a webhook: base64 of HMAC-SHA1.

    Args:
        token: the account's auth token.
        url: as Twilio has it, query included, nothing decoded.
        params: the form's names and values; a name may occur several times, equal values count once.
    """
    signed = url + "".join(name + value for name, value in sorted(set(params)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode("ascii")


def is_signed(token: str, urls: Iterable[str], params: Iterable[tuple[str, str]], header: str) -> bool:
    """Whether the header is the signature for one of the URLs, compared in constant time."""
    form = frozenset(params)
    given = header.encode()
    # All are compared, so that the time does not tell which of them fits.
    fits = [hmac.compare_digest(signature_of(token, url, form).encode(), given) for url in urls]
    return any(fits)


def is_body_signed(query: str, body: bytes) -> bool:
    """Whether a body that is no form is the one whose SHA-256 the (signed) query carries as bodySHA256."""
    digests = parse_qs(query).get("bodySHA256", [])
    # Neither side is a secret, so an ordinary comparison does.
    return [digest.lower() for digest in digests] == [hashlib.sha256(body).hexdigest()]


def signed_urls(public_url: str, path: str, query: str) -> tuple[str, ...]:
    """The URLs that Twilio may have signed: with the port and without, since its own machines differ in that.

    Args:
        public_url: the configured base, http(s)://host[:port][/prefix]. What the request says about its host
            is not used: behind a proxy it is another, and a stranger can write it.
        path: raw, as it stood in the request.
        query: raw, without the question mark.
    """
    base = urlsplit(public_url.rstrip("/"))
    host = base.netloc.removesuffix(f":{base.port}") if base.port else base.netloc
    port = base.port or _DEFAULT_PORTS[base.scheme]
    rest = base.path + path + (f"?{query}" if query else "")
    return f"{base.scheme}://{host}{rest}", f"{base.scheme}://{host}:{port}{rest}"
