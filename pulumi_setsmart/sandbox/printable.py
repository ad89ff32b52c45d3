"""What the sandbox prints of texts that others wrote."""


def printable(text: str) -> str:
    """Return a text in one line, with an escape for each character that a terminal may obey."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
