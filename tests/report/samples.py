"""Findings as the checks would return them, about an operation that does not exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import exp, sin

from headwater.checks import charts
from headwater.checks.finding import Chart, Cost, DataTable, Estimate, Finding
from headwater.report.assessment import Assessment

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def share(
    name: str, label: str, value: float, low: float, high: float, n: int, method: str = "wilson"
) -> Estimate:
    return Estimate(name, value, low, high, "share", n, method, label)


def per_week(unit: str, value: float, low: float, high: float, n: int = 11725) -> Estimate:
    return Estimate(
        f"{unit}_per_week", value, low, high, f"{unit} per week", n, "bootstrap", f"{unit} a week"
    )


def repeat_curve() -> Chart:
    rows = []
    for day in range(31):
        value = 0.34 * (1 - exp(-day / 9))
        rows.append((day, value, value * 0.94, value * 1.06))
    columns = (
        "Days since the contact was closed",
        "Share of contacts followed by another from the same customer",
        "Low",
        "High",
    )
    table = DataTable(
        "Customers who came back, by days since the contact was closed",
        columns,
        tuple(rows),
        ("days", "share", "share", "share"),
    )
    return charts.curve(
        title="How soon customers come back",
        alt="The share of contacts followed by another rises steeply in the first week, to 18%, and reaches 33% "
        "after 30 days.",
        table=table,
        x=columns[0],
        y=columns[1],
        low="Low",
        high="High",
        step=True,
        marks=((1, "1 day"), (7, "7 days"), (14, "14 days"), (30, "30 days")),
    )


def repeat_by_queue() -> Chart:
    rows = (
        ("Billing and invoices for business customers", 0.46, 0.43, 0.49, 2210),
        ("Technical faults", 0.31, 0.29, 0.33, 4120),
        ("Moving house", 0.22, 0.18, 0.27, 610),
        ("General questions", 0.09, 0.08, 0.1, 4785),
        ("Complaints", None, None, None, None),
    )
    columns = ("Queue", "Share followed by another within 30 days", "Low", "High", "Contacts")
    table = DataTable(
        "Customers who came back within 30 days, by queue",
        columns,
        rows,
        ("", "share", "share", "share", "contacts"),
    )
    return charts.bars(
        title="Which queues customers come back to",
        alt="Billing stands out: 46% come back within 30 days, against 9% for general questions.",
        table=table,
        category="Queue",
        value=columns[1],
        low="Low",
        high="High",
    )


def repeat_contact() -> Finding:
    return Finding(
        "D3",
        "repeat-contact",
        "How often must a customer come back about the same thing?",
        "found",
        "One in three customers (33%) must come back about the same thing within 30 days, most of them in the "
        "first week; billing alone makes 4 in 10 of these repeat contacts.",
        estimates=(
            share(
                "repeat_rate_1d",
                "Customers who came back within 1 day",
                0.0357,
                0.0331,
                0.0386,
                11725,
                "kaplan-meier",
            ),
            share(
                "repeat_rate_7d",
                "Customers who came back within 7 days",
                0.1838,
                0.1712,
                0.1971,
                11725,
                "kaplan-meier",
            ),
            share(
                "repeat_rate_14d",
                "Customers who came back within 14 days",
                0.2683,
                0.2531,
                0.284,
                11725,
                "kaplan-meier",
            ),
            share(
                "repeat_rate_30d",
                "Customers who came back within 30 days",
                0.3279,
                0.3081,
                0.3482,
                11725,
                "kaplan-meier",
            ),
            Estimate(
                "repeat_rate_30d_naive",
                0.2941,
                None,
                None,
                "share",
                11725,
                "plain count",
                "Came back within 30 days, counting the newest contacts as if they were over",
            ),
        ),
        charts=(repeat_curve(), repeat_by_queue()),
        cost=Cost(
            per_week("contacts", 288.4, 262.0, 317.3),
            per_week("hours", 46.81, 41.2, 52.96),
            None,
            "Repeat contacts within 30 days, at the median handle time of 9 min 44 s.",
        ),
        remedy="Let the person who answers a billing question also correct the invoice, up to an agreed sum. Today "
        "they must pass it on, the customer hears nothing for nine days and calls again. Start with the two topics "
        "that bring most customers back, and watch the 7-day figure.",
        caveats=(
            "Customers who wrote from another address are not recognised, so the true figure is higher.",
            "A contact counts as the same thing when it has the same topic.",
        ),
        method="Each closed contact is watched until the customer comes back or the data ends. The share is 1 minus "
        "the Kaplan-Meier estimate, so that contacts of the newest weeks count for as long as they could be watched; "
        "intervals are clustered by customer.\n\nKaplan and Meier (1958); Greenwood's variance as in Klein and "
        "Moeschberger (2003), section 4.2.",
    )


def handoff_histogram() -> Chart:
    rows = tuple((n, round(7600 * 0.52**n), 1 - 0.52 ** (n + 1)) for n in range(13))
    table = DataTable(
        "Contacts by number of hand-offs",
        ("Hand-offs", "Contacts", "Share with at most as many"),
        rows,
        ("", "contacts", "share"),
    )
    return charts.columns(
        title="How often a contact is passed round",
        alt="Half of the contacts are never passed on; one in twenty is passed on four times or more.",
        table=table,
        x="Hand-offs",
        y="Contacts",
        line="Share with at most as many",
    )


def weekly_rework() -> Chart:
    rows = tuple(
        (f"2026-{1 + week // 4:02}-{1 + 7 * (week % 4):02}", team, base + 14 * sin(week + base))
        for team, base in (("First line", 120.0), ("Second line", 70.0))
        for week in range(24)
    )
    table = DataTable(
        "Contacts returned to a team, by week",
        ("Week", "Team", "Contacts returned"),
        rows,
        ("", "", "contacts"),
    )
    return charts.curve(
        title="Contacts that came back to a team, week by week",
        alt="Both lines go up and down without a trend; the first line gets back about 120 a week.",
        table=table,
        x="Week",
        y="Contacts returned",
        series="Team",
        marks=(("2026-04-01", "new routing"),),
    )


def rework() -> Finding:
    waiting = DataTable(
        "Where the time of a contact goes",
        ("State", "Time per contact", "Share of the time"),
        (
            ("Somebody works on it", 1480.0, 0.04),
            ("Waiting for the customer", 9300.0, 0.24),
            ("Waiting for another team", 21800.0, 0.55),
            ("Waiting in a queue", 6600.0, 0.17),
        ),
        ("", "seconds", "share"),
    )
    return Finding(
        "D4",
        "rework",
        "How much of the work is rework?",
        "found",
        "A contact is passed on 1.1 times on average, and 17% go back to a team that had them before.",
        estimates=(
            share("reopened_contacts", "Contacts reopened after being closed", 0.0109, 0.0097, 0.0123, 24918),
            share(
                "contacts_returned_to_a_team", "Contacts that a team got back", 0.1702, 0.1656, 0.1749, 24918
            ),
            Estimate(
                "handoffs_per_contact",
                1.08,
                1.05,
                1.11,
                "hand-offs per contact",
                24918,
                "bootstrap",
                "Hand-offs per contact",
            ),
            Estimate(
                "reopened_contacts_recorded",
                275.0,
                None,
                None,
                "contacts",
                24918,
                "recorded counter",
                "Contacts that the help desk's own counter calls reopened",
            ),
        ),
        tables=(waiting,),
        charts=(handoff_histogram(), weekly_rework()),
        cost=Cost(contacts=per_week("contacts", 311.0, 302.0, 320.0), basis="Contacts that a team got back."),
        remedy="Give each kind of contact one owner who keeps it until it is solved and asks others for help, "
        "instead of passing it on.",
        caveats=("Published figures define rework in different ways; compare only like with like.",),
        method="Counted from the history of assignments, with Wilson intervals.",
    )


def first_contact_resolution() -> Finding:
    rows = (
        ("Settled at first contact, by what customers did", 0.58, 0.565, 0.595),
        ("Closed within 15 minutes", 0.81, 0.803, 0.817),
        ("One touch", 0.74, 0.731, 0.749),
        ("No reply needed", 0.69, 0.681, 0.699),
    )
    table = DataTable(
        "First-contact resolution by four definitions",
        ("Definition", "Share of contacts", "Low", "High"),
        rows,
        ("", "share", "share", "share"),
    )
    chart = charts.bars(
        title="The same contacts by four definitions",
        alt="Common definitions promise between 69% and 81%; what customers did afterwards says 58%.",
        table=table,
        category="Definition",
        value="Share of contacts",
        low="Low",
        high="High",
    )
    return Finding(
        "R1",
        "first-contact-resolution",
        "Is the issue resolved at first contact, by the customer's measure?",
        "found",
        "58% of issues are settled at first contact; the usual count of contacts closed within 15 minutes would "
        "have said 81%.",
        estimates=(
            share("first_contact_resolution", "Issues settled at first contact", 0.58, 0.565, 0.595, 9120),
            share("closed_within_15_minutes", "Contacts closed within 15 minutes", 0.81, 0.803, 0.817, 11725),
        ),
        charts=(chart,),
        remedy="Drop the 15-minute count from the team's board, and show the share of customers who need not come "
        "back instead.",
        caveats=("Contacts that the customer or nobody ended are left out.",),
        method="Issues are chains of contacts of one customer about one topic.",
    )


def differences() -> Finding:
    rows = tuple(
        (n, 0.3, max(0.3 - 1.96 * (0.21 / n) ** 0.5, 0.0), min(0.3 + 1.96 * (0.21 / n) ** 0.5, 1.0))
        for n in (20, 30, 50, 80, 120, 200, 300, 420)
    )
    table = DataTable(
        "Range that chance alone explains, by contacts per team",
        ("Contacts of a team", "Share followed by another", "Low", "High"),
        rows,
        ("contacts", "share", "share", "share"),
    )
    chart = charts.curve(
        title="What chance alone explains",
        alt="The range is wide for teams with few contacts and narrows to 26% to 34% for teams with 400.",
        table=table,
        x="Contacts of a team",
        y="Share followed by another",
        low="Low",
        high="High",
    )
    return Finding(
        "R4",
        "differences",
        "Are differences between people more than chance?",
        "not_found",
        "The differences between the 14 teams in repeat contacts are no more than chance: only 1 lies outside the "
        "funnel, and 1 would by luck alone.",
        estimates=(
            Estimate(
                "reliability",
                0.31,
                0.0,
                0.58,
                "number",
                14,
                "empirical Bayes",
                "Reliability of the differences",
            ),
            Estimate("tau", 0.012, 0.0, 0.026, "share", 14, "dersimonian_laird", "True spread between teams"),
        ),
        charts=(chart,),
        remedy="Do not compare teams on this figure. Change what all of them work in.",
        caveats=("A reliability of at least 0.7 is needed before a difference may be read as a difference.",),
        method="Funnel with over-dispersion, after Spiegelhalter (2005).",
    )


def staffing_heatmap() -> Chart:
    rows = tuple(
        (
            f"{hour:02}:00",
            day,
            None if number > 4 and not 9 <= hour < 17 else round(0.06 + 0.28 * abs(sin(hour + number)), 3),
        )
        for number, day in enumerate(DAYS)
        for hour in range(24)
    )
    table = DataTable(
        "Customers who gave up, by hour and weekday",
        ("Hour", "Weekday", "Share who gave up"),
        rows,
        ("", "", "share"),
    )
    return charts.heatmap(
        title="When customers give up",
        alt="Most customers give up on Monday mornings and on weekday evenings; nights at weekends have no data.",
        table=table,
        x="Hour",
        y="Weekday",
        value="Share who gave up",
    )


def patience_curve() -> Chart:
    rows = tuple((30 * n, exp(-30 * n / 348)) for n in range(31))
    table = DataTable(
        "Customers still waiting, by time waited",
        ("Time waited", "Share still waiting"),
        rows,
        ("seconds", "share"),
    )
    return charts.curve(
        title="How long customers are patient",
        alt="Half of the customers give up within four and a half minutes.",
        table=table,
        x="Time waited",
        y="Share still waiting",
        marks=((280, "half have given up"),),
    )


def staffing() -> Finding:
    return Finding(
        "S1",
        "staffing",
        "Are there enough people when customers come?",
        "found",
        "18% of customers give up before anybody answers, and on Mondays between 9 and 11 it is 34%.",
        estimates=(
            share(
                "abandoned_share", "Customers who gave up", 0.1786, 0.1496, 0.2117, 33066, "cluster by day"
            ),
            share(
                "service_level_of_offered",
                "Answered within 20 seconds, of all who called",
                0.49,
                0.442,
                0.538,
                33066,
            ),
            Estimate(
                "patience_median",
                280.0,
                260.0,
                303.0,
                "seconds",
                18028,
                "kaplan-meier",
                "Time after which half would have given up",
            ),
            Estimate(
                "mean_wait_queued",
                75.84,
                70.21,
                81.47,
                "seconds",
                18028,
                "cluster by day",
                "Average wait of those who had to wait",
            ),
        ),
        charts=(staffing_heatmap(), patience_curve()),
        cost=Cost(
            contacts=per_week("contacts", 1476.0, 1196.7, 1820.5, 33066),
            basis="Customers who gave up; most of them must try again.",
        ),
        remedy="Move hours from Wednesday afternoon, when nobody waits, to Monday morning. Offer a call-back once the "
        "expected wait passes two minutes.",
        caveats=("Those who hang up within 5 seconds are counted as having given up.",),
        method="Patience by Kaplan-Meier, with answered customers as not yet out of patience.",
    )


def unreadable() -> Finding:
    return Finding(
        "T1",
        "bunching",
        "Do handle times bunch below a limit?",
        "cannot_tell",
        "This data cannot tell whether handle times bunch below a limit: it holds no handle time.",
        needs=(
            "how long somebody worked on each contact (handle time)",
            "the limits that were in force, and since when",
        ),
    )


def broken_chart() -> Chart:
    """A chart whose specification no one can draw."""
    return replace(repeat_by_queue(), spec={"mark": "nonsense"})


def assessment(**changes: object) -> Assessment:
    """An assessment with every kind of answer in it."""
    sample = Assessment(
        version="0.1.0",
        place="contacts-2026.csv",
        since=datetime(2026, 1, 3, 8, 12, tzinfo=UTC),
        until=datetime(2026, 6, 30, 17, 45, tzinfo=UTC),
        counts={
            "contacts": 24918,
            "touches": 52110,
            "events": 141712,
            "messages": 0,
            "ratings": 0,
            "agents": 214,
        },
        rows_read=141757,
        rejected=45,
        rejected_by_reason={
            "the contact ends before it starts": 31,
            "the date 31/02/2026 does not exist": 13,
            "the row has 9 fields instead of 12": 1,
        },
        assumptions=(
            "Times carry no zone; they were read as UTC.",
            "A contact counts as resolved when its status is Resolved or Closed.",
        ),
        warnings=("One customer id stands on 64% of all rows; it was read as nobody in particular.",),
        settings={"timezone": "UTC", "D3.match": "topic", "smallest_group": 5},
        findings=(
            unreadable(),
            first_contact_resolution(),
            differences(),
            rework(),
            repeat_contact(),
            staffing(),
        ),
        synthetic=True,
    )
    return replace(sample, **changes)
