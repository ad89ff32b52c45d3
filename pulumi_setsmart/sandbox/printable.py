"""What the sandbox prints of texts that others wrote."""


def printable(text: str) -> str:
    """Return a text in one line, with an escape for each character that a terminal may obey."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )
