"""Write all drawings: `python -m training.images.drawings`."""

from __future__ import annotations

from models.runtime.paths import DATASETS
from training.images.drawings import (
    agencies,
    alliances,
    broadcasters,
    companies,
    international,
    media,
    parties,
    united_nations,
)
from training.images.drawings.china import badges, emblem, forces, organs, party, services, society, state, youth
from training.images.drawings.press import newspapers, portals

DRAWINGS = DATASETS / "emblems" / "drawings"
CHINA = (party, youth, state, emblem, badges, forces, organs, services, society)
BODIES = (international, united_nations, agencies, alliances)
MODULES = (*CHINA, *BODIES, parties, media, newspapers, portals, broadcasters, companies)


def main() -> None:
    """Write every module's drawings to `datasets/emblems/drawings/`."""
    DRAWINGS.mkdir(exist_ok=True)
    for module in MODULES:
        for name, svg in module.drawings().items():
            (DRAWINGS / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
