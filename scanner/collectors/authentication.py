"""How people can prove who they are: what they registered, and the old switch for each of them."""

from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.people import is_guest, may_sign_in
from scanner.collectors.plain import listing_of, read_each
from scanner.collectors.results import Result
from scanner.collectors.rows import Shape
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.authentication import AUTHENTICATION_METHODS, PER_USER_MFA, REGISTRATION_DETAILS
from scanner.snapshot.tables.directory import USERS
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "authentication"

LESSER_SOURCE: Final = "lesser_source"
"""Reason of a table that stands in for a better one: it proves that a method exists, no more."""

_REGISTRATION: Final = Template(
    Api.GRAPH_V1,
    "reports/authenticationMethods/userRegistrationDetails",
    Workload.REPORTS,
    permission="AuditLog.Read.All",
    pack=Pack.BASE,
    license="AAD_PREMIUM",
)
_METHODS: Final = Template(
    Api.GRAPH_V1,
    "users/{user_id}/authentication/methods",
    Workload.REPORTS,
    permission="UserAuthenticationMethod.Read.All",
    pack=Pack.BASE,
)
_PER_USER_MFA: Final = Template(
    Api.GRAPH_BETA,
    "users/{user_id}/authentication/requirements",
    Workload.IDENTITY,
    permission="Policy.Read.All",
    pack=Pack.BASE,
)
_METHODS_SHAPE: Final = Shape(AUTHENTICATION_METHODS, paths={"method_type": "@odata.type"})
_PER_USER_MFA_SHAPE: Final = Shape(PER_USER_MFA, paths={"id": "userId"})


async def _read_authentication_methods(reading: Reading) -> Result:
    """Read which kinds of methods each member has registered, only where the report of them is not licensed.

    Disabled accounts and guests are left out: nobody signs in with them, or their own firm asks.

    Cost:
        One request of the reports budget a person: five people in ten seconds.

    Source:
        https://learn.microsoft.com/graph/api/authentication-list-methods
    """
    report = reading.scan.finished[REGISTRATION_DETAILS.name]
    if report.state is not TableState.UNLICENSED:
        return Result(TableState.SKIPPED, reason=f"instead:{REGISTRATION_DETAILS.name}", mend=report.mend)
    users = await reading.rows_of(USERS, ("id", "user_type", "user_principal_name", "account_enabled"))
    people = [user["id"] for user in users if may_sign_in(user) and not is_guest(user)]
    result = await read_each(reading, _METHODS, _METHODS_SHAPE, "user_id", people)
    return result if result.reason else Result(reason=LESSER_SOURCE, objects_read=result.objects_read)


async def _read_per_user_mfa(reading: Reading) -> Result:
    """Read the per-user state of multifactor authentication of every enabled account.

    Only beta tells it, and nobody has published its limit: everything else of the directory is read before.

    Cost:
        One request of the directory's budget an account, twenty to a batch.

    Source:
        https://learn.microsoft.com/graph/api/authentication-get
    """
    users = await reading.rows_of(USERS, ("id", "account_enabled"))
    people = [user["id"] for user in users if may_sign_in(user)]
    return await read_each(reading, _PER_USER_MFA, _PER_USER_MFA_SHAPE, "user_id", people, objects=True)


COLLECTORS: Final = (
    Collector(REGISTRATION_DETAILS, AREA, (_REGISTRATION,), listing_of(_REGISTRATION, Shape(REGISTRATION_DETAILS))),
    Collector(
        AUTHENTICATION_METHODS,
        AREA,
        (_METHODS,),
        _read_authentication_methods,
        needs=(USERS.name,),
        after=(REGISTRATION_DETAILS.name,),
    ),
)
LAST: Final = (Collector(PER_USER_MFA, AREA, (_PER_USER_MFA,), _read_per_user_mfa, needs=(USERS.name,), is_last=True),)
