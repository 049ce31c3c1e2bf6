"""The certificate with which the scanner's app proves itself: made here, so that its private key never travels."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from m365_posture.files import PRIVATE_FILE, private_folder
from m365_posture.keys import KeyUnusable

_BITS: Final = 3072
_EXPONENT: Final = 65537


def create_app_certificate(path: Path, days: int) -> datetime:
    """Write a new private key with its self-signed certificate as PEM that only its owner can read.

    Returns:
        When it ends, UTC.

    Raises:
        KeyUnusable: The file exists or cannot be made; a key is never overwritten.
    """
    begin = datetime.now(UTC).replace(microsecond=0)
    end = begin + timedelta(days=days)
    key = rsa.generate_private_key(_EXPONENT, _BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "m365-posture")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, end)
    certificate = builder.sign(key, SHA256())
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(
        Encoding.PEM
    )
    try:
        private_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        raise KeyUnusable(f"{path} exists already: choose another file, a key is never overwritten.") from None
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be written ({error.strerror}): choose another file.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return end
