"""Why a read gave nothing: one exception per cause.

::

    ReadError
    ├── Denied                 a permission is missing (names it)
    ├── Unlicensed             a licence is missing (names the service plan)
    ├── NotFound               the object is gone, or never had what was asked
    ├── Throttled              still throttled after every retry
    ├── Unavailable            the service, the network or time failed after every retry
    ├── Malformed              an answer that is not what Graph promises
    ├── DeltaExpired           the delta token is lost: the drive must be read anew
    ├── AuthenticationFailed   no token: ends the scan
    └── RequestRefused         the allow-list stopped it before the socket: a bug, or an attack

Tokens, query strings and skiptokens never reach a message: an error carries the
path template, a status and a code.
"""

from dataclasses import dataclass


@dataclass(eq=False)
class ReadError(Exception):
    """A request did not give what it was sent for."""

    endpoint: str
    """Path template, e.g. `v1.0/users/{id}/mailFolders/inbox/messageRules`."""
    status: int | None = None
    """HTTP status, None when there was no answer."""
    code: str = ""
    """Graph's `error.code`, or a code of ours such as `timeout`, `not_json`."""

    def __str__(self) -> str:
        """Return endpoint, status and code; the only text of ours that may reach a log."""
        return " ".join(str(part) for part in (self.endpoint, self.status, self.code) if part)


@dataclass(eq=False)
class Denied(ReadError):
    """The app lacks a permission."""

    permission: str = ""
    """Least privileged permission that would mend it."""

    __str__ = ReadError.__str__


@dataclass(eq=False)
class Unlicensed(ReadError):
    """The tenant lacks a licence."""

    plan: str = ""
    """Name of the service plan that would mend it, e.g. `AAD_PREMIUM`."""

    __str__ = ReadError.__str__


class NotFound(ReadError):
    """The object does not exist, or has no mailbox or drive."""


class Throttled(ReadError):
    """Throttled on every attempt."""


class Unavailable(ReadError):
    """Server error, transport fault or deadline on every attempt."""


class Malformed(ReadError):
    """Not JSON, truncated, not an object, a page without `value`, a repeated nextLink."""


class DeltaExpired(ReadError):
    """HTTP 410: the token is lost."""


@dataclass(eq=False)
class AuthenticationFailed(ReadError):
    """No token could be had."""

    sentence: str = ""
    """What happened and what to do, for the person at the command line; holds no secret."""

    __str__ = ReadError.__str__


class RequestRefused(ReadError):
    """Not on the allow-list."""
