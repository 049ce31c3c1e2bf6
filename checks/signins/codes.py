# ruff: noqa: S105 - codes, no passwords
"""Error codes of Entra in classes, and ids of Microsoft's programs, as lists for SQL.

A code says where a sign-in stopped. Many that look like failures say that the password was right.
"""

from typing import Final

WRONG_PASSWORD: Final = "50126, 50056, 50064, 50034, 80002, 80005, 120000, 120002, 120020"
"""The password was wrong, or there is no such account."""
NO_SUCH_ACCOUNT: Final = 50034
LOCKED_OR_BLOCKED: Final = 50053
"""Locked out, or an address that Microsoft blocks: the reason of the failure says which."""
DISABLED: Final = 50057
EXPIRED_PASSWORD: Final = "50055, 50144"
"""Somebody typed the password that was right until it expired."""
MFA_FAILED: Final = 500121

PASSWORD_RIGHT: Final = (
    "0, 50055, 50144, 50076, 50079, 50072, 50074, 500121, 50158, 50105, 50155, 50097, 50129, 50005, 50131, 53000, "
    "53001, 53002, 53003, 53004, 530035, 50173, 50133, 65001, 50140, 50199, 50125, 500011"
)
"""The password was right, or something that stands for it, whatever stopped the sign-in afterwards."""
AS_GOOD_AS_IN: Final = "0, 50125, 50140, 70043, 70044"
"""Taken for a success after many failures."""
INTERRUPTS: Final = (
    "50125, 50140, 50058, 16000, 16001, 16003, 50168, 50097, 65001, 50011, 70043, 70044, 50199, 70016, 50155, 50158"
)
"""Entra asked for something else in between; nobody failed."""
DEAD_TOKENS: Final = "70008, 50132, 50133, 50173, 50089, 700082"
"""A token that expired or was revoked was shown."""

MODERN_CLIENTS: Final = "'browser', 'mobile apps and desktop clients', 'universal outlook', ''"
"""What `client_app_used` says of programs that can be asked for a second factor, lower case; any other cannot."""

BROKER: Final = "29d9ed98-a469-4536-ade2-f981bc1d605e"
OFFICE_HOME: Final = "4765445b-32c6-49b0-83e6-1d93765276ca"
GRAPH: Final = "00000003-0000-0000-c000-000000000000"
AAD_GRAPH: Final = "00000002-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT: Final = "00000003-0000-0ff1-ce00-000000000000"
DEVICE_REGISTRATION: Final = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"

COMMAND_LINES: Final = (
    "'04b07795-8ddb-461a-bbee-02f9e1bf7b46', '1950a258-227b-4e31-a9cf-717495945fc2', "
    "'14d82eec-204b-4c2f-b7e8-296a70dab67e', '1b730954-1685-4b74-9bfd-dac224a7b894', "
    "'aebc6443-996d-45c2-90f0-388ff96faa56', 'a0c73c16-a7e3-4564-9a95-2bdf47383716', "
    "'fb78d390-0c51-40cd-8e17-fdbfab77341b', '9bc3ab49-b65d-410a-85ad-de819febfddc', "
    "'31359c7f-bd7e-475c-86db-fdb8c937548e', '12128f48-ec9e-42f0-b203-ea49fb6af367', "
    "'d1ddf0e4-d672-4dae-b554-9d5bdfd93547', '245e1dee-74ef-4257-a8c8-8208296e1dfd'"
)
"""Microsoft's programs for administrators and developers: anyone's script can call itself by their ids."""

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""What Graph writes in place of the id of an account that does not exist."""
