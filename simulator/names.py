"""Believable Belgian names for people, firms and files; all fictional."""

import uuid
from typing import Final

FIRST_NAMES: Final = (
    "An", "Bart", "Chantal", "Dirk", "Els", "Fatima", "Geert", "Hélène", "Ilse", "Jan",
    "Karim", "Lies", "Marc", "Nathalie", "Olivier", "Pieter", "Quinten", "Sofie", "Thomas", "Ursula",
    "Veerle", "Wim", "Youssef", "Zoë", "Aïcha", "Benoît", "Camille", "Didier", "Élodie", "Françoise",
)  # fmt: skip
LAST_NAMES: Final = (
    "Van den Broeck", "De Smedt", "Vandenberghe", "Noël", "D'Hondt", "N'Diaye", "Janssens", "Peeters",
    "Claes", "Wouters", "Lambert", "Dubois", "Leclercq", "Mertens", "Van Damme", "El Amrani", "Goossens",
    "Hermans", "Desmet", "Martin", "Van Hoof", "Simon", "Lemmens", "Bogaert", "Renard", "Pauwels",
)  # fmt: skip
DEPARTMENTS: Final = ("Partners", "Associates", "Onthaal", "Boekhouding", "Stagiairs", "Secretariaat")
MATTERS: Final = ("Immo Delta", "Bouwwerken Claes", "Erfenis Wouters", "Transport Renard", "Horeca Simon")
CITIES: Final = (
    ("Gent", "Oost-Vlaanderen", "BE", 51.05, 3.72),
    ("Antwerpen", "Antwerpen", "BE", 51.22, 4.4),
    ("Liège", "Liège", "BE", 50.63, 5.57),
    ("Lille", "Nord", "FR", 50.63, 3.06),
    ("Maastricht", "Limburg", "NL", 50.85, 5.69),
)

_PLAIN: Final = str.maketrans(
    {"é": "e", "è": "e", "ê": "e", "ë": "e", "ï": "i", "î": "i", "ö": "o", "ô": "o", "ü": "u", "ç": "c", "É": "e"}
    | dict.fromkeys(" '", None)
)


def stable_uuid(*parts: object) -> str:
    """Return the same GUID for the same parts, on every machine."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "m365-posture-simulator/" + "/".join(map(str, parts))))


def mail_name(first: str, last: str) -> str:
    """Return the part before the at sign: plain letters and one dot."""
    return f"{first}.{last}".translate(_PLAIN).lower()
