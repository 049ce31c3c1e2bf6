"""Programs of Microsoft's own that people sign in to, by id: that somebody uses one for the first time says nothing.

Put together from Microsoft's list of its own applications in sign-in reports, as public rule sets use it; what is
missing here is listed once per firm as a program that is new.
"""

from typing import Final

from checks.signins.codes import COMMAND_LINES


def _hashes(ids: tuple[str, ...]) -> str:
    return ", ".join(f"hash('{one}')" for one in ids)


_OFFICE_FAMILY: Final = (
    "00b41c95-dab0-4487-9791-b9d2c32c80f2",
    "0ec893e0-5785-4de6-99da-4ed124e5296c",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "22098786-6e16-43cc-a27d-191a01a1e3b5",
    "26a7ee05-5602-4d76-a7ba-eae8b7b67941",
    "27922004-5251-4030-b22d-91ecd9a37ea4",
    "4813382a-8fa7-425e-ab75-3b753aab3abb",
    "57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0",
    "844cca35-0656-46ce-b636-13f48b0eecbd",
    "872cd9fa-d31f-45e0-9eab-6e460a02d1f1",
    "87749df4-7ccf-48f8-aa87-704bad0e0e16",
    "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223",
    "a40d7d7d-59aa-447e-a655-679a4107e548",
    "a569458c-7f2b-45cb-bab9-b7dee514d112",
    "ab9b8c07-8f02-4f72-87fa-80105867a763",
    "af124e86-4e96-495a-b70a-90f90ab96707",
    "b26aadf8-566f-4478-926f-589f601d9c74",
    "be1918be-3fe3-4be9-b32b-b542fc27f02e",
    "c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12",
    "cab96880-db5b-4e15-90a7-f3f1d62ffe39",
    "cf36b471-5b44-428c-9ce7-313bf84528de",
    "d326c1ce-6cc6-4de2-bebc-4591e5e13ef0",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "d7b530a4-7680-4c23-a8bf-c52c121d2e87",
    "dd47d17a-3194-4d86-bfd5-c6ae6f5651e3",
    "e9c51622-460d-4d3d-952d-966a5b1da34c",
    "eb539595-3fe1-474e-9c1d-feb3625d1be5",
    "ecd6b820-32c2-49b6-98a6-444530e5a77a",
    "f05ff7c9-f75a-4acd-a3b5-f4b6a870245d",
    "f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34",
)
_PAGES: Final = (
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "00000006-0000-0ff1-ce00-000000000000",
    "0000000a-0000-0000-c000-000000000000",
    "00000009-0000-0000-c000-000000000000",
    "08e18876-6177-487e-b8b5-cf950c1e598c",
    "0922ef46-e1b9-4f7e-9134-9ad00547eb41",
    "18fbca16-2224-45f6-85b0-f7bf2b39b3f3",
    "19db86c3-b2b9-44cc-b339-36da233a3be2",
    "243c63a3-247d-41c5-9d83-7788c43f1c43",
    "2793995e-0a7d-40d7-bd35-6968ba142197",
    "29d9ed98-a469-4536-ade2-f981bc1d605e",
    "2d4d3d8e-2be3-4bef-9f87-7875a61c29de",
    "38aa3b87-a06d-4817-b275-7a316988d93b",
    "3e62f81e-590b-425b-9531-cad6683656cf",
    "4345a7b9-9a63-4910-a426-35363201d503",
    "4765445b-32c6-49b0-83e6-1d93765276ca",
    "4e291c71-d680-4d0e-9640-0a3358e31177",
    "57336123-6e14-4acc-8dcf-287b6088aa28",
    "5d661950-3475-41cd-a2c3-d671a3162bc1",
    "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
    "74658136-14ec-4630-ad9b-26e160ff0fc6",
    "74bcdadc-2fdc-4bb3-8459-76d06952a0e9",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "80ccca67-54bd-44ab-8625-4b79c4dc7775",
    "871c010f-5e61-4fb1-83ac-98610a7e9110",
    "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7",
    "8c59ead7-d703-4a27-9e55-c96a0054c8d2",
    "9199bf20-a13f-4107-85dc-02114787ef48",
    "93625bc8-bfe2-437a-97e0-3d0060024faa",
    "a672d62c-fc7b-4e81-a576-e60dc46e951d",
    "a809996b-059e-42e2-9866-db24b99a9782",
    "b90d5b8f-5503-4153-b545-b31cecfaece2",
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    "d176f6e7-38e5-40c9-8a78-3998aab820e7",
    "dd762716-544d-4aeb-a526-687b73838a22",
    "de8bc8b5-d9f9-48b1-a8ad-b748da725064",
)

FAMILY: Final = _hashes(_OFFICE_FAMILY)
"""Programs whose refresh tokens stand for each other."""
CODE_TOOLS: Final = _hashes(
    (
        "aebc6443-996d-45c2-90f0-388ff96faa56",
        "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        "1950a258-227b-4e31-a9cf-717495945fc2",
    )
)
"""Visual Studio Code, and the command lines of Azure."""
AAD_POWERSHELL: Final = _hashes(("1b730954-1685-4b74-9bfd-dac224a7b894",))
FIRST_PARTY: Final = ", ".join(
    (_hashes(_OFFICE_FAMILY), _hashes(_PAGES), _hashes(tuple(one.strip(" '") for one in COMMAND_LINES.split(","))))
)
"""All of Microsoft's own known here."""
