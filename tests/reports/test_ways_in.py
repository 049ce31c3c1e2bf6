"""A way in is told in words that a person understands, in every language."""

import pytest
from mfa_exhibits import a_way

from m365_posture.texts import Language
from reports.view_models.ways_in import sentence

EN, NL, FR = Language.EN, Language.NL, Language.FR


def test_a_way_through_everything_is_short() -> None:
    assert sentence(a_way(), EN) == "Any app except the administration portals: the password alone is enough"
    assert sentence(a_way(), NL) == "Elke app behalve de beheerportalen: het wachtwoord alleen volstaat"
    assert sentence(a_way(), FR) == "Toute application sauf les portails d'administration : le mot de passe seul suffit"


def test_a_hole_names_the_place_and_the_policy_that_leaves_it_open() -> None:
    way = a_way(clients=["browser"], places=["Kantoor Gent"], spared_by=["MFA for everyone"])

    assert sentence(way, EN) == (
        "Any app except the administration portals, in a browser, from the location “Kantoor Gent”: "
        "the password alone is enough (left out by the policy “MFA for everyone”)"
    )
    assert sentence(way, NL) == (
        "Elke app behalve de beheerportalen, in een browser, vanuit de locatie ‘Kantoor Gent’: "  # noqa: RUF001 - Dutch
        "het wachtwoord alleen volstaat (uitgezonderd in het beleid ‘MFA for everyone’)"  # noqa: RUF001 - the same
    )
    assert sentence(way, FR) == (
        "Toute application sauf les portails d'administration, dans un navigateur, depuis l'emplacement "
        "« Kantoor Gent » : le mot de passe seul suffit (exception prévue par la stratégie « MFA for everyone »)"
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"targets": ["other"]}, "Any app that no policy names:"),
        ({"targets": ["Boekhouding", "Office365"]}, "The app “Boekhouding” or the apps of Microsoft 365:"),
        ({"targets": ["MicrosoftAdminPortals"]}, "The administration portals:"),
        ({"targets": ["a", "b", "c", "d", "e"]}, "The app “a”, the app “b”, the app “c”, or 2 more:"),
        ({"targets": ["00000002-0000-0000-c000-000000000000", "other"]}, "Any app that no policy names:"),
        ({"targets": ["Office365", "other"]}, "Any app that no policy names or the apps of Microsoft 365:"),
        ({"targets": ["00000002-0000-0000-c000-000000000000"]}, "The directory of the firm, with the least rights:"),
        (
            {"clients": ["exchangeActiveSync", "other"]},
            "in a mail app that uses Exchange ActiveSync or in an older pro",
        ),
        ({"clients": ["browser", "mobileAppsAndDesktopClients"]}, "in a browser or an app:"),
        ({"clients": ["mobileAppsAndDesktopClients"]}, "in an app on a computer or telephone:"),
        ({"places": ["country:BE", "country:other"]}, "from the country Belgium or a country that no policy names:"),
        ({"places": ["country:unknown"]}, "from an address whose country is not known:"),
        ({"places": ["country:XQ"]}, "from the country XQ:"),
        ({"places": ["legacy_trusted"]}, "from the trusted addresses of per-user MFA, which cannot be read:"),
        ({"places": ["other"]}, "from a place that no policy names:"),
        ({"platforms": ["linux"]}, "by pretending to be Linux:"),
        ({"platforms": ["linux", "unknown"]}, "by pretending to be Linux or a device of an unknown kind:"),
        (
            {"platforms": ["android", "iOS", "linux", "macOS", "unknown", "windowsPhone"]},
            "by pretending to be anything but Windows:",
        ),
        ({"sign_in_risks": ["none"]}, "when Microsoft sees no risk in the sign-in:"),
        ({"sign_in_risks": ["high", "low"]}, "when Microsoft rates the risk of the sign-in as low or high:"),
        ({"user_risks": ["none"]}, "when Microsoft sees no risk for the account:"),
        ({"user_risks": ["low", "none"]}, "unless Microsoft rates the risk for the account as medium or high:"),
        ({"sign_in_risks": ["low", "medium", "none"]}, "unless Microsoft rates the risk of the sign-in as high:"),
        ({"flows": ["deviceCodeFlow"]}, "by a code from another device:"),
        ({"flows": ["authenticationTransfer"]}, "by handing a sign-in over to another device:"),
        ({"flows": ["none"]}, "signing in directly:"),
        ({"flows": ["authenticationTransfer", "none"]}, "without a code from another device:"),
        ({"devices": ["unmanaged"]}, "on a device that the firm does not manage:"),
        ({"devices": ["compliant", "domainJoined"]}, "on a managed device that follows the firm's rules or on a comp"),
    ],
)
def test_each_axis_has_its_words(said: dict[str, list[str]], words: str) -> None:
    assert words in sentence(a_way(**said), EN)


@pytest.mark.parametrize(
    ("said", "dutch", "french"),
    [
        ({"targets": ["other"]}, "Elke app die geen enkel beleid noemt:", "Toute application qu'aucune stratégie ne"),
        ({"clients": ["other"]}, "in een ouder programma", "dans un ancien programme"),
        ({"places": ["country:BE"]}, "vanuit het land België:", "depuis le pays Belgique :"),
        ({"platforms": ["linux"]}, "door zich voor te doen als Linux:", "en se faisant passer pour Linux :"),
        ({"sign_in_risks": ["none"]}, "geen risico in de aanmelding ziet:", "ne voit aucun risque dans la connexion :"),
        ({"user_risks": ["medium", "low"]}, "inschat als laag of middelmatig:", "juge le risque pour le compte faible"),
        (
            {"flows": ["deviceCodeFlow"]},
            "met een code van een ander toestel:",
            "au moyen d'un code d'un autre appareil",
        ),
        ({"devices": ["unmanaged"]}, "op een toestel dat het kantoor niet beheert:", "que le bureau ne gère pas :"),
    ],
)
def test_each_axis_has_its_words_in_dutch_and_french(said: dict[str, list[str]], dutch: str, french: str) -> None:
    assert dutch in sentence(a_way(**said), NL)
    assert french in sentence(a_way(**said), FR)


@pytest.mark.parametrize(
    ("access", "words"),
    [
        ("unknown", "could not be decided, because of the policy “A” and “B”"),
        ("managed_device", "a managed device is accepted instead of a second factor"),
        ("mfa", "a second factor is asked"),
        ("blocked", "blocked"),
        ("brand_new", "brand_new"),
    ],
)
def test_each_end_has_its_words(access: str, words: str) -> None:
    assert sentence(a_way(access, undecided=["A", "B"]), EN).endswith(f"portals: {words}")


def test_what_is_undecided_without_a_policy_does_not_blame_one() -> None:
    assert sentence(a_way("unknown"), EN).endswith("portals: could not be decided")


def test_a_value_without_words_is_shown_as_it_is() -> None:
    assert "quantumFlow" in sentence(a_way(flows=["quantumFlow"], clients=["telepathy"]), EN)
    assert "by pretending to be toaster:" in sentence(a_way(platforms=["toaster"]), EN)


def test_a_name_with_braces_is_a_name() -> None:
    assert "the location “{places}”:" in sentence(a_way(places=["{places}"]), EN)
    assert "policy “{0}”)" in sentence(a_way(spared_by=["{0}"]), EN)
