"""A sample tenant agrees with itself, as a real one does."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from sample_files import Sample, load

LISTINGS = (
    "users", "conditional_access_policies", "subscribed_skus", "domains", "sign_ins", "sites", "deleted_users",
    "groups", "role_definitions", "role_assignments", "registration_details", "named_locations", "directory_audits",
    "applications", "service_principals", "oauth2_permission_grants",
)  # fmt: skip
NEVER = "0001-01-01T00:00:00Z"
SIGN_IN_DAYS = timedelta(days=31)


def repeated(ids: list[str]) -> list[str]:
    return [value for value, times in Counter(ids).items() if times > 1]


def test_no_id_occurs_twice(sample: Sample) -> None:
    for part in LISTINGS:
        assert repeated([row["id"] for row in sample.rows(part)]) == []
    assert repeated([drive["id"] for drives in sample["drives"].values() for drive in drives]) == []
    assert repeated([item["id"] for _, item in sample.items()]) == []
    assert repeated([rule["id"] for _, rule in sample.rules()]) == []
    assert repeated([user["userPrincipalName"].lower() for user in sample["users"]]) == []


def test_an_item_lists_a_permission_once(sample: Sample) -> None:
    for permissions in sample["permissions"].values():
        assert repeated([permission["id"] for permission in permissions]) == []


def test_the_licences_of_the_users_add_up(sample: Sample) -> None:
    assigned = Counter(one["skuId"] for user in sample["users"] for one in user["assignedLicenses"])

    assert assigned == {sku["skuId"]: sku["consumedUnits"] for sku in sample["subscribed_skus"]}


def test_the_plans_in_force_are_those_of_subscriptions_that_are_enabled(sample: Sample) -> None:
    enabled = [sku for sku in sample["subscribed_skus"] if sku["capabilityStatus"] == "Enabled"]

    assert set(sample["tenant"]["service_plans"]) == {
        plan["servicePlanName"] for sku in enabled for plan in sku["servicePlans"]
    }


def test_vermeulen_has_mixed_licences(vermeulen: Sample) -> None:
    assert {sku["skuPartNumber"]: sku["consumedUnits"] for sku in vermeulen["subscribed_skus"]} == {
        "SPB": 31,
        "O365_BUSINESS_ESSENTIALS": 5,
        "EXCHANGESTANDARD": 2,
    }


def test_the_premium_trial_of_lambert_has_ended(lambert: Sample) -> None:
    trial = next(sku for sku in lambert["subscribed_skus"] if sku["skuPartNumber"] == "AAD_PREMIUM")

    assert (trial["capabilityStatus"], trial["prepaidUnits"]["enabled"]) == ("Suspended", 0)
    assert "AAD_PREMIUM" not in lambert["tenant"]["service_plans"]
    assert lambert["conditional_access_policies"]


def test_policies_name_users_that_exist(sample: Sample) -> None:
    for policy in sample["conditional_access_policies"]:
        users = policy["conditions"]["users"]

        assert set(users["includeUsers"]) - {"All"} <= set(sample.users)
        assert set(users["excludeUsers"]) <= set(sample.users)


def test_policies_name_groups_that_exist(sample: Sample) -> None:
    groups = {group["id"] for group in sample.rows("groups")}
    for policy in sample["conditional_access_policies"]:
        users = policy["conditions"]["users"]

        assert {*users["includeGroups"], *users["excludeGroups"]} <= groups


def test_groups_have_members_that_exist(sample: Sample) -> None:
    groups = {group["id"] for group in sample.rows("groups")}
    known = groups | set(sample.users) | {one["id"] for one in sample.rows("service_principals")}
    for group, members in sample.parts.get("group_members", {}).items():
        assert group in groups
        assert {member["id"] for member in members} <= known


def test_roles_that_are_held_are_defined(sample: Sample) -> None:
    defined = {role["id"] for role in sample.rows("role_definitions")}
    parts = ("role_assignments", "role_assignment_schedule_instances", "role_eligibility_schedule_instances")

    assert {row["roleDefinitionId"] for part in parts for row in sample.rows(part)} <= defined


def test_a_report_of_registrations_is_about_users(sample: Sample) -> None:
    for row in sample.rows("registration_details"):
        user = sample.users[row["id"]]
        assert (row["userPrincipalName"], user["accountEnabled"]) == (user["userPrincipalName"], True)
    for part in ("authentication_methods", "per_user_mfa"):
        assert set(sample.parts.get(part, {})) <= set(sample.users)


def test_exchange_and_graph_know_the_same_mailboxes(sample: Sample) -> None:
    mailboxes = sample.exchange("Get-Mailbox")
    shown = {mailbox["ExternalDirectoryObjectId"]: mailbox for mailbox in mailboxes}
    shown.pop("", None)  # Exchange's own mailbox for searches, which no user owns

    assert not shown or set(shown) == set(sample["inbox_rules"])
    for user, mailbox in shown.items():
        assert mailbox["UserPrincipalName"] == sample.users[user]["userPrincipalName"]


def test_exchange_shows_every_rule_that_graph_shows(sample: Sample) -> None:
    held = sample.parts.get("exchange_mailboxes", {}).get("Get-InboxRule", {})
    for user, rules in sample["inbox_rules"].items() if held else ():
        by_exchange = {
            (rule["Name"], rule["Priority"], rule["Enabled"])
            for rule in held.get(sample.users[user]["userPrincipalName"], [])
        }

        assert {(rule["displayName"], rule["sequence"], rule["isEnabled"]) for rule in rules} <= by_exchange


def test_rights_are_held_by_applications_that_are_there(sample: Sample) -> None:
    principals = {one["id"] for one in sample.rows("service_principals")}

    assert set(sample.parts.get("app_role_assignments", {})) <= principals
    for grant in sample.rows("oauth2_permission_grants"):
        assert {grant["clientId"], grant["resourceId"]} <= principals
        assert grant["principalId"] is None or grant["principalId"] in sample.users


def test_every_mailbox_belongs_to_a_member(sample: Sample) -> None:
    assert [user for user in sample["inbox_rules"] if sample.users[user]["userType"] != "Member"] == []


def test_everybody_with_a_licence_has_a_mailbox(sample: Sample) -> None:
    licensed = {user["id"] for user in sample["users"] if user["assignedLicenses"]}

    assert licensed <= set(sample["inbox_rules"])


def test_rules_are_numbered_in_order(sample: Sample) -> None:
    for rules in sample["inbox_rules"].values():
        assert [rule["sequence"] for rule in rules] == list(range(1, len(rules) + 1))


def test_every_drive_has_a_site_and_every_item_a_parent_listed_before_it(sample: Sample) -> None:
    assert set(sample["drives"]) == {site["id"] for site in sample["sites"]}
    assert set(sample["drive_items"]) == {drive["id"] for drives in sample["drives"].values() for drive in drives}
    for drive, (root, *others) in sample["drive_items"].items():
        seen = {root["id"]}
        assert "root" in root
        for item in others:
            assert (item["parentReference"]["driveId"], item["parentReference"]["id"] in seen) == (drive, True)
            seen.add(item["id"])


def test_exactly_the_shared_items_have_permissions(sample: Sample) -> None:
    assert set(sample["permissions"]) == {f"{drive}/{item['id']}" for drive, item in sample.items() if "shared" in item}


def test_people_who_were_granted_access_exist(sample: Sample) -> None:
    for permissions in sample["permissions"].values():
        for permission in permissions:
            identities = [permission.get("grantedToV2", {}), *permission.get("grantedToIdentitiesV2", [])]
            assert {one["user"]["id"] for one in identities if "user" in one} <= set(sample.users)


def test_the_log_is_newest_first_and_covers_the_last_thirty_days(sample: Sample) -> None:
    times = [row["createdDateTime"] for row in sample.rows("sign_ins")]
    if not times:
        return

    assert all(newer >= older for newer, older in pairwise(times))
    assert times[0] < sample["tenant"]["recorded_at"]
    assert times[-1] > (sample.recorded_at - SIGN_IN_DAYS).isoformat()


def test_who_signs_in_is_a_user_or_a_technician_with_delegated_administration(sample: Sample) -> None:
    strangers = {row["crossTenantAccessType"] for row in sample.rows("sign_ins") if row["userId"] not in sample.users}

    assert strangers <= {"serviceProvider"}


@pytest.mark.parametrize("slug", ["degroote", "noordzee", "vermeulen"])
def test_the_last_success_of_a_user_is_the_newest_one_in_the_log(slug: str) -> None:
    sample = load(slug)
    newest: dict[str, str] = {}
    for row in reversed(sample["sign_ins"]):
        if row["status"]["errorCode"] == 0:
            newest[row["userId"]] = row["createdDateTime"]

    known = {user: when for user, when in newest.items() if user in sample.users}
    assert len(known) >= sample["tenant"]["config"]["firm_size"]
    for user, when in known.items():
        assert sample.users[user]["signInActivity"]["lastSuccessfulSignInDateTime"] == when


def test_nobody_signs_in_before_there_is_an_account(sample: Sample) -> None:
    created = {user["id"]: user["createdDateTime"] or "" for user in sample["users"]}

    assert [
        row["userDisplayName"]
        for row in sample.rows("sign_ins")
        if row["createdDateTime"] < created.get(row["userId"], "")
    ] == []


def test_nothing_happened_after_the_recording(sample: Sample) -> None:
    recorded = sample["tenant"]["recorded_at"]
    assert [row for row in sample.rows("directory_audits") if row["activityDateTime"] > recorded] == []
    for user in sample["users"]:
        dates = [user["createdDateTime"], *user.get("signInActivity", {}).values()]
        assert [date for date in dates if date and date[4:5] == "-" and date > recorded] == []
