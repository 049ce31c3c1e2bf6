[void] (Disconnect-MgGraph)
Write-Host ''
Write-Host "Done. Client id, for your service provider: $$clientId"
