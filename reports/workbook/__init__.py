"""The Excel remediation workbook, one module per sheet."""
