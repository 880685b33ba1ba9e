"""Making the image encoder and the default gallery."""
