"""What decoding a picture costs, predicted from its structure, and the limits of it.

Decoders process whatever a file declares: thousands of scans, millions of empty blocks. Neither the size of the file
nor its pixels bound that, so each format's walk adds up parts, and predicts time and memory from measured rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.profile import ProfileError

MAX_MILLISECONDS: Final = 750
"""Predicted milliseconds of one core. With its hyperthread busy, a core takes up to 1.3 times that."""

MAX_MEGABYTES: Final = 280
"""Predicted memory of decoding, beside the file itself."""

MAX_PARTS: Final = 10_000
"""Segments or chunks. Pillow takes 8 us for each; 20 MB in libpng's default chunks of 8 kB have 2,500."""

MAX_EXIF_BYTES: Final = 262_144
"""Bytes of EXIF, four full JPEG segments: Pillow takes 2 us for every 12 bytes, and joins pieces quadratically."""

MAX_FRAMES: Final = 1_000
"""Frames of an animation."""

FRAME_MILLISECONDS: Final = 0.2
"""Cost of a frame without pixels: Pillow takes its headers and palette apart in Python."""


@dataclass(frozen=True)
class Cost:
    """Predicted cost of decoding one picture.

    Attributes:
        milliseconds: of one core.
        megabytes: of memory at the peak.
        what: the picture's size or frames, for the refusal.
    """

    milliseconds: float
    megabytes: float
    what: str

    def check(self) -> None:
        """Refuse a picture over a limit.

        Raises:
            ProfileError: `image_dimensions`.
        """
        if self.milliseconds > MAX_MILLISECONDS:
            raise ProfileError(
                "image_dimensions",
                f"{self.what} would take {self.milliseconds:,.0f} ms to decode; "
                f"at most {MAX_MILLISECONDS} are accepted: send a smaller picture",
            )
        if self.megabytes > MAX_MEGABYTES:
            raise ProfileError(
                "image_dimensions",
                f"{self.what} would take {self.megabytes:,.0f} MB to decode; at most {MAX_MEGABYTES} are accepted: "
                "send a smaller picture",
            )


def too_many(what: str, limit: int) -> ProfileError:
    """The refusal of a file with too many small parts.

    Args:
        what: the parts, such as "comments".
        limit: the number that is accepted.
    """
    return ProfileError("image_undecodable", f"the picture has more than {limit:,} {what}; save it again without them")


def too_many_frames(count: int) -> ProfileError:
    """The refusal of an animation with more than `MAX_FRAMES`."""
    return ProfileError("image_dimensions", f"{count:,} frames are too many: at most {MAX_FRAMES:,} are accepted")


def damaged() -> ProfileError:
    """The refusal of a file whose structure is cut short or contradicts itself."""
    return ProfileError("image_undecodable", "the picture is cut short or damaged")
