"""One tenant's SharePoint admin site: signs in with a certificate, asks one thing."""

from dataclasses import dataclass

from scanner.transport.answers import Answer
from scanner.transport.budget import BudgetKey
from scanner.transport.send import Call, Sender
from scanner.transport.sharepoint_guard import PATH
from scanner.transport.templates import TenantSettings


@dataclass(frozen=True, slots=True)
class SharePointDoor:
    """What one session asks the SharePoint admin site through."""

    origin: str
    sender: Sender

    async def settings(self, declared: TenantSettings) -> Answer:
        """Send the one GET; see `Sender.send` for what it raises."""
        headers = {"accept": "application/json;odata=verbose"}
        key = BudgetKey(declared.workload)
        return await self.sender.send(Call(declared, f"{self.origin}{PATH}", key, declared.cost, headers))
