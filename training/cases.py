"""What refuses a file of labelled cases, of texts or of pictures: read whole, or refused whole."""


class CasesError(ValueError):
    """A cases file that cannot be used; the message names file and lines, never the text."""
