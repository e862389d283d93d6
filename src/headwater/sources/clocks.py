"""Clock changes: the hours that come twice, and the hours that never come."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from headwater.sources.engine import clock_of

#: By how many seconds clocks are ever put back at a change of the season.
STEPS_BACK = (3_600, 1_800, 7_200)


def twice(moment: ir.Value, zone: str) -> ir.Value:
    """By how many seconds a moment read from a wall clock could be earlier; 0 where the clock was plain.

    The engine reads a wall-clock time that comes twice as the later of the two.
    """
    shown = clock_of(zone, moment)
    return ibis.cases(
        *((clock_of(zone, moment - ibis.interval(seconds=back)) == shown, back) for back in STEPS_BACK),
        else_=0,
    )


def never(told: ir.Value, moment: ir.Value, zone: str) -> ir.Value:
    """True where no clock of the zone showed what the row tells; `told` is that time as if it were UTC."""
    return clock_of("UTC", told) != clock_of(zone, moment)
