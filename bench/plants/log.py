"""A sign-in log built by columns: each row points at a person, a client, a device, a place, an outcome and a session.

What belongs together is written once in a register, rows are arrays of places in the registers, and the table is made
by looking every column up at once. That is what makes a firm of half a million sign-ins a matter of seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scanner.snapshot.tables.sign_ins import SIGN_INS

Numbers = npt.NDArray[np.int64]
Given = Numbers | int

REGISTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("user_id", "user_principal_name", "user_display_name", "user_type", "home_tenant_id",
               "cross_tenant_access_type", "service_principal_id", "service_principal_name"),
    "client": ("app_id", "app_display_name", "resource_id", "resource_display_name", "client_app_used", "user_agent",
               "is_interactive", "sign_in_event_types", "authentication_protocol", "incoming_token_type",
               "original_transfer_method", "device_operating_system", "device_browser"),
    "device": ("device_id", "device_display_name", "device_is_compliant", "device_is_managed", "device_trust_type"),
    "place": ("ip_address", "city", "state", "country_or_region", "latitude", "longitude", "autonomous_system_number"),
    "outcome": ("error_code", "failure_reason", "additional_details", "authentication_requirement",
                "authentication_details", "mfa_detail", "conditional_access_status",
                "applied_conditional_access_policies"),
    "session": ("session_id",),
    "risk": ("risk_detail", "risk_level_aggregated", "risk_level_during_sign_in", "risk_state",
             "risk_event_types_v2"),
}  # fmt: skip
"""Which register says what; the other columns are of the row itself or empty."""

_HEX: Final = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_DASHES: Final = (8, 13, 18, 23)
_DIGITS: Final = np.array([place for place in range(36) if place not in _DASHES])
_ALL: Final = 2**64 - 1
_A_MICROSECOND: Final = 1_000_000


def microseconds(moment: datetime) -> int:
    """Return an aware time as microseconds since 1970, as the log counts."""
    return int(moment.timestamp()) * _A_MICROSECOND + moment.microsecond


def moment_of(count: int) -> datetime:
    """Return microseconds since 1970 as an aware UTC time."""
    return datetime.fromtimestamp(count // _A_MICROSECOND, UTC).replace(microsecond=count % _A_MICROSECOND)


def _mixed(numbers: Numbers, salt: int) -> npt.NDArray[np.uint64]:
    """Return well-spread 64 bit numbers, the same for the same input (the finisher of SplitMix64)."""
    with np.errstate(over="ignore"):
        spread = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt & (2**64 - 1))
        spread = (spread ^ (spread >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        spread = (spread ^ (spread >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return spread ^ (spread >> np.uint64(31))


def _mixed_one(number: int, salt: int) -> int:
    """Return what `_mixed` gives for one number."""
    spread = ((number & _ALL) * 0x9E3779B97F4A7C15 + (salt & _ALL)) & _ALL
    spread = ((spread ^ (spread >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    spread = ((spread ^ (spread >> 27)) * 0x94D049BB133111EB) & _ALL
    return spread ^ (spread >> 31)


def guids(numbers: Numbers, salt: int) -> pa.StringArray:
    """Return one GUID per number; equal numbers have equal ones."""
    lanes = np.stack((_mixed(numbers, salt), _mixed(numbers, ~salt)), axis=1).astype(">u8")
    octets = lanes.view(np.uint8).reshape(len(numbers), 16)
    text = np.full((len(numbers), 36), ord("-"), dtype=np.uint8)
    text[:, _DIGITS[0::2]] = _HEX[octets >> 4]
    text[:, _DIGITS[1::2]] = _HEX[octets & 15]
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text.tobytes()))


def guid(number: int, salt: int) -> str:
    """Return the GUID of one number, the same as `guids` gives it."""
    digits = f"{_mixed_one(number, salt):016x}{_mixed_one(number, ~salt):016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@dataclass(slots=True)
class Register:
    """Things that rows point at, each a set of column values; equal things are written once."""

    columns: tuple[str, ...]
    entries: list[Mapping[str, Any]] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def add(self, **values: object) -> int:
        """Return the place of a thing with these column values; columns left out are null."""
        if unknown := values.keys() - set(self.columns):
            raise KeyError(f"not of this register: {sorted(unknown)}")
        key = repr(sorted(values.items(), key=lambda item: item[0]))
        if key not in self._known:
            self._known[key] = len(self.entries)
            self.entries.append(values)
        return self._known[key]

    def like(self, place: int, **changed: object) -> int:
        """Return the place of a thing that differs from another in some values."""
        return self.add(**{**self.entries[place], **changed})

    def column(self, name: str) -> pa.Array:
        return pa.array([entry.get(name) for entry in self.entries], SIGN_INS.arrow_schema.field(name).type)


@dataclass(slots=True)
class Log:
    """Rows in the making. Times are microseconds since 1970, UTC."""

    seed: int
    tenant_id: str
    registers: Mapping[str, Register] = field(
        default_factory=lambda: {name: Register(columns) for name, columns in REGISTERS.items()}
    )
    _moments: list[Numbers] = field(default_factory=list)
    _pointers: dict[str, list[Numbers]] = field(default_factory=lambda: {name: [] for name in REGISTERS})
    _correlations: list[Numbers] = field(default_factory=list)
    _count: int = 0
    _groups: int = 0

    def __post_init__(self) -> None:
        self.registers["risk"].add(
            risk_detail="hidden", risk_level_aggregated="hidden", risk_level_during_sign_in="hidden", risk_state="none",
            risk_event_types_v2=[],
        )  # fmt: skip
        self.registers["session"].add()
        self.registers["device"].add(device_id="")

    def add(self, moments: Numbers, *, correlation: Numbers | None = None, **pointers: Given) -> Numbers:
        """Add rows and return their numbers.

        Args:
            moments: Microseconds since 1970, in any order.
            correlation: Numbers of attempts within these rows; equal ones share a correlation id. None: each its own.
            **pointers: `person`, `client`, `place` and `outcome`, and where known `device`, `session` and `risk`:
                a place in the register, or one for each row.
        """
        count = len(moments)
        rows = np.arange(self._count, self._count + count)
        for name in REGISTERS:
            if name not in pointers and name not in ("device", "session", "risk"):
                raise KeyError(f"rows need a {name}")
            self._pointers[name].append(np.broadcast_to(np.asarray(pointers.get(name, 0), np.int64), (count,)))
        groups = np.arange(count) if correlation is None else np.unique(correlation, return_inverse=True)[1]
        self._correlations.append(groups + self._groups)
        self._groups += count
        self._moments.append(np.asarray(moments, np.int64))
        self._count += count
        return rows

    def ids(self, rows: Iterable[int]) -> tuple[str, ...]:
        """Return the ids that rows will have."""
        return tuple(guids(np.fromiter(rows, np.int64), self.seed).to_pylist())

    def session(self, number: int) -> int:
        """Return a session of its own, by a number of the caller."""
        return self.registers["session"].add(session_id=guid(number, self.seed * 7 + 3))

    def table(self, before: int) -> pa.Table:
        """Return the rows before a moment in the schema of `SIGN_INS`, oldest first; equal times as they were made."""
        moments = np.concatenate(self._moments)
        order = np.argsort(moments, kind="stable")
        order = order[: np.searchsorted(moments[order], before)]
        columns: dict[str, pa.Array] = {
            "id": guids(order, self.seed),
            "created_date_time": pa.array(moments[order]).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
            "correlation_id": guids(np.concatenate(self._correlations)[order], self.seed * 7 + 1),
            "unique_token_identifier": guids(order, self.seed * 7 + 2),
            "resource_tenant_id": pa.repeat(self.tenant_id, len(order)),
        }
        for name, register in self.registers.items():
            places = pa.array(np.concatenate(self._pointers[name])[order])
            columns |= {column: register.column(column).take(places) for column in register.columns}
        schema = SIGN_INS.arrow_schema
        whole = [columns.get(each.name, pa.nulls(0)) for each in schema]
        filled = [
            column.cast(each.type) if len(column) else pa.nulls(len(order), each.type)
            for column, each in zip(whole, schema, strict=True)
        ]
        return pa.Table.from_arrays(filled, schema=schema)
