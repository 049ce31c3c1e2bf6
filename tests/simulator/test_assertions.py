"""What a signed assertion must say to be believed."""

import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from simulator.assertions import Assertion, BadAssertion, encoded, thumbprint_matches
from simulator.certificates import Signer, signer

APP = "11111111-0000-4000-8000-000000000001"
ENDPOINT = "https://127.0.0.1:9443/t/oauth2/v2.0/token"
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return signer(tmp_path_factory.mktemp("keys") / "app.pem", "app")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return signer(tmp_path_factory.mktemp("keys") / "stranger.pem", "stranger")


def signed(by: Signer, header: dict[str, Any] | None = None, **claims: object) -> Assertion:
    """An assertion that is right but for the claims given."""
    now = int(time.time())
    own = {"iss": APP, "sub": APP, "aud": ENDPOINT, "nbf": now, "exp": now + 600} | claims
    parts = ({"alg": "PS256"} | (header or {}), own)
    text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    scheme = padding.PKCS1v15() if parts[0]["alg"] == "RS256" else PSS
    return Assertion.parse(f"{text}.{encoded(by.key.sign(text.encode(), scheme, hashes.SHA256()))}")


def check(assertion: Assertion, app: Signer) -> None:
    assertion.check_signature(app.certificate)
    assertion.check_claims(issuer=APP, subject=APP, audiences=frozenset({ENDPOINT}))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_the_app_itself_is_believed(algorithm: str, app: Signer) -> None:
    check(signed(app, {"alg": algorithm}), app)


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        pytest.param({"iss": "somebody"}, "issuer", id="another issuer"),
        pytest.param({"sub": "somebody"}, "subject", id="another subject"),
        pytest.param({"aud": "https://vault.example"}, "audience", id="meant for another service"),
        pytest.param({"exp": 1_700_000_000}, "expired", id="too old"),
        pytest.param({"exp": "tomorrow"}, "expired", id="no date of expiry"),
        pytest.param({"nbf": 4_000_000_000}, "not yet valid", id="of the future"),
    ],
)
def test_a_claim_that_does_not_hold_is_refused(claims: dict[str, object], problem: str, app: Signer) -> None:
    with pytest.raises(BadAssertion, match=problem):
        check(signed(app, **claims), app)


def test_the_signature_of_a_stranger_is_refused(app: Signer, stranger: Signer) -> None:
    with pytest.raises(BadAssertion, match="not valid"):
        check(signed(stranger), app)


@pytest.mark.parametrize("algorithm", ["none", "HS256", None])
def test_another_algorithm_is_refused(algorithm: str | None, app: Signer) -> None:
    with pytest.raises(BadAssertion, match="not supported"):
        check(signed(app, {"alg": algorithm}), app)


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d", "e30.e30", "!.!.!", "W10.W10.AA", "e30.bm8.AA"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadAssertion):
        Assertion.parse(text)


@pytest.mark.parametrize("padded", ["", "="])
def test_a_certificate_is_known_by_either_thumbprint(padded: str, app: Signer, stranger: Signer) -> None:
    short = encoded(app.certificate.fingerprint(hashes.SHA1())) + padded  # noqa: S303 - the protocol's
    long = encoded(app.certificate.fingerprint(hashes.SHA256())) + padded

    assert thumbprint_matches({"x5t": short}, app.certificate)
    assert thumbprint_matches({"x5t#S256": long}, app.certificate)
    assert not thumbprint_matches({"x5t#S256": long, "x5t": short}, stranger.certificate)
    assert not thumbprint_matches({}, app.certificate)
