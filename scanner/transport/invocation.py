"""One call of a cmdlet as it goes on the wire: address, headers and body, all built from the declaration.

Source: what the Exchange Online PowerShell module sends; Microsoft does not document the address.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import orjson

from scanner.transport.errors import RequestRefused
from scanner.transport.templates import Cmdlet

PAGE_SIZE: Final = 1000
SYSTEM_MAILBOX: Final = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
"""Every organization has this mailbox: calls that concern no mailbox are routed to where it is."""

_TEXT: Final = re.compile(r"[^\x00-\x20\x7f*?](?:[^\x00-\x1f\x7f*?]{0,318}[^\x00-\x20\x7f*?])?")
_MAILBOX: Final = re.compile(r"[!-~]+@[!-~]+")


@dataclass(frozen=True, slots=True)
class Invocation:
    """A cmdlet with the values of one call."""

    cmdlet: Cmdlet
    values: Mapping[str, str]

    @classmethod
    def of(cls, cmdlet: Cmdlet, values: Mapping[str, object]) -> Self:
        """Check the values of a call.

        Raises:
            RequestRefused: `parameter` where the names are not exactly the declared ones, `value`
                where a value is no text, could stand for several objects, or is no mailbox where one is due.
        """
        if values.keys() != set(cmdlet.values):
            raise RequestRefused(cmdlet.endpoint, code="parameter")
        texts = {name: value for name, value in values.items() if isinstance(value, str) and _TEXT.fullmatch(value)}
        if texts.keys() != values.keys() or (cmdlet.mailbox and not _MAILBOX.fullmatch(texts[cmdlet.mailbox])):
            raise RequestRefused(cmdlet.endpoint, code="value")
        return cls(cmdlet, texts)

    @property
    def body(self) -> bytes:
        """The JSON to post: name and parameters, in the order of the declaration."""
        given = {name: self.values[name] for name in self.cmdlet.values}
        parameters = {**dict(self.cmdlet.parameters), **given}
        return orjson.dumps({"CmdletInput": {"CmdletName": self.cmdlet.name, "Parameters": parameters}})

    @property
    def select(self) -> str:
        """The value of `$select`."""
        return ",".join(self.cmdlet.select)

    def anchor(self, tenant_id: str) -> str:
        """Return where the call is routed to: the mailbox it concerns, or the tenant's own."""
        mailbox = self.values[self.cmdlet.mailbox] if self.cmdlet.mailbox else ""
        return mailbox or f"APP:{SYSTEM_MAILBOX}@{tenant_id}"

    def headers(self, tenant_id: str) -> dict[str, str]:
        """Return the headers of every page of this call."""
        return {
            "accept": "application/json",
            "prefer": f"odata.maxpagesize={PAGE_SIZE}",
            "x-anchormailbox": self.anchor(tenant_id),
            "x-cmdletname": self.cmdlet.name,
            "x-responseformat": "json",
        }
