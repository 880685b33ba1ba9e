"""The scores from which a policy reports findings, found by asking it.

A policy's rules may differ by label, field and more. Bisection over the score needs to know none of that, so that it
agrees with `Policy.apply` whatever rules are made of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.policy import Policy
from models.profile import LABELS, Contact, ContactKind, Field, Finding, Label

NEVER = math.inf
"""Threshold of a label that a policy does not report."""

HUNDREDTHS = 100

Place = tuple[Label, Field]
"""A label, and the field that it is found in."""

PLACES: tuple[Place, ...] = tuple((label, field) for label, info in LABELS.items() for field in info.fields)


def thresholds(policy: Policy) -> Mapping[Place, float]:
    """Lowest reported score of every label in every field, `NEVER` where none is."""
    return {place: _threshold(policy, place) for place in PLACES}


def observed(policy: Policy) -> frozenset[Place]:
    """Labels and fields whose findings are reported without counting, for every account."""
    found = {place: policy.apply([_probe(place, 1.0)], frozenset(), "") for place in PLACES}
    return frozenset(place for place, reported in found.items() if reported and reported[0].report_only)


def _threshold(policy: Policy, place: Place) -> float:
    low, high = 0.0, 1.0
    if not _reports(policy, place, high):
        return NEVER
    if _reports(policy, place, low):
        return low
    while high - low > 0.5 / HUNDREDTHS:
        middle = (low + high) / 2
        low, high = (low, middle) if _reports(policy, place, middle) else (middle, high)
    hundredth = round(high * HUNDREDTHS) / HUNDREDTHS
    if _reports(policy, place, hundredth) and not _reports(policy, place, math.nextafter(hundredth, 0.0)):
        return hundredth  # as people write thresholds
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (low, middle) if _reports(policy, place, middle) else (middle, high)
    return high


def _reports(policy: Policy, place: Place, score: float) -> bool:
    return bool(policy.apply([_probe(place, score)], frozenset(), ""))


def consequences(policy: Policy, field: Field, score: float) -> Mapping[ContactKind, int]:
    """What follows from a contact of each kind, mildest least: -1 if it is not reported, else the severity's rank."""
    found = {}
    for kind in ContactKind:
        contact = Finding(Label.CONTACT_DIVERSION, field, score, "probe", contacts=(Contact(kind),))
        reported = policy.apply([contact], frozenset(), "")
        found[kind] = reported[0].severity.rank if reported else -1
    return found


def _probe(place: Place, score: float) -> Finding:
    every_kind = tuple(map(Contact, ContactKind)) if place[0] is Label.CONTACT_DIVERSION else ()
    return Finding(*place, score, "probe", contacts=every_kind)
