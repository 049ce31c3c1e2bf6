"""What goes wrong is told in one sentence, with the right exit code, and nothing that was kept is lost."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import Answer, World, a_world, command

from m365_posture.keys import create_master_key
from m365_posture.locks import tenant_lock
from simulator.configuration import CredentialKind

SLUG = "lambert"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulator and one finished scan that no test changes."""
    with a_world(tmp_path_factory.mktemp("errors"), CredentialKind.SECRET) as world:
        with pytest.MonkeyPatch.context() as patched:
            set_secrets(patched, world)
            assert world.run("scan", SLUG).code == 0
        yield world


def set_secrets(patched: pytest.MonkeyPatch, world: World) -> None:
    for name, value in world.simulator.environment.items():
        patched.setenv(name, value)


@pytest.fixture
def world(served: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of everything that was kept, and of the configuration."""
    folder = tmp_path / "world"
    folder.mkdir()
    for name in ("data", "simulator"):
        shutil.copytree(served.folder / name, folder / name)
    for path in (served.config, served.key_file, *served.folder.glob("*.csv")):
        shutil.copy2(path, folder)
    set_secrets(monkeypatch, served)
    return World(folder, served.simulator)


def contents(world: World) -> dict[str, bytes]:
    """Return every file of the tenant's scans and events."""
    folder = world.tenant_folder(SLUG)
    kept = [path for kind in ("scans", "events") for path in (folder / kind).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


def assert_refused(answer: Answer, code: int, says: str) -> None:
    assert says in answer.sentence
    assert answer.sentence.endswith((".", "?"))
    assert answer.code == code
    assert answer.output == b""


def a_part(world: World, table: str = "users") -> Path:
    return next((world.scans(SLUG)[-1] / "tables" / table).glob("*.parquet"))


def change_a_part(world: World) -> None:
    change(a_part(world))


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate_a_part(world: World) -> None:
    truncate(a_part(world))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def damage_two_parts(world: World) -> None:
    change(a_part(world, "users"))
    truncate(a_part(world, "sharing_links"))


def truncate_the_manifest(world: World) -> None:
    path = world.scans(SLUG)[-1] / "manifest.json"
    path.write_bytes(path.read_bytes()[:200])


def change_the_manifest(world: World) -> None:
    path = world.scans(SLUG)[-1] / "manifest.json"
    document = json.loads(path.read_bytes())
    document["tables"]["sign_ins"]["state"] = "complete"
    path.write_text(json.dumps(document), encoding="utf-8")


def make_the_schema_newer(world: World) -> None:
    path = world.scans(SLUG)[-1] / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"schema": "2.0"}), encoding="utf-8")


def use_another_key(world: World) -> None:
    world.key_file.unlink()
    create_master_key(world.key_file)


DAMAGE = [
    pytest.param(change_a_part, 5, "is not as it was written", id="a changed part"),
    pytest.param(truncate_a_part, 5, "is cut short", id="a truncated part"),
    pytest.param(truncate_the_manifest, 5, "cut short or damaged", id="a truncated manifest"),
    pytest.param(change_the_manifest, 5, "is not as it was written", id="a changed manifest"),
    pytest.param(make_the_schema_newer, 5, "update m365-posture", id="a newer schema"),
    pytest.param(use_another_key, 2, "This key does not open tenant", id="a wrong key"),
]


@pytest.mark.parametrize(("damage", "code", "says"), DAMAGE)
def test_a_snapshot_that_cannot_be_trusted_is_not_judged(
    world: World, damage: Callable[[World], None], code: int, says: str
) -> None:
    damage(world)
    before = contents(world)

    answer = world.run("judge", world.scans(SLUG)[-1], "--format", "jsonl")

    assert_refused(answer, code, says)
    assert contents(world) == before


@pytest.mark.parametrize(("damage", "code", "says"), DAMAGE[4:])
def test_a_scan_does_not_write_beside_what_another_release_or_key_wrote(
    world: World, damage: Callable[[World], None], code: int, says: str
) -> None:
    damage(world)
    before = contents(world)

    assert_refused(world.run("scan", SLUG), code, says)
    assert contents(world) == before


@pytest.mark.parametrize(
    "damage",
    [
        damage_two_parts,
        change_the_manifest,
        pytest.param(truncate_the_manifest, marks=pytest.mark.deep),
        pytest.param(change_a_part, marks=pytest.mark.deep),
        pytest.param(truncate_a_part, marks=pytest.mark.deep),
    ],
)
def test_a_scan_reads_in_full_what_it_cannot_continue_and_leaves_the_rest_as_it_is(
    world: World, damage: Callable[[World], None]
) -> None:
    damage(world)
    before = contents(world)

    assert world.run("scan", SLUG).code == 0
    assert contents(world).items() >= before.items()


def test_a_truncated_findings_file_is_explained(world: World) -> None:
    path = next((world.scans(SLUG)[-1] / "findings").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-20])

    assert_refused(world.run("workbook", SLUG, "-o", world.folder / "out.xlsx"), 5, "no whole file")
    assert not (world.folder / "out.xlsx").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(None, "does not exist", id="missing"),
        pytest.param("schema = 1\n[tenants.lambert\n", "line 2", id="malformed"),
        pytest.param("schema = 1\n[defaults]\ndata_dri = 'x'\n", "did you mean `data_dir`?", id="an unknown key"),
    ],
)
@pytest.mark.parametrize("arguments", [["scan", SLUG], ["tenants", "list"], ["workbook", SLUG, "-o", "x.xlsx"]])
def test_an_unusable_configuration_is_explained(
    tmp_path: Path, text: str | None, says: str, arguments: list[str]
) -> None:
    path = tmp_path / "tenants.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    assert_refused(command(*arguments, "--config", path), 2, says)


def test_an_unknown_tenant_suggests_the_nearest(world: World) -> None:
    assert_refused(world.run("scan", "lambret"), 2, "did you mean `lambert`?")


def test_a_missing_key_names_the_ways_to_give_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("M365_POSTURE_KEY", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

    assert_refused(command("scan", SLUG, "--config", world.config), 2, "give --key-file FILE")


def a_wrong_secret(_world: World, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("LAMBERT_CLIENT_SECRET", "wrong")


def an_expired_certificate(world: World, patched: pytest.MonkeyPatch) -> None:
    path = world.simulator.issue_certificate(SLUG, expired=True)
    password = world.simulator.credentials(SLUG).certificate_password
    patched.setenv("EXPIRED_PASSWORD", password)
    use_credential(world, f'certificate = "{path.as_posix()}"\ncertificate_password_env = "EXPIRED_PASSWORD"')


def use_credential(world: World, lines: str) -> None:
    world.edit('client_secret_env = "LAMBERT_CLIENT_SECRET"', lines)


def an_unreachable_login_host(world: World, _patched: pytest.MonkeyPatch) -> None:
    world.edit(world.simulator.hosts.login, "https://127.0.0.1:9")


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        pytest.param(a_wrong_secret, "the client secret is wrong", id="a wrong secret"),
        pytest.param(an_expired_certificate, "expired on", id="an expired certificate"),
        pytest.param(an_unreachable_login_host, "login", id="a login host that cannot be reached"),
    ],
)
def test_a_sign_in_that_fails_ends_the_scan(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[World, pytest.MonkeyPatch], None],
    says: str,
) -> None:
    before = contents(world)
    trouble(world, monkeypatch)

    assert_refused(world.run("scan", SLUG), 4, says)
    assert contents(world) == before
    assert world.run("judge", world.scans(SLUG)[-1]).code == 0


def test_a_secret_that_is_not_set_is_a_mistake_of_configuration(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAMBERT_CLIENT_SECRET")

    assert_refused(world.run("scan", SLUG), 2, "the environment variable LAMBERT_CLIENT_SECRET is not set")


def test_a_graph_host_that_cannot_be_reached_is_incomplete_coverage(world: World) -> None:
    world.edit(world.simulator.hosts.graph, "https://127.0.0.1:9")

    answer = world.run("scan", SLUG, "--format", "jsonl")

    assert answer.code == 3
    checks = [row for row in answer.rows if row["object_id"] is None]
    assert {row["status"] for row in checks} == {"not_assessed"}
    summary = answer.messages.splitlines()[-1]
    assert "organization" in summary.partition("not read or in part: ")[2]
    assert world.run("judge", world.scans(SLUG)[0]).code == 0


def test_a_tenant_that_is_being_scanned_is_left_alone(world: World) -> None:
    before = contents(world)
    with tenant_lock(world.tenant_folder(SLUG), command="scan", started_at=datetime.now(UTC)):
        answer = world.run("scan", SLUG)

    assert_refused(answer, 5, "wait until it has finished")
    assert contents(world) == before
    assert world.run("scan", SLUG, "--only", "policies").code == 0


def test_a_tenant_that_was_never_scanned_has_no_workbook(world: World) -> None:
    answer = world.run("workbook", "vermeulen", "-o", world.folder / "out.xlsx")

    assert_refused(answer, 2, "run `m365-posture scan vermeulen`")


def test_the_snapshot_of_a_tenant_that_the_configuration_does_not_know_is_explained(
    world: World, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text("schema = 1\n", encoding="utf-8")

    answer = command("judge", world.scans(SLUG)[-1], "--config", other, "--key-file", world.key_file)

    assert_refused(answer, 2, "has no tenant with the id")


def test_an_unfinished_scan_is_not_judged(world: World) -> None:
    folder = world.scans(SLUG)[-1]
    (folder / "manifest.json").unlink()

    assert_refused(world.run("judge", folder), 5, "holds no finished scan")


def test_a_bug_is_not_taken_for_findings(world: World) -> None:
    (world.tenant_folder(SLUG) / "scan.lock").unlink()
    (world.tenant_folder(SLUG) / "scan.lock").mkdir()

    answer = world.run("scan", SLUG)

    assert answer.code == 70
    assert "Traceback" in answer.messages
