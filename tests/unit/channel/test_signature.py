"""Signatures: the vectors of Twilio's own tests, its Python library as second opinion, and what must fail."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from appliance.channel.signature import is_body_signed, is_signed, signature_of, signed_urls

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
BODY = b'{"property": "value", "boolean": true}'
DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


def _urls(base: str) -> tuple[str, ...]:
    return signed_urls(base, "/myapp.php", "foo=1&bar=2")


@pytest.mark.parametrize(
    ("base", "signature"),
    [
        ("https://mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_twilios_vectors_for_urls_with_and_without_port(base: str, signature: str) -> None:
    assert is_signed(TOKEN, _urls(base), CALL, signature)


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        (
            [("Sid", "CA123"), ("SidAccount", "AC123"), *(("Digits", d) for d in ("5678", "1234", "1234"))],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            [("MessagingBinding.Address", a) for a in ("+1325xxxxxxx", "+1415xxxxxxx")],
            "83O6e2vORAoJHUNzJjDWN1jz+BA=",
        ),
    ],
)
def test_twilios_vectors_for_repeated_names(params: list[tuple[str, str]], signature: str) -> None:
    """Equal values of a name count once, different ones are sorted."""
    assert signature_of(TOKEN, URL, params) == signature
    assert signature_of(TOKEN, URL, reversed(params)) == signature


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (f"{URL}&bodySHA256={DIGEST}", "a9nBmqA0ju/hNViExpshrM61xv4="),
        (f"https://mycompany.com/myapp.php?bodySHA256={DIGEST}", "y77kIzt2vzLz71DgmJGsen2scGs="),
    ],
)
def test_twilios_vectors_for_json_bodies(url: str, signature: str) -> None:
    assert signature_of(TOKEN, url) == signature
    assert is_body_signed(url.partition("?")[2], BODY)


@pytest.mark.parametrize(
    "query",
    ["", "foo=1", f"bodySHA256={'0' * 64}", f"bodySHA256={DIGEST}&bodySHA256={DIGEST}", "bodySHA256=é"],
)
def test_a_body_without_its_own_digest_is_not_signed(query: str) -> None:
    assert not is_body_signed(query, BODY)


def test_the_urls_are_those_of_the_configured_base_with_its_prefix() -> None:
    assert signed_urls("https://hospital.example/antesala/", "/webhooks/x", "") == (
        "https://hospital.example/antesala/webhooks/x",
        "https://hospital.example:443/antesala/webhooks/x",
    )
    assert signed_urls("http://[::1]:8080", "/x", "a=%20") == (
        "http://[::1]/x?a=%20",
        "http://[::1]:8080/x?a=%20",
    )


@pytest.mark.parametrize(
    "header", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "rsoydt4t1cutdk1pdd93/vvr8b8=", "é", "=" * 99]
)
def test_any_other_header_is_refused(header: str) -> None:
    assert not is_signed(TOKEN, _urls("https://mycompany.com"), CALL, header)


def test_a_change_of_token_url_name_or_value_breaks_the_signature() -> None:
    signature = signature_of(TOKEN, URL, CALL)
    assert not is_signed("12346", [URL], CALL, signature)
    assert not is_signed(TOKEN, [URL + "&x=1"], CALL, signature)
    assert not is_signed(TOKEN, [URL], [*CALL, ("Body", "")], signature)
    assert not is_signed(TOKEN, [URL], CALL[1:], signature)


_values = st.text(st.characters(codec="utf-8"), max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(_values.filter(bool), _values), max_size=8), st.sampled_from(["", ":8443"]))
def test_twilios_python_library_agrees(params: list[tuple[str, str]], port: str) -> None:
    base = "https://hospital.example" + port
    url = f"{base}/webhooks/twilio/whatsapp"
    theirs = RequestValidator(TOKEN)
    assert theirs.compute_signature(url, MultiDict(params)) == signature_of(TOKEN, url, params)
    for signed in signed_urls(base, "/webhooks/twilio/whatsapp", ""):
        assert theirs.validate(url, MultiDict(params), signature_of(TOKEN, signed, params))


def test_the_digest_is_that_of_the_raw_body() -> None:
    body = "¿Puedo beber agua?".encode("latin-1")
    assert is_body_signed(f"bodySHA256={hashlib.sha256(body).hexdigest().upper()}", body)
