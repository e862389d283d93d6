"""R4: planted differences and planted sameness, privacy, and what the check refuses to say."""

import re
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from rework_logs import START, Row, incidents, planted, record_with, uci_incident

from headwater.checks.check import Context
from headwater.checks.finding import Finding
from headwater.checks.r4_differences import CHECK
from headwater.checks.r4_looks import Look, comparable_units, look_at
from headwater.measures.differences import by_holder, was_reopened
from headwater.record.record import Record
from headwater.testing import record_of

Counts = npt.NDArray[np.int64]


def run(record: Record, context: Context | None = None, **params: Any) -> Finding:
    return CHECK.run(record, CHECK.defaults | params, context or Context())


def told(finding: Finding, words: str) -> bool:
    return any(words in caveat for caveat in finding.caveats)


def holders(n: Counts, bad: Counts) -> pa.Table:
    """The table of `by_holder` from contacts, and bad ones, by unit (rows) and stratum (columns)."""
    rate, others = bad.sum(0) / n.sum(0), 1 - n / n.sum(0)
    noise = (bad * (1 - rate) ** 2 + (n - bad) * rate**2).sum(1)
    return pa.table(
        {"contacts": n.sum(1).astype(float), "seen": bad.sum(1).astype(float), "expected": n @ rate,
         "comparable": (n * others).sum(1), "usual": (n * others) @ rate, "noise": noise, "clustered": noise}
    )  # fmt: skip


def simulated(seed: int, tau: float, concentration: float) -> Look:
    """40 people with unequal numbers of contacts in 10 strata of different rates, mixed unequally."""
    random = np.random.default_rng(seed)
    size = random.poisson(120 * random.lognormal(-0.18, 0.6, 40)) + 5
    n = np.array([random.multinomial(k, random.dirichlet(np.full(10, concentration))) for k in size])
    chance = np.clip(random.beta(2, 6, 10) + random.normal(0, tau, 40)[:, None], 0, 1)
    seen = n.sum(0) > 0
    return look_at(
        "agent", comparable_units(holders(n[:, seen], random.binomial(n, chance)[:, seen]), 30), 0.95
    )


@pytest.mark.parametrize("concentration", [5.0, 0.3])
def test_people_who_are_all_alike_are_seldom_called_different(concentration: float) -> None:
    """By chance one in twenty data sets; 14 of 200 leaves room for the chance of the test itself."""
    called = sum(simulated(seed, 0.0, concentration).spread.p_value < 0.05 for seed in range(200))
    assert called <= 14


@pytest.mark.parametrize("concentration", [5.0, 0.3])
def test_a_real_spread_is_found_and_comes_out_near_its_size(concentration: float) -> None:
    looks = [simulated(seed, 0.08, concentration) for seed in range(40)]
    assert all(look.spread.p_value < 0.05 for look in looks)
    assert np.mean([look.spread.tau for look in looks]) == pytest.approx(0.08, abs=0.01)


def test_the_interval_of_the_spread_usually_holds_it() -> None:
    looks = [simulated(seed, 0.08, 0.3).spread for seed in range(100)]
    assert sum(look.tau_low <= 0.08 <= look.tau_high for look in looks) >= 88


def test_where_all_have_the_same_mix_every_contact_is_comparable() -> None:
    n = np.array([[100, 50], [100, 50], [100, 50]])
    units = comparable_units(holders(n, n // 5), 30)
    assert units.n == pytest.approx([150, 150, 150])
    assert units.seen == pytest.approx([30, 30, 30])


def test_contacts_that_only_one_unit_has_are_not_comparable() -> None:
    """The first has 40 contacts of its own kind, beside 60 of the kind that all have."""
    n = np.array([[60, 40], [60, 0], [60, 0], [60, 0]])
    units = comparable_units(holders(n, n // 10), 30)
    assert units.n[0] == pytest.approx(60 * (1 - 60 / 240) / (1 - 100 / 280))


def test_one_customer_who_always_comes_back_to_the_same_agent_counts_little() -> None:
    table = holders(np.full((6, 1), 200), np.array([[160], [40], [40], [40], [40], [40]]))
    loud = table.set_column(
        table.column_names.index("clustered"),
        "clustered",
        pa.array([*([4000.0]), *table["noise"].to_pylist()[1:]]),
    )
    assert comparable_units(loud, 30).n.size == 5
    assert comparable_units(table, 30).n.size == 6


def test_units_with_too_few_contacts_are_left_out_and_counted() -> None:
    units = comparable_units(holders(np.array([[200], [200], [8]]), np.array([[20], [20], [1]])), 30)
    assert (units.n.size, units.left_out) == (2, 1)


@pytest.fixture(scope="module")
def alike() -> Finding:
    return run(planted(seed=1, agents=25, contacts=120, tau=0.0))


@pytest.fixture(scope="module")
def different() -> Finding:
    return run(planted(seed=2, agents=25, contacts=250, tau=0.08))


def test_agents_who_are_all_alike_differ_by_no_more_than_chance(alike: Finding) -> None:
    assert alike.verdict == "not_found"
    assert "no more than chance" in alike.headline
    assert "reward luck" in alike.headline
    assert told(alike, "is unlikely")


def test_agents_who_differ_are_found_to_differ_as_a_group(different: Finding) -> None:
    assert different.verdict == "found"
    tau = different.estimate("tau")
    assert tau.low is not None and tau.high is not None
    assert 0 < tau.low < 0.07 < tau.high
    assert different.estimate("units").value == 25


def test_the_rate_of_all_has_the_size_that_was_planted(different: Finding) -> None:
    """A fifth of first calls are followed by a second, which is followed by none: 0.2 of 1.2."""
    assert different.estimate("mean_rate").value == pytest.approx(0.2 / 1.2, abs=0.03)


def test_a_real_difference_behind_few_contacts_is_no_ground_to_compare_anybody() -> None:
    finding = run(planted(seed=3, agents=80, contacts=33, tau=0.08))
    assert finding.verdict == "cannot_tell"
    assert "nobody may be compared" in finding.headline
    needed = finding.estimate("contacts_needed").value
    assert needed is not None and needed > 40
    assert "comparable contacts for each" in finding.needs[0]


def test_differences_that_come_from_the_topics_alone_are_not_differences_between_people() -> None:
    """Half of the agents take mostly the topic from which customers come back twice as often."""
    random, rows, touches = np.random.default_rng(5), [], []
    for number in range(5000):
        agent = int(random.integers(20))
        hard = random.uniform() < (0.8 if agent < 10 else 0.2)
        at = START + timedelta(days=float(random.uniform(0, 60)))
        for place in range(1 + (random.uniform() < (0.4 if hard else 0.2))):
            name = f"{number}-{place}"
            opened = at + timedelta(hours=20 * place)
            topic = ("hard" if hard else "easy") if place == 0 else "second"
            rows.append(
                {"contact_id": name, "opened_at": opened, "closed_at": opened, "status": "closed", "source": "test",
                 "customer_id": f"c{number}", "topic": topic}
            )  # fmt: skip
            touches.append(
                {"touch_id": name, "contact_id": name, "agent_id": str(agent), "started_at": opened}
            )
    record = record_with(contacts=rows, touches=touches)
    blind = record_with(contacts=[row | {"topic": None} for row in rows], touches=touches)
    assert run(record, match="customer").verdict == "not_found"
    assert run(blind, match="customer").verdict != "not_found"


def test_nobody_is_named_and_there_is_no_number_of_one_person(different: Finding) -> None:
    assert "person-" not in repr(different)
    tables = [*different.tables, *(chart.table for chart in different.charts)]
    assert all(len(table.rows) < 25 or table.columns[0] == "Comparable contacts" for table in tables)


def test_small_groups_outside_the_limits_are_not_shown(alike: Finding) -> None:
    [_, table] = alike.tables
    assert table.rows[0][0] == "All compared"
    shown = [int(str(row[1])) for row in table.rows if str(row[1]).isdigit()]
    assert all(count == 0 or count >= 5 for count in shown)
    assert all(a == b or abs(a - b) >= 5 for a in shown for b in shown)


def test_the_funnel_has_limits_and_no_dots(different: Finding) -> None:
    lines = {str(row[2]).split(",")[0] for row in different.charts[0].table.rows}
    assert lines == {"95% limit", "99.8% limit"}


def test_fewer_agents_than_the_smallest_group_are_never_compared() -> None:
    finding = run(planted(seed=4, agents=4, contacts=100, tau=0.0))
    assert finding.verdict == "cannot_tell"
    assert not finding.estimates and not finding.tables and not finding.charts


def with_teams(record: Record) -> Record:
    """Agents in five teams, by the first digit of their number."""
    record.con.raw_sql("UPDATE touches SET team = 'team ' || (right(agent_id, 1)::INT % 5)")
    return record


def test_agents_and_teams_are_two_looks_and_their_p_values_are_adjusted_together() -> None:
    record = with_teams(planted(seed=6, agents=25, contacts=60, tau=0.0))
    finding = run(record)
    assert finding.estimate("units_team").value == 5
    assert [row[0] for row in finding.tables[0].rows] == ["agents", "teams"]
    assert run(record, between="team").tables[0].rows[0][0] == "teams"


def test_a_second_look_never_makes_the_first_more_certain() -> None:
    alone = run(planted(seed=6, agents=25, contacts=60, tau=0.0)).tables[0].rows
    both = run(with_teams(planted(seed=6, agents=25, contacts=60, tau=0.0))).tables[0].rows
    assert float(str(both[0][-1])) >= float(str(alone[0][-1]))


def test_the_smallest_group_is_a_setting() -> None:
    record = planted(seed=8, agents=8, contacts=60, tau=0.0)
    assert run(record).verdict == "not_found"
    assert run(record, Context(smallest_group=10)).verdict == "cannot_tell"


def reopened_log(one_in: int, agents: int = 10, each: int = 100) -> Record:
    """Contacts without customers, one an hour; one in so many of each agent is reopened a day after its close."""
    contacts: list[Row] = []
    events: list[Row] = []
    touches: list[Row] = []
    for number in range(agents * each):
        name, at = f"{number:05d}", START + timedelta(hours=number)
        contacts.append({"contact_id": name, "opened_at": at, "status": "closed", "source": "test"})
        touches.append(
            {"touch_id": name, "contact_id": name, "agent_id": str(number % agents), "started_at": at}
        )
        states = ["closed", "open", "closed"] if (number // agents) % one_in == 0 else ["closed"]
        events += [
            {"contact_id": name, "event_id": f"{name}/{day}", "at": at + timedelta(days=1 + day),
             "kind": "status_changed", "to_value": state}
            for day, state in enumerate(states)
        ]  # fmt: skip
    return record_with(contacts=contacts, events=events, touches=touches)


def test_where_customers_are_not_known_reopening_stands_for_coming_back() -> None:
    finding = run(reopened_log(one_in=5))
    assert finding.verdict == "not_found"
    assert "reopened within 7 days" in finding.headline
    assert told(finding, "Customers are not known")


def test_a_reopening_counts_for_who_held_the_contact_before_it() -> None:
    record = reopened_log(one_in=5)
    record.con.raw_sql(
        "INSERT INTO touches BY NAME SELECT touch_id || '+' AS touch_id, contact_id, 'helper' AS agent_id, "
        "started_at + INTERVAL 60 HOUR AS started_at FROM touches"
    )
    assert by_holder(record, was_reopened(record, 7), "agent").num_rows == 10


def test_a_record_that_does_not_tell_who_held_contacts_cannot_tell() -> None:
    rows = [{"contact_id": str(n), "opened_at": START, "customer_id": str(n)} for n in range(50)]
    finding = run(record_of(contacts=rows))
    assert finding.verdict == "cannot_tell"
    assert finding.needs == ("who held each contact: the agent or the team",)


def test_a_record_that_does_not_tell_what_became_of_contacts_cannot_tell() -> None:
    rows = [{"contact_id": str(n), "opened_at": START} for n in range(50)]
    touches = [{"contact_id": str(n), "started_at": START, "agent_id": str(n % 7)} for n in range(50)]
    finding = run(record_of(contacts=rows, touches=touches))
    assert finding.verdict == "cannot_tell"
    assert "what became of contacts" in finding.needs[0]


def test_a_call_without_a_closing_time_counts_for_who_answered_it() -> None:
    """Such a call is over, for all the record knows, before anybody answers it."""
    record = planted(seed=7, agents=6, contacts=60, tau=0.0)
    record.con.raw_sql("UPDATE contacts SET closed_at = NULL")
    record.con.raw_sql("UPDATE touches SET started_at = started_at + INTERVAL 1 MINUTE")
    assert run(record).estimate("units").value == 6


@pytest.mark.slow
def test_the_incident_log_answers_without_naming_anybody() -> None:
    finding = run(uci_incident(incidents()), outcome="reopened")
    assert finding.verdict == "cannot_tell"
    assert not re.search(r"(Resolver|Group) \d", repr(finding))
