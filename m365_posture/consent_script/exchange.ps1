# Exchange: a role group of the app's own that can only look. As Exchange Administrator or Global Administrator.
Connect-ExchangeOnline -ShowBanner:$$false -ExchangeEnvironmentName ${exchange_environment}
$$connected = @(Get-ConnectionInformation | Where-Object { $$_.State -eq 'Connected' }).TenantID | Select-Object -Unique
if (@($$connected).Count -ne 1 -or "$$connected" -ne $$tenantId) { throw "Exchange: you signed in to another tenant than $$tenantId." }
if ((Get-OrganizationConfig).IsDehydrated) {
    # Exchange keeps the role groups of a tenant that never made one in a shared place; this gives it its own.
    Enable-OrganizationCustomization
    throw 'Exchange is being prepared for role groups of your own. Run this script again in an hour.'
}
if (-not (Get-ServicePrincipal | Where-Object { $$_.AppId -eq $$clientId })) {
    [void] (New-ServicePrincipal -AppId $$clientId -ObjectId $$principal.id -DisplayName $$displayName)
}
# No role that only looks lets an app see hidden inbox rules, so one is made that can do nothing else.
if (-not (Get-ManagementRole -Identity '${inbox_rules_role}' -ErrorAction SilentlyContinue)) {
    $$parent = Get-ManagementRole -Cmdlet Get-InboxRule -CmdletParameters IncludeHidden |
        Where-Object { $$_.IsRootRole -and $$_.Name -notlike 'My*' } | Select-Object -First 1
    [void] (New-ManagementRole -Name '${inbox_rules_role}' -Parent $$parent.Name)
}
function Get-Surplus { @(Get-ManagementRoleEntry '${inbox_rules_role}\*' | Where-Object { $$_.Name -ne 'Get-InboxRule' }) }
foreach ($$entry in Get-Surplus) {
    Remove-ManagementRoleEntry "${inbox_rules_role}\$$($$entry.Name)" -Confirm:$$false
}
if ((Get-Surplus).Count -gt 0) { throw "The role '${inbox_rules_role}' can do more than look: run this script again." }
if (-not (Get-RoleGroup -Identity '${role_group}' -ErrorAction SilentlyContinue)) {
    [void] (New-RoleGroup -Name '${role_group}' -Roles ${roles_in_exchange}, '${inbox_rules_role}')
    Write-Host "Made the role group '${role_group}' in Exchange."
}
if (-not (Get-RoleGroupMember -Identity '${role_group}' | Where-Object { $$_.ExternalDirectoryObjectId -eq $$principal.id })) {
    Add-RoleGroupMember -Identity '${role_group}' -Member $$principal.id
}
Disconnect-ExchangeOnline -Confirm:$$false
