"""The certificate an app proves itself with: read, checked, never logged."""

import os
import stat
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from m365_posture.config import ConfigError
from scanner.transport.errors import AuthenticationFailed


def load_certificate(path: Path, password: str, now: datetime) -> bytes:
    """Return the file's bytes once certificate and private key are known to be usable; see `read_certificate`."""
    read_certificate(path, password, now)
    return path.read_bytes()


def read_certificate(path: Path, password: str, now: datetime) -> x509.Certificate:
    """Return the certificate once it and its private key are known to be usable.

    Args:
        path: PKCS#12, or PEM with certificate and private key.
        password: Empty when there is none.
        now: Aware, UTC.

    Raises:
        ConfigError: The file cannot be read, the passphrase is wrong, the key or the certificate
            is missing, or an unprotected private key may be read by others.
        AuthenticationFailed: The certificate has expired or is not valid yet.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"Certificate {path} cannot be read ({error.strerror}).") from None
    if _others_can_read(path) and _is_open(data):
        raise ConfigError(
            f"The private key in {path} has no passphrase and other users may read it: "
            "protect it with a passphrase, or allow only its owner to read it (chmod 600)."
        )
    certificate = _certificate(path, data, password)
    _check_dates(path, certificate, now)
    return certificate


def needs_passphrase(path: Path) -> bool:
    """Whether there is a file at `path` that cannot be used without a passphrase."""
    return path.is_file() and not _is_open(path.read_bytes())


def _is_open(data: bytes) -> bool:
    """Whether the private key can be read without a passphrase."""
    try:
        _load(data, b"")
    except (ValueError, TypeError):
        return False
    return True


def _certificate(path: Path, data: bytes, password: str) -> x509.Certificate:
    try:
        return _load(data, password.encode())
    except (ValueError, TypeError):
        hint = "the passphrase is wrong" if password else "it needs a passphrase"
        raise ConfigError(
            f"Certificate {path} cannot be used: {hint}, or it is no PKCS#12 or PEM file with certificate and key."
        ) from None


def _load(data: bytes, password: bytes) -> x509.Certificate:
    """Load key and certificate; ValueError or TypeError when that is impossible."""
    if b"-----BEGIN" in data:
        load_pem_private_key(data, password or None)
        return x509.load_pem_x509_certificate(data)
    bundle = load_pkcs12(data, password or None)
    if bundle.key is None or bundle.cert is None:
        raise ValueError
    return bundle.cert.certificate


def _others_can_read(path: Path) -> bool:
    # On Windows the mode says nothing about who may read: access lists decide there.
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _check_dates(path: Path, certificate: x509.Certificate, now: datetime) -> None:
    end, start = certificate.not_valid_after_utc, certificate.not_valid_before_utc
    if end < now:
        raise AuthenticationFailed(
            "login",
            code="certificate_expired",
            sentence=f"Certificate {path} expired on {end:%Y-%m-%d}: create a new one and add it to the app.",
        )
    if start > now:
        raise AuthenticationFailed(
            "login",
            code="certificate_not_valid_yet",
            sentence=f"Certificate {path} is valid from {start:%Y-%m-%d} only: check this machine's clock.",
        )
