"""Lines of text as a recognizer reads them, with places that are easy to check by hand."""

from service.records import Symbol, TextLine

LETTER_PX = 10.0
LINE_HEIGHT = 40.0
NARROW_PX = 6.0
WIDE_PX = 14.0


def read_line(text, *, confidence=0.95, space_px=WIDE_PX):
    """Each letter is 9 px wide with 1 px after it, each space `space_px`; `␣` is a narrow one.

    A line is 40 px high, so that a wide space is .35 and a narrow one .15 of it.
    """
    symbols, x = [], 0.0
    for one in text:
        if one in " ␣":
            width = space_px if one == " " else NARROW_PX
            symbols.append(Symbol(" ", 1.0, x - 1, x - 1 + width))
            x += width - 1
        else:
            symbols.append(Symbol(one, confidence, x, x + 9))
            x += LETTER_PX
    return TextLine("".join(symbol.text for symbol in symbols), confidence, tuple(symbols))
