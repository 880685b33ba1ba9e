"""Every kind of negative by name, and a random one of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.arrays import Pixels
from training.images.negatives import badges, banners, clubs, crests, signs, stripes
from training.images.negatives.palette import Generator, pick

NegativeKind = Callable[[Generator], Pixels]

GROUPS: Mapping[str, tuple[NegativeKind, ...]] = {
    "crests": (crests.family_arms, crests.town_arms, crests.supported_arms, crests.princely_arms),
    "clubs": (clubs.university_seal, clubs.school_shield, clubs.football_crest, clubs.company_mark, clubs.wreath_mark),
    "badges": (
        badges.tile,
        badges.loose_pictogram,
        badges.ring_badge,
        badges.medal,
        badges.company_stamp,
        badges.ribbon_badge,
    ),
    "banners": (banners.festive_banner, banners.light_banner),
    "stripes": (
        stripes.invented_flag,
        stripes.jersey,
        stripes.scarf,
        stripes.ribbon,
        stripes.plain_flag,
        stripes.christmas_cap,
    ),
    "signs": (signs.game_shield, signs.sheriff_star, signs.rank_insignia, signs.wreathed_star),
}
"""Kinds by group."""

NEGATIVES: Mapping[str, NegativeKind] = {make.__name__: make for kinds in GROUPS.values() for make in kinds}
"""Every kind by name: a function of a generator that returns RGBA uint8 (height, width, 4)."""


def negative(rng: Generator) -> Pixels:
    """A drawing of a random kind, each group equally likely: RGBA uint8 (height, width, 4)."""
    return pick(rng, pick(rng, list(GROUPS.values())))(rng)
