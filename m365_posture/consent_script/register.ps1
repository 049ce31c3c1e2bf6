# Lets the m365-posture scanner read this tenant. Run it in PowerShell 7 as Global Administrator or
# Privileged Role Administrator: nobody else can consent to these permissions. It asks for your sign-in.
# Running it again changes nothing that is as it should be.
# Install-Module Microsoft.Graph.Authentication, ExchangeOnlineManagement   (once per machine)
#Requires -Version 7
Set-StrictMode -Version Latest
$$ErrorActionPreference = 'Stop'

$$tenantId = '${tenant_id}'
$$displayName = '${name}'
$$clientId = '${client_id}'
$$certificate = '${certificate}'
$$rights = @(
${rights}
)

$$needed = 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'
Connect-MgGraph -TenantId $$tenantId -Scopes $$needed -Environment ${environment} -NoWelcome
if ((Get-MgContext).TenantId -ne $$tenantId) { throw "You signed in to another tenant than $$tenantId." }

function Find-All([string] $$collection, [string] $$filter) {
    $$address = "v1.0/$$($$collection)?`$$filter=$$([uri]::EscapeDataString($$filter))"
    @((Invoke-MgGraphRequest -Method GET -Uri $$address -OutputType PSObject).value)
}
function Find-One([string] $$collection, [string] $$filter) {
    Find-All $$collection $$filter | Select-Object -First 1
}
function Send-Body([string] $$address, [hashtable] $$body) {
    Invoke-MgGraphRequest -Method POST -Uri "v1.0/$$address" -OutputType PSObject `
        -Body ($$body | ConvertTo-Json -Depth 6) -ContentType 'application/json'
}

if (-not $$clientId) {
    # The name holds the certificate's fingerprint. Anybody in the firm may register an app of any name, so one that is
    # there already is trusted only if it is the only one and has no other way to sign in than one certificate.
    $$apps = @(Find-All 'applications' "displayName eq '$$($$displayName.Replace("'", "''"))'")
    if ($$apps.Count -gt 1) { throw "There are $$($$apps.Count) apps named '$$displayName': find out who made them." }
    if ($$apps.Count -eq 1) {
        $$app = $$apps[0]
        if (@($$app.passwordCredentials).Count -gt 0 -or @($$app.keyCredentials).Count -ne 1) {
            throw "The app $$($$app.appId) is named '$$displayName' but can be signed in to otherwise: find out who made it."
        }
    } else {
        $$app = Send-Body 'applications' @{
            displayName = $$displayName
            signInAudience = 'AzureADMyOrg'
            keyCredentials = @(@{ type = 'AsymmetricX509Cert'; usage = 'Verify'; key = $$certificate })
        }
        Write-Host "Registered the app '$$displayName'."
    }
    $$clientId = $$app.appId
}
Write-Host "Client id, for your service provider: $$clientId"
$$principal = Find-One 'servicePrincipals' "appId eq '$$clientId'"
if (-not $$principal) {
    $$principal = Send-Body 'servicePrincipals' @{ appId = $$clientId }
    Start-Sleep -Seconds 15 # until every directory server knows it
}

$$held = @((Invoke-MgGraphRequest -Method GET -OutputType PSObject `
            -Uri "v1.0/servicePrincipals/$$($$principal.id)/appRoleAssignments?`$$top=999").value)
foreach ($$right in $$rights) {
    $$resource = Find-One 'servicePrincipals' "appId eq '$$($$right.Resource)'"
    if (-not $$resource) { Write-Warning "$$($$right.Role): this tenant does not have the service."; continue }
    $$role = $$resource.appRoles | Where-Object { $$_.value -eq $$right.Role -and $$_.allowedMemberTypes -contains 'Application' }
    if (-not $$role) { Write-Warning "$$($$right.Role): Microsoft does not offer it here."; continue }
    if ($$held | Where-Object { $$_.appRoleId -eq $$role.id -and $$_.resourceId -eq $$resource.id }) { continue }
    [void] (Send-Body "servicePrincipals/$$($$principal.id)/appRoleAssignments" @{
            principalId = $$principal.id; resourceId = $$resource.id; appRoleId = $$role.id
        })
    Write-Host "Granted $$($$right.Role)."
}
