"""View models, workbook, evidence pack and exports."""
