"""Exchange's mail flow: rules, forwarding, connectors, domains, and what the organization decided for all mailboxes."""

from collections.abc import Mapping
from typing import Final

from scanner.collectors.collector import Collector, Read, Reading
from scanner.collectors.exchange_rows import EVERYTHING, exchange_shape, objects_given, result_of_listing, selected
from scanner.collectors.mail import AREA
from scanner.collectors.results import Result
from scanner.collectors.rows import Shape
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.mail_flow import (
    ACCEPTED_DOMAINS,
    AUTHENTICATION_POLICIES,
    DKIM_SIGNING_CONFIGS,
    INBOUND_CONNECTORS,
    ORGANIZATION_CONFIG,
    OUTBOUND_CONNECTORS,
    REMOTE_DOMAINS,
    TRANSPORT_CONFIG,
    TRANSPORT_RULES,
)
from scanner.transport.errors import Malformed
from scanner.transport.templates import Cmdlet, Pack

_GUID: Final = {"id": "Guid"}


def _cmdlet(name: str, shape: Shape, *further: str, parameters: tuple[tuple[str, str], ...] = ()) -> Cmdlet:
    return Cmdlet(name, select=selected(shape, *further), parameters=parameters)


def _listed(cmdlet: Cmdlet, shape: Shape) -> Read:
    """Return the reading of a table that is what one cmdlet lists."""

    async def read(reading: Reading) -> Result:
        found = await objects_given(reading, cmdlet)
        await reading.keep(shape.convert(found.rows, cmdlet.endpoint))
        return result_of_listing(is_cut=found.is_cut)

    return read


def _single(cmdlet: Cmdlet, shape: Shape) -> Read:
    """Return the reading of a table that is the one object a cmdlet gives; none at all is no answer."""

    async def read(reading: Reading) -> Result:
        found = await objects_given(reading, cmdlet)
        if len(found.rows) != 1:
            raise Malformed(cmdlet.endpoint, code="not_one_object")
        await reading.keep(shape.convert(found.rows, cmdlet.endpoint))
        return Result()

    return read


def _shape(table: Table, paths: Mapping[str, str] | None = None) -> Shape:
    return exchange_shape(table, {**_GUID, **(paths or {})})


_RULES_SHAPE: Final = _shape(TRANSPORT_RULES, {"set_scl": "SetSCL"})
_RULES: Final = _cmdlet(
    "Get-TransportRule",
    _RULES_SHAPE,
    "ActivationDate",
    "ExpiryDate",
    "Conditions",
    "Exceptions",
    "Actions",
    "From",
    "FromMemberOf",
    "SentTo",
    "SentToMemberOf",
    "RecipientDomainIs",
    "SenderIpRanges",
    "ExceptIfFrom",
    "ExceptIfSenderDomainIs",
    "ExceptIfSentTo",
    "ExceptIfRecipientDomainIs",
    parameters=EVERYTHING,
)
_REMOTE_SHAPE: Final = _shape(REMOTE_DOMAINS, {"allowed_oof_type": "AllowedOOFType"})
_REMOTE: Final = _cmdlet("Get-RemoteDomain", _REMOTE_SHAPE, parameters=EVERYTHING)
_INBOUND_SHAPE: Final = _shape(
    INBOUND_CONNECTORS,
    {
        "sender_ip_addresses": "SenderIPAddresses",
        "restrict_domains_to_ip_addresses": "RestrictDomainsToIPAddresses",
    },
)
_INBOUND: Final = _cmdlet(
    "Get-InboundConnector",
    _INBOUND_SHAPE,
    "EFSkipLastIP",
    "EFSkipIPs",
    "TrustedOrganizations",
    parameters=EVERYTHING,
)
_OUTBOUND_SHAPE: Final = _shape(
    OUTBOUND_CONNECTORS,
    {"use_mx_record": "UseMXRecord", "route_all_messages_via_on_premises": "RouteAllMessagesViaOnPremises"},
)
_OUTBOUND: Final = _cmdlet("Get-OutboundConnector", _OUTBOUND_SHAPE, "CloudServicesMailEnabled", parameters=EVERYTHING)
_ORGANIZATION_SHAPE: Final = exchange_shape(
    ORGANIZATION_CONFIG, {"id": "Name", "oauth2_client_profile_enabled": "OAuth2ClientProfileEnabled"}
)
_ORGANIZATION: Final = _cmdlet("Get-OrganizationConfig", _ORGANIZATION_SHAPE)
_TRANSPORT_SHAPE: Final = _shape(TRANSPORT_CONFIG, {"allow_legacy_tls_clients": "AllowLegacyTLSClients"})
_TRANSPORT: Final = _cmdlet("Get-TransportConfig", _TRANSPORT_SHAPE)
_POLICIES_SHAPE: Final = _shape(AUTHENTICATION_POLICIES)
_POLICIES: Final = _cmdlet(
    "Get-AuthenticationPolicy",
    _POLICIES_SHAPE,
    "AllowBasicAuthAutodiscover",
    "AllowBasicAuthMapi",
    "AllowBasicAuthOfflineAddressBook",
    "AllowBasicAuthReportingWebServices",
    "AllowBasicAuthRpc",
)
_DOMAINS_SHAPE: Final = _shape(ACCEPTED_DOMAINS)
_DOMAINS: Final = _cmdlet("Get-AcceptedDomain", _DOMAINS_SHAPE, parameters=EVERYTHING)
_DKIM_SHAPE: Final = _shape(
    DKIM_SIGNING_CONFIGS, {"selector1_cname": "Selector1CNAME", "selector2_cname": "Selector2CNAME"}
)
_DKIM: Final = _cmdlet("Get-DkimSigningConfig", _DKIM_SHAPE)


def _collector(shape: Shape, cmdlet: Cmdlet, read: Read) -> Collector:
    return Collector(shape.table, AREA, (cmdlet,), read, pack=Pack.MAIL)


COLLECTORS: Final = (
    *(
        _collector(shape, cmdlet, _listed(cmdlet, shape))
        for shape, cmdlet in (
            (_RULES_SHAPE, _RULES),
            (_REMOTE_SHAPE, _REMOTE),
            (_INBOUND_SHAPE, _INBOUND),
            (_OUTBOUND_SHAPE, _OUTBOUND),
            (_POLICIES_SHAPE, _POLICIES),
            (_DOMAINS_SHAPE, _DOMAINS),
            (_DKIM_SHAPE, _DKIM),
        )
    ),
    *(
        _collector(shape, cmdlet, _single(cmdlet, shape))
        for shape, cmdlet in ((_ORGANIZATION_SHAPE, _ORGANIZATION), (_TRANSPORT_SHAPE, _TRANSPORT))
    ),
)
"""Source of every cmdlet: https://learn.microsoft.com/powershell/module/exchangepowershell/"""
