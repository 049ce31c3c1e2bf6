"""Every declared table, by name."""

from typing import Final

from scanner.snapshot.schema import Table
from scanner.snapshot.tables.bookkeeping import UNREAD_OBJECTS, WATERMARKS
from scanner.snapshot.tables.directory import DOMAINS, ORGANIZATION, SUBSCRIBED_SKUS, USERS
from scanner.snapshot.tables.groups import GROUP_MEMBERS, GROUPS
from scanner.snapshot.tables.mail import INBOX_RULES
from scanner.snapshot.tables.policies import CONDITIONAL_ACCESS_POLICIES, SECURITY_DEFAULTS
from scanner.snapshot.tables.roles import ROLE_ASSIGNMENTS, ROLE_DEFINITIONS
from scanner.snapshot.tables.sharing import SHARING_LINKS
from scanner.snapshot.tables.sign_ins import SIGN_INS

SCHEMA_VERSION: Final = "1.1"
"""`major.minor`: a reader refuses a newer major; a newer minor only adds columns or tables."""

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        ORGANIZATION,
        SUBSCRIBED_SKUS,
        DOMAINS,
        SECURITY_DEFAULTS,
        CONDITIONAL_ACCESS_POLICIES,
        USERS,
        GROUPS,
        GROUP_MEMBERS,
        ROLE_DEFINITIONS,
        ROLE_ASSIGNMENTS,
        INBOX_RULES,
        SIGN_INS,
        SHARING_LINKS,
        WATERMARKS,
        UNREAD_OBJECTS,
    )
}
