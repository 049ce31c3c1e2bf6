"""Signed assertions: an app's certificate, or a token of another identity provider."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from simulator.certificates import Signer

EXCHANGE_AUDIENCE: Final = "api://AzureADTokenExchange"
ISSUER: Final = "https://identity.msp.example"
_PARTS: Final = 3
_CLOCK_SKEW_S: Final = 300


class BadAssertion(Exception):
    """The assertion proves nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A JSON web token, taken apart but not yet believed."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> "Assertion":
        """Take a compact token apart.

        Raises:
            BadAssertion: It is no token.
        """
        parts = text.split(".")
        if len(parts) != _PARTS:
            raise BadAssertion("the assertion is not a signed token")
        try:
            header, claims = json.loads(_decoded(parts[0])), json.loads(_decoded(parts[1]))
            signature = _decoded(parts[2])
        except (ValueError, binascii.Error):
            raise BadAssertion("the assertion is malformed") from None
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise BadAssertion("the assertion is malformed")
        return cls(header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)

    def check_signature(self, certificate: x509.Certificate) -> None:
        """Check the signature (RS256 or PS256) with a certificate's key.

        Raises:
            BadAssertion: Another key signed it, or it was changed.
        """
        key = certificate.public_key()
        algorithm = self.header.get("alg")
        if not isinstance(key, rsa.RSAPublicKey) or algorithm not in {"RS256", "PS256"}:
            raise BadAssertion("the signature algorithm is not supported")
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        scheme = pss if algorithm == "PS256" else padding.PKCS1v15()
        try:
            key.verify(self.signature, self.signed, scheme, hashes.SHA256())
        except InvalidSignature:
            raise BadAssertion("the signature is not valid") from None

    def check_claims(self, *, issuer: str, subject: str, audiences: frozenset[str]) -> None:
        """Check who speaks, for whom and until when.

        Raises:
            BadAssertion: A claim does not hold.
        """
        if self.claims.get("iss") != issuer or self.claims.get("sub") != subject:
            raise BadAssertion("issuer or subject is not the application")
        if self.claims.get("aud") not in audiences:
            raise BadAssertion("the audience is not this token endpoint")
        now = time.time()
        if not _number(self.claims, "exp") > now - _CLOCK_SKEW_S:
            raise BadAssertion("the assertion has expired")
        if self.claims.get("nbf", now) > now + _CLOCK_SKEW_S:
            raise BadAssertion("the assertion is not yet valid")


def thumbprint_matches(header: Mapping[str, Any], certificate: x509.Certificate) -> bool:
    """Tell whether `x5t#S256` or `x5t` names this certificate."""
    # azure-identity pads the thumbprint, which base64url does not ask for; Entra takes both.
    if "x5t#S256" in header:
        return str(header["x5t#S256"]).rstrip("=") == encoded(certificate.fingerprint(hashes.SHA256()))
    return str(header.get("x5t")).rstrip("=") == encoded(certificate.fingerprint(hashes.SHA1()))  # noqa: S303 - the protocol's


def federated_token(provider: Signer, subject: str, *, lifetime_s: int) -> str:
    """Return a token of the simulated identity provider."""
    now = int(time.time())
    header = {"alg": "RS256", "typ": "JWT", "kid": encoded(provider.certificate.fingerprint(hashes.SHA256()))}
    claims = {"iss": ISSUER, "sub": subject, "aud": EXCHANGE_AUDIENCE, "iat": now, "nbf": now, "exp": now + lifetime_s}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encoded(provider.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
