"""Certificates of the simulator: its CA, its server, the apps' client certificates.

Everything is written to a folder and used again when it is found there, so that a
second start costs nothing and a `tenants.toml` written earlier stays right.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID: Final = timedelta(days=365)
RENEW_BEFORE: Final = timedelta(days=1)
CA_FILE: Final = "sim-ca.pem"
SERVER_FILE: Final = "sim-server.pem"
PASSPHRASE: Final = "simulator"  # noqa: S105 - opens a certificate that only the simulator trusts


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """What TLS needs."""

    ca_file: Path
    server_file: Path
    """Certificate and key, PEM."""


def server_files(folder: Path) -> ServerFiles:
    """Return CA and server certificate of `folder`, made if absent or about to expire."""
    files = ServerFiles(folder / CA_FILE, folder / SERVER_FILE)
    if not (_usable(files.ca_file) and _usable(files.server_file)):
        _make_server_files(files)
    return files


def client_certificate(path: Path, common_name: str, *, days_valid: int = VALID.days) -> x509.Certificate:
    """Return the certificate of a PKCS#12 file, made if absent.

    RSA, because Entra accepts nothing else from an application. `days_valid` below zero
    makes a certificate that has expired. The certificate alone lies beside the file, for
    opening it means checking the key, which takes a tenth of a second.
    """
    public = path.with_suffix(".cer")
    if path.exists() and public.exists():
        stored = x509.load_der_x509_certificate(public.read_bytes())
        if days_valid < 0 or stored.not_valid_after_utc > datetime.now(UTC) + RENEW_BEFORE:
            return stored
    key, certificate = _own_certificate(common_name, days_valid)
    seal = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    _write_private(path, pkcs12.serialize_key_and_certificates(common_name.encode(), key, certificate, None, seal))
    public.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    return certificate


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def signer(path: Path, common_name: str) -> Signer:
    """Return key and certificate of a PEM file, made if absent or about to expire."""
    if not _usable(path):
        key, certificate = _own_certificate(common_name, VALID.days)
        _write_private(path, _pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
        return Signer(key, certificate)
    data = path.read_bytes()
    stored = serialization.load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(stored, rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} holds no RSA key")
    return Signer(stored, x509.load_pem_x509_certificate(data))


def _own_certificate(common_name: str, days_valid: int) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _name(common_name)
    end = datetime.now(UTC) + timedelta(days=days_valid)
    builder = _builder(name, name, key.public_key()).not_valid_before(end - VALID * 2).not_valid_after(end)
    return key, builder.sign(key, hashes.SHA256())


def _make_server_files(files: ServerFiles) -> None:
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, start, end = (
        _name("m365-posture simulator CA"),
        datetime.now(UTC) - RENEW_BEFORE,
        datetime.now(UTC) + VALID,
    )
    ca = (
        _builder(ca_name, ca_name, ca_key.public_key())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        _builder(_name("localhost"), ca_name, server_key.public_key())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    files.ca_file.parent.mkdir(parents=True, exist_ok=True)
    _write_private(files.server_file, _pem(server_key) + server.public_bytes(serialization.Encoding.PEM))
    files.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))


def _usable(path: Path) -> bool:
    """Tell whether the PEM file holds a certificate that stays valid long enough."""
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc > datetime.now(UTC) + RENEW_BEFORE


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    return builder.public_key(key).serial_number(x509.random_serial_number())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
