"""The real engine against a server that fails in every way: nothing is lost or created twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from starlette.middleware import Middleware
from support.fault_plans import RandomFaults, ShrinkingWindow
from support.fault_run import HANG, Declared, FaultRun, listing, rule, subscription
from support.interface import BOTH_INTERFACES, Interface

from pulumi_setsmart.sandbox import (
    LIST_STYLES,
    MALFORMED,
    MESSAGE_TEMPLATES,
    PRICING_RULES,
    STYLES_WITHOUT_NEXT,
    Behaviour,
    Cut,
    Failed,
    FaultMiddleware,
    Hang,
    Lost,
    Moment,
    RateLimited,
    SandboxSettings,
    Slow,
    Storage,
    create_app,
    running,
)

BEHAVIOURS = (
    Behaviour(),
    Behaviour(versions=True, put="merge", page_size=4),
    Behaviour(create_response="location", update_response="empty", secrets="masked"),
    Behaviour(create_response="enveloped", update_response="enveloped", list_response="enveloped"),
    Behaviour(normalise=True, versions=True, update_response="empty", page_size=3),
)
"""Servers behave differently, and nothing depends on it."""

SKEWS = (0.0, 3600.0, -3600.0)
MOMENTS: tuple[Moment, ...] = ("before", "after")


def portfolio(random: Random) -> list[Declared]:
    """Declare a small portfolio, in which two listings are equal."""
    return [
        *(listing(f"villa{number}", f"Villa {number}", number) for number in range(5)),
        listing("studio-a", "Studio", 1),
        listing("studio-b", "Studio", 1),
        subscription("bookings", "bookings"),
        subscription("messages", "messages"),
        rule("weekend", PRICING_RULES, random.randrange(100), ["code"]),
        rule("welcome", MESSAGE_TEMPLATES, random.randrange(100), []),
    ]


def changed(random: Random, declared: list[Declared]) -> list[Declared]:
    """Change a portfolio: some listings have more bedrooms, some are gone, some are new."""
    villas, others = declared[:5], declared[5:]
    kept = [
        listing(villa.name, str(villa.fields["name"]), random.randrange(9)) for villa in villas[1:]
    ]
    return [*kept, *others[1:], listing("barn", "Barn", 2), listing("loft", "Loft", 0)]


def live(run: FaultRun) -> None:
    """Bring a portfolio up, have others remark on it, change it, and take it down."""
    declared = portfolio(run.random)
    run.bring_to(declared)
    run.remark()
    run.bring_to(changed(run.random, declared))
    run.take_down()


@BOTH_INTERFACES
def test_nothing_is_lost_or_created_twice_whatever_fails(
    pulumi: Path,
    tmp_path: Path,
    seed: int,
    interface: Interface,
    record_faults: Callable[..., None],
) -> None:
    """Every third request meets a fault; clock and behaviour differ by seed."""
    skew = SKEWS[seed % len(SKEWS)]

    def clock() -> float:
        return time.time() + skew

    plan = RandomFaults(
        seed,
        1 / 3,
        [
            *(
                Lost(moment, reset=reset)
                for moment in ("before", "after")
                for reset in (True, False)
            ),
            *(Failed(moment) for moment in ("before", "after")),
            *(Failed("after", status) for status in (502, 503, 504)),
            *(Hang(HANG, moment) for moment in ("before", "after")),
            Slow(0.3),
            Cut(),
            *MALFORMED,
            *(RateLimited(form, 1, clock) for form in ("absent", "seconds", "date")),
        ],
    )
    storage = Storage(clock=clock)
    sandbox = create_app(
        SandboxSettings(rate_limit=0, behaviour=BEHAVIOURS[seed % len(BEHAVIOURS)]),
        storage=storage,
        clock=clock,
        middleware=[Middleware(FaultMiddleware, plan=plan)],
    )
    with running(sandbox) as base_url:
        run = FaultRun.create(
            pulumi, tmp_path / "stack", base_url, storage, seed, interface=interface
        )
        live(run)
    record_faults(f"requests that go wrong: {interface.name}", plan.met, run)


def test_paging_that_is_not_known_costs_no_listing(
    pulumi: Path, tmp_path: Path, seed: int, record_faults: Callable[..., None]
) -> None:
    """Each list is read completely, or nothing is created in it, while requests fail."""
    style = sorted(LIST_STYLES)[3 * seed % len(LIST_STYLES)]
    obeys = seed % 5 != 4
    moments = [Lost(moment) for moment in MOMENTS]
    plan = RandomFaults(seed, 1 / 6, [*moments, Failed("after", 502), Cut()])
    storage = Storage()
    sandbox = create_app(
        SandboxSettings(
            rate_limit=0, behaviour=Behaviour(list_style=style, obeys_paging=obeys, page_size=4)
        ),
        storage=storage,
        middleware=[Middleware(FaultMiddleware, plan=plan)],
    )
    with running(sandbox) as base_url:
        run = FaultRun.create(pulumi, tmp_path / "stack", base_url, storage, seed)
        if obeys and style not in STYLES_WITHOUT_NEXT:
            live(run)
        else:
            run.expect_stop(portfolio(run.random), "setsmart:paging")
    record_faults("paging that is not known", plan.met, run)


def test_a_window_that_shrinks_costs_no_listing(
    pulumi: Path, tmp_path: Path, seed: int, record_faults: Callable[..., None]
) -> None:
    """The budget is lowered in the middle of a run, and the server's clock is an hour off."""
    skew = SKEWS[1 + seed % 2]

    def clock() -> float:
        return time.time() + skew

    layer = Middleware(ShrinkingWindow, limits=(40, 12), after=15, window=2.0, clock=clock)
    storage = Storage()
    sandbox = create_app(
        SandboxSettings(rate_limit=0), storage=storage, clock=clock, middleware=[layer]
    )
    with running(sandbox) as base_url:
        run = FaultRun.create(pulumi, tmp_path / "stack", base_url, storage, seed)
        live(run)
    # One request of each of the four workers may be on its way when the budget is lowered.
    assert sum(request.status == 429 for request in sandbox.requests) <= 4
    record_faults("window that shrinks", Counter({"window lowered": 1}), run)
