"""From encoded bytes to pixels: decoding, and everything a picture is refused for."""
