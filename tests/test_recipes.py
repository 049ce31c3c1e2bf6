"""The recipes for unattended scans: their units and timetables are what systemd and cron read."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "docs/recipes.md").read_text(encoding="utf-8")
UNITS = {
    found[1]: found[2]
    for found in re.finditer(r"`/etc/systemd/system/([\w.-]+)`.*?```ini\n(.*?)```", TEXT, flags=re.DOTALL)
}


def unit(name: str) -> ConfigParser:
    parsed = ConfigParser(interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign] - systemd's names are case-sensitive
    parsed.read_string(UNITS[name])
    return parsed


def test_there_is_a_service_a_timer_for_it_and_what_tells_of_a_failure() -> None:
    assert set(UNITS) == {"m365-posture.service", "m365-posture.timer", "m365-posture-failed.service"}
    assert unit("m365-posture.service")["Unit"]["OnFailure"] in UNITS
    assert unit("m365-posture.timer")["Install"]["WantedBy"] == "timers.target"


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_a_service_names_its_program_by_an_absolute_path(name: str) -> None:
    assert unit(name)["Service"]["ExecStart"].startswith("/")


def test_the_service_may_write_where_it_works_and_nowhere_else() -> None:
    service = unit("m365-posture.service")["Service"]

    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert "/etc/m365-posture/master.key" in service["LoadCredential"]


def test_a_night_with_findings_or_gaps_is_no_failed_night() -> None:
    assert unit("m365-posture.service")["Service"]["SuccessExitStatus"].split() == ["1", "3"]


def test_each_line_of_the_timetable_has_a_time_a_user_and_no_percent_sign() -> None:
    table = re.search(r"```cron\n(.*?)```", TEXT, flags=re.DOTALL)
    assert table is not None
    lines = [line for line in table[1].splitlines() if not re.match(r"[A-Z]+=", line)]

    assert lines
    for line in lines:
        # a percent sign ends the command for cron
        assert re.fullmatch(r"(?:[\d*/]+ ){5}m365-posture cd /srv/m365-posture && [^%]+", line)
