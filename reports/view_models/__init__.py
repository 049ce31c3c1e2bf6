"""Plain Python over the store, shared by workbook and dashboard so that they cannot disagree."""
