"""The configuration is changed where it must be, and stays as people wrote it everywhere else."""

from pathlib import Path

import pytest

from m365_posture.config import ConfigError
from m365_posture.config_edit import add_tenant, mentions, remove_tenant

LAMBERT = """\
# Lambert: ask for Marie
[tenants.lambert]
name = "Fiduciaire Lambert" # since 2019
packs = ["base"]
"""
VERMEULEN = """\
# Advocatenkantoor Vermeulen, contact An
# second line
[tenants.vermeulen]
name = "Vermeulen"
[tenants.vermeulen.thresholds]
stale_days = 60
# the e-invoicing platform
[[tenants.vermeulen.trusted_forwarding]]
from = "a@vermeulen.example"
"""
TOP = '# ours\nschema = 1\n\n[defaults]\nlanguage = "nl"\n\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tenants.toml"


@pytest.mark.parametrize("order", [(VERMEULEN, LAMBERT), (LAMBERT, VERMEULEN)])
def test_a_tenant_goes_with_its_comments_and_takes_nobody_elses(order: tuple[str, str], path: Path) -> None:
    path.write_text(TOP + "\n".join(order), "utf-8")
    remove_tenant(path, "vermeulen")
    left = path.read_text("utf-8")

    assert LAMBERT in left
    assert left.startswith(TOP)
    assert "ermeulen" not in left
    assert "e-invoicing" not in left


def test_a_comment_apart_from_the_table_stays_and_is_told(path: Path) -> None:
    path.write_text(f"{TOP}# Vermeulen pays yearly\n\n{VERMEULEN}", "utf-8")
    remove_tenant(path, "vermeulen")

    assert mentions(path, ["vermeulen"]) == [7]


@pytest.mark.parametrize(
    "text",
    [
        '[tenants]\nvermeulen = { name = "Vermeulen" }\nlambert = { name = "Lambert" }\n',
        '[tenants."vermeulen"]\nname = """\n[tenants.lambert]\n"""\n[tenants.lambert]\nname = "Lambert"\n',
        'tenants.vermeulen.name = "Vermeulen"\ntenants.lambert.name = "Lambert"\n',
    ],
)
def test_other_ways_to_write_a_tenant_are_understood(text: str, path: Path) -> None:
    path.write_text(text, "utf-8")
    remove_tenant(path, "vermeulen")

    assert "Lambert" in path.read_text("utf-8")
    assert mentions(path, ["vermeulen"]) == []


def test_a_tenant_that_is_not_there_changes_no_byte(path: Path) -> None:
    path.write_text(TOP + LAMBERT, "utf-8")
    remove_tenant(path, "vermeulen")

    assert path.read_text("utf-8") == TOP + LAMBERT


def test_a_tenant_is_added_below_what_is_there(path: Path) -> None:
    path.write_text(TOP + LAMBERT, "utf-8")
    add_tenant(path, "nieuw", {"name": "Nieuw", "apps": {"files": {"client_id": "x"}}})
    with pytest.raises(ConfigError, match="already"):
        add_tenant(path, "nieuw", {"name": "Nieuw"})

    assert path.read_text("utf-8").startswith(TOP + LAMBERT)
    assert "[tenants.nieuw.apps.files]" in path.read_text("utf-8")


def test_a_file_that_is_no_toml_is_one_sentence_and_stays(path: Path) -> None:
    path.write_text("tenants = [", "utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        remove_tenant(path, "vermeulen")

    assert path.read_text("utf-8") == "tenants = ["
