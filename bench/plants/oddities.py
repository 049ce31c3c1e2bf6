"""Everything ordinary that looks odd, added to a firm at once."""

from bench.plants.behaviour import Ordinary
from bench.plants.journeys import JOURNEYS
from bench.plants.situations import SITUATIONS


def odd_but_benign(firm: Ordinary) -> Ordinary:
    """Add every situation to a firm and return it."""
    for situation in (*SITUATIONS, *JOURNEYS):
        situation(firm)
    return firm
