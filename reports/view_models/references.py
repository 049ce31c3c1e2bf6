"""Which controls and insurers' questions ask for a check."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from checks.frameworks import Framework, controls, mapping

NAMES: Final[Mapping[Framework, str]] = MappingProxyType(
    {
        Framework.CIS_M365_V7: "CIS Microsoft 365 Foundations v7",
        Framework.CIS_M365_V6: "CIS Microsoft 365 Foundations v6",
        Framework.CIS_CONTROLS_V8_1: "CIS Controls v8.1",
        Framework.SCUBA: "CISA SCuBA",
        Framework.CYFUN_2025: "CyberFundamentals 2025",
        Framework.CYFUN_2023: "CyberFundamentals 2023",
        Framework.NIS2: "NIS2",
        Framework.GDPR: "GDPR",
        Framework.ISO_27001: "ISO/IEC 27001:2022",
        Framework.SOC2: "SOC 2",
        Framework.MITRE: "MITRE ATT&CK",
    }
)
"""Names under which the lists are published, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What one list of controls says of a check."""

    framework: str
    control_ids: tuple[str, ...]


def references(check_id: str) -> tuple[Reference, ...]:
    """Return the controls that a check serves; none for a check that left the catalogue."""
    entry = mapping().get(check_id)
    cited = entry.references if entry else {}
    return tuple(Reference(name, cited[framework]) for framework, name in NAMES.items() if framework in cited)


def insurer_questions(check_id: str) -> tuple[str, ...]:
    """Return the questions of insurers that a check helps to answer, in English as the forms ask them."""
    entry = mapping().get(check_id)
    asked = entry.references.get(Framework.INSURER_QUESTIONS, ()) if entry else ()
    return tuple(controls(Framework.INSURER_QUESTIONS)[question].short_title for question in asked)
