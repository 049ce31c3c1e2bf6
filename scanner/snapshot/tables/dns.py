"""What the public DNS says of the tenant's domains, as it says it."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_CLIENT: Final = DataClass.CLIENT

DNS_RECORDS: Final = Table(
    "dns_records",
    key=("domain", "name", "type", "asked_by"),
    retention_days=730,
    columns=(
        Column("domain", pa.string(), _CLIENT),
        Column("name", pa.string(), _CLIENT),
        Column("type", pa.string(), _SETTING),
        Column("status", pa.string(), _SETTING),
        Column("values", pa.list_(pa.string()), _CLIENT),
        Column("asked_by", pa.string(), _CLIENT),
    ),
)
"""One row for each question about `domain`. `status` is `answered`, `no_such_name`, `no_record`, or says why
nothing is known: `timeout`, `server_failure`, `invalid_name`. `values` is empty where there is no record and
null where nothing is known. `asked_by` is the name whose SPF record led to the question, "" for the domain's own.
"""
