"""The contract between reading and judging: schemas, ledger, reader and writer."""
