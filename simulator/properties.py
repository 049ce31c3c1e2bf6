"""Names of the properties that a type has: what `$select` may name, and what v1.0 leaves out.

Source: the metadata of Graph v1.0 (https://graph.microsoft.com/v1.0/$metadata) and, for
the beta sign-in, https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta
"""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORGANIZATION: Final = _names("""
    assignedPlans businessPhones city country countryLetterCode createdDateTime defaultUsageLocation
    deletedDateTime displayName id marketingNotificationEmails mobileDeviceManagementAuthority
    onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage
    privacyProfile provisionedPlans securityComplianceNotificationMails securityComplianceNotificationPhones
    state street technicalNotificationMails tenantType verifiedDomains
""")
SUBSCRIBED_SKU: Final = _names("""
    accountId accountName appliesTo capabilityStatus consumedUnits id prepaidUnits servicePlans skuId
    skuPartNumber subscriptionIds
""")
DOMAIN: Final = _names("""
    authenticationType availabilityStatus id isAdminManaged isDefault isInitial isRoot isVerified
    manufacturer model passwordNotificationWindowInDays passwordValidityPeriodInDays state supportedServices
""")
USER: Final = _names("""
    aboutMe accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo birthday businessPhones
    city companyName consentProvidedForMinor country createdDateTime creationType customSecurityAttributes
    deletedDateTime department deviceEnrollmentLimit displayName employeeHireDate employeeId
    employeeLeaveDateTime employeeOrgData employeeType externalUserState externalUserStateChangeDateTime
    faxNumber givenName hireDate id identities identityParentId imAddresses interests isManagementRestricted
    isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification
    licenseAssignmentStates mail mailNickname mailboxSettings mobilePhone mySite officeLocation
    onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId
    onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName
    onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails
    passwordPolicies passwordProfile pastProjects postalCode preferredDataLocation preferredLanguage
    preferredName print provisionedPlans proxyAddresses responsibilities schools securityIdentifier
    serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime skills state
    streetAddress surname usageLocation userPrincipalName userType
""")
CONDITIONAL_ACCESS_POLICY: Final = _names("""
    conditions createdDateTime deletedDateTime description displayName grantControls id modifiedDateTime
    sessionControls state templateId
""")
CONDITIONAL_ACCESS_SETTINGS_BETA: Final = _names("exclusions id modifiedDateTime")
SECURITY_DEFAULTS: Final = _names("""
    deletedDateTime description displayName id isEnabled
""")
GROUP: Final = _names("""
    accessType allowExternalSenders assignedLabels assignedLicenses autoSubscribeNewMembers classification
    createdDateTime deletedDateTime description displayName expirationDateTime groupTypes
    hasMembersWithLicenseErrors hideFromAddressLists hideFromOutlookClients id infoCatalogs isArchived
    isAssignableToRole isFavorite isManagementRestricted isSubscribedByMail licenseProcessingState mail
    mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName
    onPremisesExtensionAttributes onPremisesLastSyncDateTime onPremisesNetBiosName
    onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled
    organizationId preferredDataLocation preferredLanguage proxyAddresses renewedDateTime
    resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier
    serviceProvisioningErrors theme uniqueName unseenConversationsCount unseenCount unseenMessagesCount
    visibility welcomeMessageEnabled
""")
DIRECTORY_OBJECT: Final = _names("deletedDateTime id")
ROLE_DEFINITION: Final = _names("""
    description displayName id isBuiltIn isEnabled resourceScopes rolePermissions templateId version
""")
ROLE_ASSIGNMENT: Final = _names("""
    appScopeId condition directoryScopeId id principalId principalOrganizationId roleDefinitionId
""")
ROLE_ELIGIBILITY_INSTANCE: Final = _names("""
    appScopeId directoryScopeId endDateTime id memberType principalId roleDefinitionId
    roleEligibilityScheduleId startDateTime
""")
ROLE_ASSIGNMENT_INSTANCE: Final = _names("""
    appScopeId assignmentType directoryScopeId endDateTime id memberType principalId roleAssignmentOriginId
    roleAssignmentScheduleId roleDefinitionId startDateTime
""")
APPLICATION: Final = _names("""
    addIns api appId applicationTemplateId appRoles authenticationBehaviors certification
    createdByAppId createdDateTime defaultRedirectUri deletedDateTime description
    disabledByMicrosoftStatus displayName groupMembershipClaims id identifierUris info
    isDeviceOnlyAuthSupported isDisabled isFallbackPublicClient keyCredentials logo
    managerApplications nativeAuthenticationApisEnabled notes oauth2RequirePostResponse
    optionalClaims parentalControlSettings passwordCredentials publicClient publisherDomain
    requestSignatureVerification requiredResourceAccess samlMetadataUrl serviceManagementReference
    servicePrincipalLockConfiguration signInAudience spa tags tokenEncryptionKeyId uniqueName
    verifiedPublisher web
""")
SERVICE_PRINCIPAL: Final = _names("""
    accountEnabled addIns alternativeNames appDescription appDisplayName appId applicationTemplateId
    appOwnerOrganizationId appRoleAssignmentRequired appRoles createdByAppId
    customSecurityAttributes deletedDateTime description disabledByMicrosoftStatus displayName
    homepage id info isDisabled keyCredentials loginUrl logoutUrl notes notificationEmailAddresses
    oauth2PermissionScopes passwordCredentials preferredSingleSignOnMode
    preferredTokenSigningKeyThumbprint replyUrls resourceSpecificApplicationPermissions
    samlSingleSignOnSettings servicePrincipalNames servicePrincipalType signInAudience tags
    tokenEncryptionKeyId verifiedPublisher
""")
APP_ROLE_ASSIGNMENT: Final = _names("""
    appRoleId createdDateTime deletedDateTime id principalDisplayName principalId principalType
    resourceDisplayName resourceId
""")
OAUTH2_PERMISSION_GRANT: Final = _names("""
    clientId consentType id principalId resourceId scope
""")
MESSAGE_RULE: Final = _names("""
    actions conditions displayName exceptions hasError id isEnabled isReadOnly sequence
""")
SIGN_IN: Final = _names("""
    appDisplayName appId appliedConditionalAccessPolicies authenticationAppDeviceDetails clientAppUsed
    conditionalAccessStatus correlationId createdDateTime deviceDetail homeTenantId id ipAddress
    isInteractive location resourceDisplayName resourceId resourceTenantId riskDetail riskEventTypes
    riskEventTypes_v2 riskLevelAggregated riskLevelDuringSignIn riskState servicePrincipalId
    servicePrincipalName status userAgent userDisplayName userId userPrincipalName
""")
SITE: Final = _names("""
    createdBy createdDateTime description displayName eTag error id isPersonalSite lastModifiedBy
    lastModifiedDateTime name parentReference root sharepointIds siteCollection webUrl
""")
DRIVE: Final = _names("""
    createdBy createdDateTime description driveType eTag id lastModifiedBy lastModifiedDateTime name owner
    parentReference quota sharePointIds system webUrl
""")
DRIVE_ITEM: Final = _names("""
    audio bundle cTag content createdBy createdDateTime deleted description eTag file fileSystemInfo folder
    id image lastModifiedBy lastModifiedDateTime location malware name package parentReference
    pendingOperations photo publication remoteItem root searchResult shared sharepointIds size specialFolder
    video webDavUrl webUrl
""")
PERMISSION: Final = _names("""
    expirationDateTime grantedTo grantedToIdentities grantedToIdentitiesV2 grantedToV2 hasPassword id
    inheritedFrom invitation link roles shareId
""")
_SIGN_IN_BETA_ONLY: Final = _names("""
    agent alternateSignInName appOwnerTenantId appliedEventListeners
    authenticationAppPolicyEvaluationDetails authenticationContextClassReferences authenticationDetails
    authenticationMethodsUsed authenticationProcessingDetails authenticationProtocol
    authenticationRequirement authenticationRequirementPolicies autonomousSystemNumber clientCredentialType
    conditionalAccessAudiences crossTenantAccessType federatedCredentialId flaggedForReview
    globalSecureAccessIpAddress homeTenantName incomingTokenType ipAddressFromResourceProvider
    isTenantRestricted isThroughGlobalSecureAccess managedServiceIdentity mfaDetail networkLocationDetails
    originalRequestId originalTransferMethod privateLinkDetails processingTimeInMilliseconds
    resourceOwnerTenantId resourceServicePrincipalId servicePrincipalCredentialKeyId
    servicePrincipalCredentialThumbprint sessionId sessionLifetimePolicies signInEventTypes signInIdentifier
    signInIdentifierType signInTokenProtectionStatus tokenIssuerName tokenIssuerType
    tokenProtectionStatusDetails uniqueTokenIdentifier userType
""")
SIGN_IN_BETA: Final = SIGN_IN | _SIGN_IN_BETA_ONLY

USER_DEFAULT: Final = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
"""What a user listing shows when nothing is selected."""
