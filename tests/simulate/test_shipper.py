"""What is planted at the parcel shipper must be in its export, within what chance allows."""

import csv
import gzip
import importlib.util
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.special import chdtrc

from headwater.simulate.shipper import simulate
from headwater.simulate.shipper_truth import TRUTH
from headwater.simulate.touch_export import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "src/headwater/simulate/data/shipper.csv.gz"
END = datetime(2025, 12, 1)
Row = dict[str, str]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo_export", ROOT / "scripts/make_demo_export.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text)))


def moment(row: Row, column: str) -> datetime:
    return datetime.fromisoformat(row[column])


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The rows of the bundled export that are not spoiled."""
    bundled = read(gzip.decompress(BUNDLED.read_bytes()).decode("utf-8"))
    return [row for row in bundled if row["Ticket ID"] and not row["Ticket ID"].startswith("T-9")]


@pytest.fixture(scope="module")
def contacts(rows: list[Row]) -> list[list[Row]]:
    """The touches of each contact in order; contacts in the order in which they came."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["Ticket ID"], row["Picked up"])):
        held[row["Ticket ID"]].append(row)
    return list(held.values())


@pytest.fixture(scope="module")
def answered(contacts: list[list[Row]]) -> list[list[Row]]:
    return [touches for touches in contacts if touches[0]["Outcome"] != "Abandoned"]


@pytest.fixture(scope="module")
def finished(answered: list[list[Row]]) -> list[list[Row]]:
    """Answered contacts that came long enough before the end to have gone all their ways."""
    return [touches for touches in answered if moment(touches[0], "Opened") < END - timedelta(days=14)]


def assert_share(happened: Iterable[bool], planted: float) -> None:
    """The realised frequency lies within three standard errors of the planted one."""
    seen = list(happened)
    assert len(seen) > 100
    error = sqrt(planted * (1 - planted) / len(seen))
    assert abs(sum(seen) / len(seen) - planted) < 3 * error


def came_back(answered: list[list[Row]], days: float) -> dict[str, list[bool]]:
    """By reason, for each contact watched for so many days, whether its customer came back about it."""
    opened: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for touches in answered:
        opened[touches[0]["Customer ID"], touches[0]["Reason"]].append(moment(touches[0], "Opened"))
    found: dict[str, list[bool]] = defaultdict(list)
    for (customer, reason), times in opened.items():
        if customer:
            for this, following in zip(times, [*times[1:], END + timedelta(days=days)], strict=True):
                if this + timedelta(days=days) < END:
                    found[reason].append(following - this <= timedelta(days=days))
    return found


def test_the_script_makes_the_file_that_is_bundled() -> None:
    assert script().content() == gzip.decompress(BUNDLED.read_bytes()).decode("utf-8")


def test_the_script_writes_what_it_says(tmp_path: Path) -> None:
    module = script()
    module.write(tmp_path / "new" / "export.csv.gz")
    assert gzip.decompress((tmp_path / "new" / "export.csv.gz").read_bytes()).decode() == module.content()


def test_the_file_is_small_and_names_no_time_of_its_making() -> None:
    content = BUNDLED.read_bytes()
    assert len(content) < 400_000
    assert content[4:8] == bytes(4)


def test_the_same_seed_makes_the_same_export_and_another_one_another() -> None:
    small = replace(TRUTH, issues=50)
    assert simulate(small, 1).text == simulate(small, 1).text != simulate(small, 2).text


def test_it_looks_like_an_export_of_thirteen_weeks(rows: list[Row], contacts: list[list[Row]]) -> None:
    assert tuple(rows[0]) == COLUMNS
    assert 6_000 <= len(contacts) <= 8_000
    opened = sorted(moment(row, "Opened") for row in rows)
    assert (opened[0].date().isoformat(), opened[-1].date().isoformat()) == ("2025-09-01", "2025-11-30")
    assert {row["Outcome"] for row in rows} >= {
        "Resolved",
        "Transferred",
        "Escalated",
        "Abandoned",
        "Pending",
    }
    assert not {row["Outcome"] for row in rows} - {
        "Resolved",
        "Transferred",
        "Escalated",
        "Abandoned",
        "Pending",
        "",
    }


def test_nothing_happens_after_the_export_was_made(rows: list[Row]) -> None:
    for row in rows:
        assert all(not row[name] or moment(row, name) < END for name in ("Picked up", "Finished", "Closed"))
        assert bool(row["Finished"]) == bool(row["Outcome"])


def test_times_and_seconds_of_a_touch_agree(rows: list[Row]) -> None:
    for row in rows:
        start = moment(row, "Picked up")
        if row["Wait (s)"]:
            assert start - moment(row, "Opened") == timedelta(seconds=int(row["Wait (s)"]))
        if row["Handle time (s)"]:
            assert moment(row, "Finished") - start == timedelta(seconds=int(row["Handle time (s)"]))


def test_the_closing_time_is_the_end_of_the_last_touch(contacts: list[list[Row]]) -> None:
    for touches in contacts:
        done = touches[-1]["Outcome"] in ("Resolved", "Abandoned")
        assert {row["Closed"] for row in touches} == {touches[-1]["Finished"] if done else ""}


def test_nobody_answers_two_calls_at_once(rows: list[Row]) -> None:
    calls: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row["Channel"] == "Phone" and row["Wait (s)"] and row["Agent"]:
            calls[row["Agent"]].append((row["Picked up"], row["Finished"] or row["Picked up"]))
    for spans in calls.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_issues_are_about_what_was_planted() -> None:
    """First contacts are counted in a world in which nobody comes back."""
    once = replace(
        TRUTH, reasons=tuple(replace(reason, repeats=0.0) for reason in TRUTH.reasons), tries_again=0.0
    )
    tickets = {row["Ticket ID"]: row for row in read(simulate(once, 7).text)}
    reasons = [row["Reason"] for row in tickets.values() if row["Reason"]]
    for reason in TRUTH.reasons:
        assert_share((name == reason.name for name in reasons), reason.issues)


def test_late_parcels_and_old_tracking_make_four_fifths_of_the_work(answered: list[list[Row]]) -> None:
    both = ("Late parcel", "Tracking not updated")
    planted = sum(TRUTH.share_of_contacts(name) for name in both)
    assert planted == pytest.approx(0.8, abs=0.02)
    # Contacts of one issue share its reason, so issues and not contacts are what is independent.
    seen = [touches[0]["Reason"] in both for touches in answered]
    assert abs(np.mean(seen) - planted) < 3 * sqrt(planted * (1 - planted) / TRUTH.issues)


@pytest.mark.parametrize("reason", [reason.name for reason in TRUTH.reasons])
def test_customers_come_back_within_a_week_as_planted(answered: list[list[Row]], reason: str) -> None:
    assert_share(came_back(answered, 7)[reason], TRUTH.repeat_rate(7, reason))


@pytest.mark.parametrize("days", [1, 7, 14, 30])
def test_customers_come_back_in_all_as_planted(answered: list[list[Row]], days: int) -> None:
    everything = [back for one in came_back(answered, days).values() for back in one]
    assert_share(everything, TRUTH.repeat_rate(days))


def test_contacts_are_passed_on_and_come_back_to_a_team(finished: list[list[Row]]) -> None:
    paths = [[row["Team"] for row in touches] for touches in finished]
    changes = [[a != b for a, b in pairwise(path)] for path in paths]
    assert_share((any(change) for change in changes), TRUTH.passed_on)
    assert_share((sum(change) == 2 for change in changes), TRUTH.returned)
    mean, spread = np.mean([sum(c) for c in changes]), np.std([sum(c) for c in changes])
    assert abs(mean - TRUTH.handoffs_per_contact) < 3 * spread / sqrt(len(changes))


def test_what_is_passed_on_is_sometimes_escalated(rows: list[Row]) -> None:
    first = [
        row for row in rows if row["Outcome"] in ("Transferred", "Escalated") and row["Team"] == TRUTH.front
    ]
    assert_share((row["Outcome"] == "Escalated" for row in first), TRUTH.escalated_of_passed)


def test_contacts_wait_for_others_and_come_open_again(finished: list[list[Row]]) -> None:
    outcomes = [Counter(row["Outcome"] for row in touches) for touches in finished]
    assert_share((count["Pending"] == 1 for count in outcomes), TRUTH.pending)
    assert_share((count["Resolved"] == 2 for count in outcomes), TRUTH.reopened)


def test_patience_is_exponential_with_the_planted_mean(contacts: list[list[Row]]) -> None:
    first = [touches[0] for touches in contacts if touches[0]["Wait (s)"]]
    waits = [int(row["Wait (s)"]) for row in first]
    left = sum(row["Outcome"] == "Abandoned" for row in first)
    mean = sum(waits) / left
    assert left > 200
    assert abs(mean - TRUTH.patience_seconds) < 3 * mean / sqrt(left)


def test_monday_mornings_are_short_handed(contacts: list[list[Row]]) -> None:
    weekday, hour, until = TRUTH.short_handed
    calls = [touches[0] for touches in contacts if touches[0]["Channel"] == "Phone"]
    at = [moment(row, "Opened") for row in calls]
    short = [time.weekday() == weekday and hour <= time.hour < until for time in at]
    left = [row["Outcome"] == "Abandoned" for row in calls]
    then, else_ = (
        np.mean([gone for gone, s in zip(left, short, strict=True) if s == which]) for which in (True, False)
    )
    assert then > 0.25 > 0.07 > else_


def test_a_few_contacts_have_no_customer(contacts: list[list[Row]]) -> None:
    """Contacts of one issue share it, so again issues are what is independent."""
    missing = np.mean([not touches[0]["Customer ID"] for touches in contacts])
    planted = TRUTH.without_customer
    assert abs(missing - planted) < 3 * sqrt(planted * (1 - planted) / TRUTH.issues)


def chance_of(counts: dict[str, list[bool]]) -> float:
    """Probability of differences at least as large if all had one rate: Pearson's chi-square."""
    n, x = (np.array([f(seen) for seen in counts.values()], dtype=float) for f in (len, sum))
    p = x.sum() / n.sum()
    return float(chdtrc(n.size - 1, float((np.square(x - n * p) / (n * p * (1 - p))).sum())))


def test_people_do_not_differ_in_what_becomes_of_their_contacts(finished: list[list[Row]]) -> None:
    passed, reopened = defaultdict(list), defaultdict(list)
    for touches in finished:
        passed[touches[0]["Agent"]].append(touches[0]["Outcome"] in ("Transferred", "Escalated"))
        ended = next(row for row in touches if row["Outcome"] == "Resolved")
        reopened[ended["Agent"]].append(ended is not touches[-1])
    assert len(passed) == 12 and len(reopened) == 25
    assert chance_of(passed) > 0.0027
    assert chance_of(reopened) > 0.0027


def test_teams_have_at_least_five_people_and_codes_for_names(rows: list[Row]) -> None:
    people = {(row["Team"], row["Agent"]) for row in rows if row["Agent"]}
    sizes = Counter(team for team, _ in people)
    assert sizes == dict(TRUTH.agents)
    assert min(sizes.values()) >= 5
    assert all(name.removeprefix("Agent ").isdigit() for _, name in people)


def test_a_few_rows_are_spoiled_and_told() -> None:
    export = simulate()
    table = read(export.text)
    odd = [row for row in table if not row["Ticket ID"] or row["Ticket ID"].startswith("T-9")]
    assert len(odd) == export.spoiled == 10
    assert sum("/" in row["Opened"] for row in odd) == 3
    assert sum(row["Finished"] < row["Picked up"] for row in odd) == 3
    assert sum(row["Handle time (s)"].startswith("-") for row in odd) == 2
    assert sum(not row["Ticket ID"] for row in odd) == 2


def test_the_simulator_knows_nothing_of_checks_and_measures() -> None:
    for path in (ROOT / "src/headwater/simulate").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(
            name in text for name in ("headwater.checks", "headwater.measures", "headwater.inference")
        )
