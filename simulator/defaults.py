"""What Microsoft shows of a tenant that never changed a setting: objects that every tenant has one of."""

from typing import Any, Final

AUTHORIZATION_POLICY: Final[dict[str, Any]] = {
    "id": "authorizationPolicy",
    "displayName": "Authorization Policy",
    "description": "Used to manage authorization related settings across the company.",
    "allowInvitesFrom": "everyone",
    "allowedToSignUpEmailBasedSubscriptions": True,
    "allowedToUseSSPR": True,
    "allowEmailVerifiedUsersToJoinOrganization": False,
    "allowUserConsentForRiskyApps": None,
    "blockMsolPowerShell": False,
    "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
    "defaultUserRolePermissions": {
        "allowedToCreateApps": True,
        "allowedToCreateSecurityGroups": True,
        "allowedToCreateTenants": True,
        "allowedToReadBitlockerKeysForOwnedDevice": True,
        "allowedToReadOtherUsers": True,
        "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.microsoft-user-default-recommended"],
    },
}
_EVERYONE: Final = [{"id": "all_users", "targetType": "group", "isRegistrationRequired": False}]
AUTHENTICATION_METHODS_POLICY: Final[dict[str, Any]] = {
    "id": "authenticationMethodsPolicy",
    "displayName": "Authentication Methods Policy",
    "description": "Which authentication methods are allowed in the tenant.",
    "lastModifiedDateTime": "2026-01-05T08:00:00Z",
    "policyVersion": "1.5",
    "policyMigrationState": "migrationComplete",
    "registrationEnforcement": {
        "authenticationMethodsRegistrationCampaign": {
            "snoozeDurationInDays": 1,
            "state": "default",
            "excludeTargets": [],
            "includeTargets": [
                {
                    "id": "all_users",
                    "targetType": "group",
                    "targetedAuthenticationMethod": "microsoftAuthenticator",
                }
            ],
        }
    },
    "authenticationMethodConfigurations": [
        {
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
            "id": "MicrosoftAuthenticator",
            "state": "enabled",
            "includeTargets": _EVERYONE,
        },
        {
            "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethodConfiguration",
            "id": "SoftwareOath",
            "state": "enabled",
            "includeTargets": _EVERYONE,
        },
    ],
}


def _sides(kind: str) -> dict[str, Any]:
    """Return a setting that treats everybody and every application alike."""
    return {
        "usersAndGroups": {"accessType": kind, "targets": [{"target": "AllUsers", "targetType": "user"}]},
        "applications": {
            "accessType": kind,
            "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    }


CROSS_TENANT_ACCESS: Final[dict[str, Any]] = {
    "isServiceDefault": True,
    "inboundTrust": {
        "isMfaAccepted": False,
        "isCompliantDeviceAccepted": False,
        "isHybridAzureADJoinedDeviceAccepted": False,
    },
    "b2bCollaborationOutbound": _sides("allowed"),
    "b2bCollaborationInbound": _sides("allowed"),
    "b2bDirectConnectOutbound": _sides("blocked"),
    "b2bDirectConnectInbound": _sides("blocked"),
}
CONDITIONAL_ACCESS_SETTINGS: Final[dict[str, Any]] = {
    "id": "conditionalAccessSettings",
    "modifiedDateTime": None,
    "exclusions": {"allResourcesExclusions": {"userActionExclusions": []}},
}
PER_USER_MFA: Final = "disabled"
SHAREPOINT_SETTINGS: Final[dict[str, Any]] = {
    "allowedDomainGuidsForSyncApp": [],
    "availableManagedPathsForSiteCreation": ["/sites/", "/teams/"],
    "deletedUserPersonalSiteRetentionPeriodInDays": 30,
    "excludedFileExtensionsForSyncApp": [],
    "idleSessionSignOut": {"isEnabled": False, "warnAfterInSeconds": 0, "signOutAfterInSeconds": 0},
    "imageTaggingOption": "basic",
    "isCommentingOnSitePagesEnabled": True,
    "isFileActivityNotificationEnabled": True,
    "isLegacyAuthProtocolsEnabled": True,
    "isLoopEnabled": True,
    "isMacSyncAppEnabled": True,
    "isRequireAcceptingUserToMatchInvitedUserEnabled": False,
    "isResharingByExternalUsersEnabled": True,
    "isSharePointMobileNotificationEnabled": True,
    "isSharePointNewsfeedEnabled": True,
    "isSiteCreationEnabled": True,
    "isSiteCreationUIEnabled": True,
    "isSitePagesCreationEnabled": True,
    "isSitesStorageLimitAutomatic": True,
    "isSyncButtonHiddenOnPersonalSite": False,
    "isUnmanagedSyncAppForTenantRestricted": False,
    "personalSiteDefaultStorageLimitInMB": 1_048_576,
    "sharingAllowedDomainList": [],
    "sharingBlockedDomainList": [],
    "sharingCapability": "externalUserAndGuestSharing",
    "sharingDomainRestrictionMode": "none",
    "siteCreationDefaultManagedPath": "/sites/",
    "siteCreationDefaultStorageLimitInMB": 26_214_400,
    "tenantDefaultTimezone": "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris",
}
SPO_TENANT: Final[dict[str, Any]] = {
    "SharingCapability": 2,
    "ODBSharingCapability": 2,
    "RequireAnonymousLinksExpireInDays": -1,
    "FileAnonymousLinkType": 2,
    "FolderAnonymousLinkType": 2,
    "ExternalUserExpirationRequired": False,
    "ExternalUserExpireInDays": 60,
    "DefaultSharingLinkType": 3,
    "DefaultLinkPermission": 2,
    "PreventExternalUsersFromResharing": False,
    "EmailAttestationRequired": False,
    "EmailAttestationReAuthDays": 30,
    "EnableAzureADB2BIntegration": True,
    "SharingDomainRestrictionMode": 0,
    "ConditionalAccessPolicy": 0,
    "LegacyAuthProtocolsEnabled": True,
    "DisallowInfectedFileDownload": False,
}
"""Kinds are numbers: https://learn.microsoft.com/powershell/module/sharepoint-online/set-spotenant"""
REPORT_SETTINGS: Final[dict[str, Any]] = {"displayConcealedNames": True}
