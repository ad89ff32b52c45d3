"""What the headers of all responses together tell: the server's clock, and its rate limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from pulumi_setsmart.client.timestamp import DAY, http_date, unit_of
from pulumi_setsmart.recording import headers
from pulumi_setsmart.recording.recording import SeenClock, SeenRateLimit
from pulumi_setsmart.recording.survey import ReceivedResponse

_NEAR = 2
"""A clock that is so many seconds away is not away: ``Date`` tells whole seconds."""
_KINDS = {1.0: "Unix seconds", 1e-3: "Unix milliseconds"}
"""What a reset is called, by the unit in which it is counted, in seconds."""
_LARGEST_FIGURE = 10_000_000


def clock_seen(responses: list[ReceivedResponse]) -> SeenClock:
    """Return how far the server's clock is away, by its responses in their order."""
    dates = [
        (http_date(received.response.headers.get("Date", "")), received.at)
        for received in responses
    ]
    ahead = [round(date - at) for date, at in dates if date is not None]
    if not ahead:
        return SeenClock(in_every_response=False)
    seconds = ahead[0] if abs(ahead[0]) > _NEAR else 0
    return SeenClock(in_every_response=len(ahead) == len(dates), seconds_ahead=seconds)


def rate_limit_seen(responses: list[ReceivedResponse]) -> SeenRateLimit:
    """Return how responses show the rate limit, by responses in their order."""
    lowered = [
        {name.lower(): value for name, value in received.response.headers.items()}
        for received in responses
    ]
    names = [headers.RATE_LIMIT & values.keys() - {"retry-after"} for values in lowered]
    reset, seconds = _reset(
        [
            (value, http_date(values.get("date", "")) or received.at)
            for values, received in zip(lowered, responses, strict=True)
            for value in _figures([values], "reset")
        ]
    )
    return SeenRateLimit(
        headers=tuple(sorted(frozenset().union(*names))),
        in_every_response=bool(names) and all(names),
        limit=next(_figures(lowered, "limit"), None),
        remaining=_course([*_figures(lowered, "remaining")]),
        reset=reset,
        seconds_to_reset=seconds,
    )


def _figures(lowered: Iterable[dict[str, str]], ending: str) -> Iterator[int]:
    for values in lowered:
        for name in sorted(headers.RATE_LIMIT & values.keys()):
            text = values[name].strip()
            if name.endswith(f"-{ending}") and text.isascii() and text.isdigit():
                number = int(text)
                if ending == "reset" or number <= _LARGEST_FIGURE:
                    yield number
                break


def _course(remaining: list[int]) -> str | None:
    """Return how what is left of the window goes on from response to response."""
    steps = [before - after for before, after in pairwise(remaining)]
    if not steps:
        return None
    [(step, _)] = Counter(steps).most_common(1)
    if step == 1:
        return "falls by 1"
    return "falls by more" if step > 1 else "stays" if step == 0 else "rises"


def _reset(resets: list[tuple[int, float]]) -> tuple[str | None, int | None]:
    """Return what the reset is, and how many seconds away it was at most."""
    if not resets:
        return None, None
    value, now = resets[0]
    unit = unit_of(value, now)
    if unit in _KINDS:
        kind, ahead = _KINDS[unit], [each * unit - at for each, at in resets]
    elif value <= DAY:
        kind, ahead = "seconds from now", [float(each) for each, _ in resets]
    else:
        return None, None
    most = round(max(ahead))
    return kind, most if 0 <= most <= DAY else None
