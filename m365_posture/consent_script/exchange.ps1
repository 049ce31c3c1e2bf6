# Exchange: a role group of the app's own that can only look. As Exchange Administrator or Global Administrator.
Connect-ExchangeOnline -ShowBanner:$$false -ExchangeEnvironmentName ${exchange_environment}
if (-not (Get-ServicePrincipal | Where-Object { $$_.AppId -eq $$clientId })) {
    [void] (New-ServicePrincipal -AppId $$clientId -ObjectId $$principal.id -DisplayName $$displayName)
}
if (-not (Get-RoleGroup -Identity '${role_group}' -ErrorAction SilentlyContinue)) {
    [void] (New-RoleGroup -Name '${role_group}' -Roles ${roles_in_exchange})
    Write-Host "Made the role group '${role_group}' in Exchange."
}
if (-not (Get-RoleGroupMember -Identity '${role_group}' | Where-Object { $$_.ExternalDirectoryObjectId -eq $$principal.id })) {
    Add-RoleGroupMember -Identity '${role_group}' -Member $$principal.id
}
Disconnect-ExchangeOnline -Confirm:$$false
