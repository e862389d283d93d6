"""D3: how often customers come back, from small records, planted truths and a real bank."""

from datetime import timedelta
from typing import Any

import pytest
from returning_records import Row, bank, contact, record, returning, simulated, singles

from headwater.checks.check import Context
from headwater.checks.d3_parts import large_enough
from headwater.checks.d3_repeat_contact import CHECK
from headwater.checks.finding import Finding
from headwater.errors import CheckError
from headwater.measures.repeats import Part
from headwater.record.record import Record

PRINTED = {
    1: (0.38200, 0.38625, 11_301, 0.38578),
    7: (0.59002, 0.60899, 8_808, 0.61377),
    14: (0.65220, 0.69392, 5_541, 0.70789),
}


def run(made: Record, context: Context | None = None, **params: Any) -> Finding:
    return CHECK.run(made, CHECK.defaults | params, context or Context())


def rate(made: Record, name: str = "repeat_rate_7d", **params: Any) -> float | None:
    return run(made, **params).estimate(name).value


def told(finding: Finding, words: str) -> bool:
    return any(words in caveat for caveat in finding.caveats)


@pytest.fixture(scope="module")
def bank_finding() -> Finding:
    return run(bank(), match="customer")


@pytest.mark.parametrize("days", PRINTED)
def test_the_bank_of_february_1999_comes_out_as_published(bank_finding: Finding, days: int) -> None:
    """reference/methods.md section 2.2, computed from the file by other means."""
    naive, followed, watched, kaplan_meier = PRINTED[days]
    best = bank_finding.estimate(f"repeat_rate_{days}d")
    assert best.value == pytest.approx(kaplan_meier, abs=5e-6)
    assert (best.n, best.method) == (11_725, "kaplan-meier")
    assert bank_finding.estimate(f"repeat_rate_{days}d_naive").value == pytest.approx(naive, abs=5e-6)
    kept = bank_finding.estimate(f"repeat_rate_{days}d_followed")
    assert kept.value == pytest.approx(followed, abs=5e-6)
    assert kept.n == watched


def test_a_month_is_too_short_for_thirty_days(bank_finding: Finding) -> None:
    assert bank_finding.estimate("repeat_rate_30d").value is None
    assert told(bank_finding, "watched for 30 days")


def test_the_bank_tells_how_many_calls_name_nobody(bank_finding: Finding) -> None:
    assert told(bank_finding, "15,437 contacts (57% of those answered) name no customer")
    assert told(bank_finding, "known customers only")


def test_the_interval_is_as_wide_as_a_bootstrap_of_customers_says(bank_finding: Finding) -> None:
    """1,000 resamples of the bank's 3,803 customers give a variance of .000290 at 7 days (seed 1)."""
    estimate = bank_finding.estimate("repeat_rate_7d")
    assert estimate.low is not None and estimate.high is not None
    assert (estimate.high - estimate.low) / (2 * 1.96) == pytest.approx(0.000290**0.5, rel=0.05)


def test_a_planted_rate_is_found_and_the_naive_one_is_too_low() -> None:
    finding = run(simulated(seed=5, customers=3000, days=40, chance=0.3, longest=14))
    for days, truth in ((7, 0.15), (14, 0.30)):
        estimate = finding.estimate(f"repeat_rate_{days}d")
        assert estimate.low is not None and estimate.high is not None
        assert estimate.low <= truth <= estimate.high
    naive = finding.estimate("repeat_rate_14d_naive")
    assert naive.high is not None and naive.high < 0.30
    assert finding.verdict == "found"


def test_the_newest_contacts_do_not_look_better() -> None:
    """Of the last week's contacts nobody had the time to come back yet."""
    settled = returning(40, after=5) + singles(40, days=30)
    newest = [contact(f"new-{n}", 30 + n / 10) for n in range(30)]
    assert rate(record(settled + newest)) == pytest.approx(40 / 120, abs=0.05)
    assert rate(record(settled + newest), "repeat_rate_7d_naive") == pytest.approx(40 / 150)


def test_a_repeat_in_another_queue_and_by_another_channel_counts() -> None:
    pairs = returning(40, after=2)
    for second in pairs[1::2]:
        second |= {"queue": "second line", "channel": "email"}
    for first in pairs[::2]:
        first |= {"queue": "first line", "channel": "phone"}
    made = record(pairs + singles(20, queue="first line"))
    assert rate(made) == pytest.approx(40 / 100, abs=0.01)
    assert rate(made, match="queue") == 0


def test_another_topic_is_another_matter_unless_any_contact_counts() -> None:
    pairs = returning(40, after=2)
    for second in pairs[1::2]:
        second["topic"] = "delivery"
    made = record(pairs + singles(20))
    assert rate(made) == 0
    assert rate(made, match="customer") == pytest.approx(40 / 100, abs=0.01)


def test_a_contact_without_topic_matches_nothing_and_is_told() -> None:
    finding = run(record(returning(40, after=2) + returning(5, after=2, topic=None)))
    assert finding.estimate("repeat_rate_7d").n == 80
    assert told(finding, "10 contacts (11% of those answered) have no topic")


def test_without_topics_contacts_are_matched_by_queue() -> None:
    finding = run(record(returning(40, after=2, topic=None, queue="help")))
    assert "in the same queue" in finding.headline
    assert told(finding, "Too few contacts have a topic")


def test_without_topics_and_queues_any_contact_counts() -> None:
    assert "(about anything)" in run(record(returning(40, after=2, topic=None))).headline


def test_who_gave_up_and_void_contacts_do_not_count() -> None:
    pairs = returning(40, after=2)
    for number, second in enumerate(pairs[1::2]):
        second["status"] = "abandoned" if number % 2 else "void"
    assert rate(record(pairs + singles(10))) == 0


def messages(rows: list[Row], text: str) -> list[dict[str, Any]]:
    return [
        {"contact_id": str(number), "sent_at": row["opened_at"], "author": "customer", "text": text}
        for number, row in enumerate(rows)
        if number % 2
    ]


@pytest.mark.parametrize(
    ("text", "told_as"),
    [("Thank you!", "say nothing but thanks"), ("Automatic reply: ...", "are automatic mail")],
)
def test_thanks_and_automatic_mail_do_not_count(text: str, told_as: str) -> None:
    pairs = returning(40, after=2)
    finding = run(record(pairs, messages=messages(pairs, text)))
    assert finding.estimate("repeat_rate_7d").value == 0
    assert finding.estimate("repeat_rate_7d").n == 40
    assert told(finding, f"40 contacts (50% of those answered) {told_as}")


def test_a_thank_you_that_complains_counts() -> None:
    pairs = returning(40, after=2)
    still = messages(pairs, "Thanks, but it still does not work")
    assert rate(record(pairs + singles(20), messages=still)) == pytest.approx(40 / 100, abs=0.01)


def test_an_id_on_most_rows_is_left_out_and_never_named() -> None:
    nobody = [contact("switchboard-7", n / 10) for n in range(200)]
    finding = run(record(singles(100, days=20) + nobody))
    assert finding.estimate("repeat_rate_7d").n == 100
    assert told(finding, "200 contacts (67% of those answered) stand on a customer id that occurs too often")
    assert "switchboard-7" not in repr(finding)


def test_one_busy_customer_is_mentioned_without_a_name() -> None:
    finding = run(record(singles(90) + [contact("busy-1", n) for n in range(10)]))
    assert told(finding, "One customer id stands on 10% of the contacts")
    assert "busy-1" not in repr(finding)


def test_too_few_contacts_cannot_tell() -> None:
    finding = run(record(singles(12)))
    assert finding.verdict == "cannot_tell"
    assert finding.needs == (
        "At least 30 answered contacts of at least 10 known customers; "
        "the record has 12 contacts of 12 customers.",
    )


def test_many_contacts_of_few_customers_cannot_tell() -> None:
    few = [contact(f"c{n % 5}", n / 2) for n in range(60)]
    assert run(record(few)).verdict == "cannot_tell"


def test_an_empty_record_cannot_tell() -> None:
    assert run(record([])).verdict == "cannot_tell"


def test_a_record_of_some_hours_cannot_tell_but_says_what_would() -> None:
    finding = run(record(singles(60, days=0.4)))
    assert finding.verdict == "cannot_tell"
    assert "opened more than 7 days before its end" in finding.needs[0]
    assert finding.estimate("repeat_rate_1d").value is None


def test_a_short_record_shows_much_by_its_longest_window() -> None:
    finding = run(record(returning(60, after=0.1, days=3)))
    assert finding.verdict == "found"
    assert "within 1 day" in finding.headline


def test_a_short_record_never_shows_little() -> None:
    finding = run(record(singles(600, days=5)))
    assert finding.verdict == "cannot_tell"
    assert "A longer record" in finding.needs[0]


def test_few_returns_are_not_found() -> None:
    finding = run(record(singles(600) + returning(3, after=2)))
    assert finding.verdict == "not_found"
    assert finding.headline.startswith("Only 0.5%")
    assert finding.remedy == ""


def test_an_interval_round_the_limit_is_neither() -> None:
    finding = run(record(singles(100) + returning(6, after=2)))
    assert finding.verdict == "cannot_tell"
    assert "too uncertain" in finding.headline
    assert finding.needs == ("More contacts of known customers; this record has 112.",)


def test_any_window_can_be_asked_for() -> None:
    finding = run(record(returning(40, after=2.5) + singles(40)), window=3)
    assert finding.estimate("repeat_rate_3d").value == pytest.approx(1 / 3, abs=0.01)
    assert "within 3 days" in finding.headline


@pytest.mark.parametrize("params", [{"window": 0}, {"window": 91}, {"worth_acting": 5.0}])
def test_impossible_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(CheckError):
        run(record(singles(40)), **params)


def test_the_clock_can_start_at_the_closing() -> None:
    """Two days from opening to opening, one day from closing to opening."""
    rows = returning(40, after=2) + singles(20)
    made = record(row | {"closed_at": row["opened_at"] + timedelta(days=1)} for row in rows)
    assert rate(made, "repeat_rate_1d") == 0
    assert rate(made, "repeat_rate_1d", clock="closed") == pytest.approx(0.4, abs=0.01)


def test_hours_and_money_follow_from_handle_times() -> None:
    pairs = returning(70, after=2, days=68)
    touches = [
        {
            "contact_id": str(number),
            "started_at": row["opened_at"],
            "handle_seconds": 600.0 + number % 2 * 600,
        }
        for number, row in enumerate(pairs)
    ]
    cost = run(record(pairs, touches=touches), Context(cost_per_hour=30.0, currency="EUR")).cost
    assert cost.contacts is not None and cost.hours is not None and cost.money is not None
    assert cost.contacts.value == pytest.approx(7, rel=0.05)
    assert cost.hours.value == pytest.approx(7 * 1200 / 3600, rel=0.05)
    assert cost.money.value == pytest.approx(30 * 7 / 3, rel=0.05)
    assert cost.money.unit == "EUR per week"


def test_without_handle_times_no_hours_are_invented() -> None:
    cost = run(record(returning(40, after=2))).cost
    assert cost.contacts is not None
    assert cost.hours is None and cost.money is None
    assert "not known" in cost.basis


def test_topics_are_compared_with_intervals_and_small_ones_left_out() -> None:
    rows = returning(40, after=2) + singles(40, topic="delivery") + singles(9, topic="rare")
    finding = run(record(rows))
    chart = next(chart for chart in finding.charts if "by topic" in chart.title)
    assert [row[0] for row in chart.table.rows] == ["billing", "delivery"]
    assert "most often billing" in finding.remedy


def groups(*sizes: tuple[str, int, int, int | None]) -> list[Part]:
    return [Part(*size) for size in sizes]


def test_a_queue_of_few_agents_is_hidden_with_what_would_give_it_away() -> None:
    """All minus the shown would be the queue of three; hiding the next makes it a crowd."""
    found = large_enough(groups(("a", 90, 50, 9), ("b", 80, 50, 8), ("c", 70, 50, 3)), 5)
    assert [part.name for part in found] == ["a"]


def test_groups_of_enough_people_are_all_shown() -> None:
    found = large_enough(groups(("a", 90, 50, 9), ("b", 80, 50, None), ("c", 70, 50, 0)), 5)
    assert [part.name for part in found] == ["a", "b", "c"]


def test_a_group_of_few_customers_is_hidden() -> None:
    found = large_enough(groups(("a", 90, 50, 9), ("b", 80, 50, 9), ("c", 70, 4, 9)), 5)
    assert [part.name for part in found] == ["a"]


def test_no_agent_and_no_customer_is_named() -> None:
    pairs = returning(40, after=2, queue="help")
    touches = [
        {"contact_id": str(number), "started_at": row["opened_at"], "agent_id": f"agent-{number % 6}"}
        for number, row in enumerate(pairs)
    ]
    said = repr(run(record(pairs, touches=touches)))
    assert "agent-" not in said
    assert "back-" not in said


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [row | {"contact_id": f"x{n}"} for n, row in enumerate(returning(40, after=2) + singles(30))]
    one, other = run(record(rows)), run(record(rows[::-1]))
    assert one.headline == other.headline
    for mine, theirs in zip(one.estimates, other.estimates, strict=True):
        assert mine.value == (
            theirs.value if theirs.value is None else pytest.approx(theirs.value, abs=1e-12)
        )
