# Lets the m365-posture scanner read this tenant. Run it in PowerShell 7 as Global Administrator or
# Privileged Role Administrator: nobody else can consent to these permissions. It asks for your sign-in.
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

function Find-One([string] $$collection, [string] $$filter) {
    $$address = "v1.0/$$($$collection)?`$$filter=$$([uri]::EscapeDataString($$filter))"
    (Invoke-MgGraphRequest -Method GET -Uri $$address -OutputType PSObject).value | Select-Object -First 1
}
function Send-Body([string] $$address, [hashtable] $$body) {
    Invoke-MgGraphRequest -Method POST -Uri "v1.0/$$address" -OutputType PSObject `
        -Body ($$body | ConvertTo-Json -Depth 6) -ContentType 'application/json'
}

if (-not $$clientId) {
    $$app = Find-One 'applications' "displayName eq '$$($$displayName.Replace("'", "''"))'"
    if (-not $$app) {
        $$app = Send-Body 'applications' @{
            displayName = $$displayName
            signInAudience = 'AzureADMyOrg'
            keyCredentials = @(@{ type = 'AsymmetricX509Cert'; usage = 'Verify'; key = $$certificate })
        }
        Write-Host "Registered the app '$$displayName'."
    }
    $$clientId = $$app.appId
}
$$principal = Find-One 'servicePrincipals' "appId eq '$$clientId'"
if (-not $$principal) {
    $$principal = Send-Body 'servicePrincipals' @{ appId = $$clientId }
    Start-Sleep -Seconds 15 # until every directory server knows it
}

$$held = (Invoke-MgGraphRequest -Method GET -OutputType PSObject `
        -Uri "v1.0/servicePrincipals/$$($$principal.id)/appRoleAssignments?`$$top=999").value
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
