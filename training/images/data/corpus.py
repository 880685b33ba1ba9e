"""The image tower's training set: drawings by identity, several artists' versions of one thing together.

Besides the packages' graphics it holds our own drawings of protected emblems, invented wordmarks and invented flags.
Media logos are mostly type, of which packages hold little. Many invented flags differ only by colours or a device.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from models.arrays import Int64, Pixels
from models.images.encoder.restyled import is_plain
from training.images.common.split import Fold, fold_of, owner_key
from training.images.data.cases import read_pictures
from training.images.sources import graphics
from training.images.sources.backgrounds import TRAINING_PHOTOS, Backgrounds
from training.images.sources.catalogue import CATALOGUE, own_drawings
from training.images.sources.marks import is_mark
from training.images.synthesis.flags import TRAINED_FLAGS, invented_flags
from training.images.synthesis.monograms import TRAINED_MONOGRAMS, monograms
from training.images.synthesis.wordmarks import invented_wordmarks

TRAINED_WORDMARKS = 2_400
FLAG_KINDS = {"flag", "invented flag"}
INVENTED_KINDS = {"wordmark", "invented flag"}


@dataclass(frozen=True)
class Corpus:
    """The training set.

    Attributes:
        drawings: RGBA drawings of each identity, by one or more artists.
        owners: owner of each identity, as `split.owner_key`.
        kinds: identities of each kind.
        plain: identities that differ from others only by colour: plain flags.
        monograms: RGBA drawings without an owner, as negatives.
        backgrounds: backgrounds of augmented pictures.
    """

    drawings: tuple[tuple[Pixels, ...], ...]
    owners: tuple[str, ...]
    kinds: dict[str, Int64]
    plain: frozenset[int]
    monograms: tuple[Pixels, ...]
    backgrounds: Backgrounds

    def digest(self) -> str:
        """Digest of every pixel and of the grouping into identities and kinds, 16 hexadecimal digits."""
        kinds = {kind: members.tolist() for kind, members in self.kinds.items()}
        digest = hashlib.sha256(repr((kinds, sorted(self.plain), [len(drawn) for drawn in self.drawings])).encode())
        for pixels in chain(*self.drawings, self.monograms, self.backgrounds.photos):
            digest.update(repr(pixels.shape).encode() + pixels.tobytes())
        return digest.hexdigest()[:16]


def load_corpus(cases: Sequence[Path] = (), limit: int | None = None) -> Corpus:
    """All drawings of the training fold and of the cases, grouped by identity.

    Args:
        cases: files of labelled pictures (`training.images.data.cases`), of known identities or new ones.
        limit: at most this many drawings of every source, for tests.

    Raises:
        CasesError: as `read_pictures` does.
        training.packages.PackageError: a package could not be fetched.
    """
    rendered = graphics.load_graphics(limit)
    labelled = read_pictures(cases, rendered.items)
    drawings: dict[tuple[str, str], list[Pixels]] = defaultdict(list)
    owners: dict[tuple[str, str], str] = {}
    for kind, name, owner, drawing in _everything(rendered, limit):
        drawings[kind, name].append(drawing)
        owners[kind, name] = owner_key(owner)
    plain = frozenset(
        number
        for number, ((kind, _), drawn) in enumerate(drawings.items())
        if kind in FLAG_KINDS and all(map(is_plain, drawn))
    )
    known = {name: (kind, name) for kind, name in reversed(drawings) if kind not in INVENTED_KINDS}
    for identity, owner, drawing in labelled:
        key = known.get(identity, ("logo", identity))
        drawings[key].append(drawing)
        owners.setdefault(key, owner)
    kinds: dict[str, list[int]] = defaultdict(list)
    for number, (kind, _) in enumerate(drawings):
        kinds[kind].append(number)
    members = {kind: np.array(numbers) for kind, numbers in kinds.items()}
    letters = tuple(monograms(0, min(TRAINED_MONOGRAMS, limit or TRAINED_MONOGRAMS)))
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    owned = tuple(owners[name] for name in drawings)
    return Corpus(tuple(map(tuple, drawings.values())), owned, members, plain, letters, backgrounds)


NamedDrawing = tuple[str, str, str, Pixels]
"""Kind, identity, owner and RGBA drawing, uint8 (height, width, 4)."""


def _everything(rendered: graphics.Graphics, limit: int | None) -> Iterator[NamedDrawing]:
    for row in rendered.rows(lambda item: item.fold is Fold.TRAIN and not is_mark(item)):
        item = rendered.items[row]
        yield item.kind, item.identity, item.owner, rendered.drawing(row)
    yield from _own(limit)
    for number, svg in enumerate(invented_wordmarks(min(TRAINED_WORDMARKS, limit or TRAINED_WORDMARKS))):
        drawing = graphics.render_svg(svg)
        if drawing is not None:
            yield "wordmark", str(number), f"wordmark{number}", drawing
    for number, drawing in invented_flags(rendered, min(TRAINED_FLAGS, limit or TRAINED_FLAGS)):
        yield "invented flag", str(number), f"flag{number}", drawing


def _own(limit: int | None) -> Iterator[NamedDrawing]:
    """Our own drawings of the catalogue, of owners of the training fold."""
    for entry in own_drawings()[:limit]:
        if fold_of(entry.owner_id) is Fold.TRAIN:
            drawing = graphics.render_svg((CATALOGUE.parent / entry.image).read_text("utf-8"))
            if drawing is not None:
                yield "own", entry.reference_id, entry.owner_id, drawing
