[void] (Disconnect-MgGraph)
Write-Host ''
Write-Host "Done. Send this client id to your service provider: $$clientId"
