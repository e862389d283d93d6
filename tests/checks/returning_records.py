"""Records for D3 and R1: contacts of customers on given days, and the anonymous bank's February."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headwater.record.record import Record
from headwater.record.schema import schema_of
from headwater.record.tables import TABLES
from headwater.testing import record_of

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_BESIDE = Path(__file__).resolve().parents[3] / "shared"
BANK = "data/science/anonymous_bank_feb1999/calls_feb1999_pseudonymised.csv.gz"
_BANK_CONTACTS = """
    INSERT INTO contacts BY NAME
    SELECT row_number() OVER ()::VARCHAR AS contact_id, arrival::TIMESTAMPTZ AS opened_at, 'phone' AS channel,
        nullif(customer, '') AS customer_id, type AS topic, 'test' AS source,
        CASE outcome WHEN 'AGENT' THEN 'closed' WHEN 'HANG' THEN 'abandoned' ELSE 'void' END AS status
    FROM read_csv('{file}', types = {{'arrival': 'VARCHAR', 'customer': 'VARCHAR'}})
"""

Row = dict[str, Any]


def contact(customer: str | None, day: float, **more: Any) -> Row:
    """A contact of the customer so many days after the first morning."""
    return {"customer_id": customer, "opened_at": START + timedelta(days=day), "topic": "billing"} | more


def singles(count: int, days: float = 40.0, **more: Any) -> list[Row]:
    """As many customers who came once, evenly over the days."""
    return [contact(f"single-{n}", days * n / count, **more) for n in range(count)]


def returning(count: int, after: float, days: float = 20.0, **more: Any) -> list[Row]:
    """As many customers who came twice, evenly over the days, the second time `after` so many days."""
    first = [days * n / count for n in range(count)]
    return [contact(f"back-{n}", day + gap, **more) for n, day in enumerate(first) for gap in (0.0, after)]


def record(contacts: Iterable[Row], **tables: Iterable[Mapping[str, Any]]) -> Record:
    """A record of the contacts, which get a number as identifier unless they have one."""
    named = [{"contact_id": str(number)} | row for number, row in enumerate(contacts)]
    return record_of(contacts=named, **tables)


def simulated(seed: int, customers: int, days: float, chance: float, longest: float) -> Record:
    """Customers whose every contact is followed by another with the chance, after 0 to `longest` days.

    First contacts come evenly over the days and the 14 before them; what comes after the days, or before
    them, is not in the record.
    """
    random = np.random.default_rng(seed)
    name = np.arange(customers)
    at = random.uniform(-14, days, customers)
    names, times = [name], [at]
    while name.size:
        back = random.random(name.size) < chance
        name, at = name[back], at[back] + random.uniform(0, longest, int(back.sum()))
        names.append(name)
        times.append(at)
    everyone, when = np.concatenate(names), np.concatenate(times)
    seen = (when >= 0) & (when < days)
    schema = schema_of(TABLES["contacts"]).to_pyarrow()
    count = int(seen.sum())
    columns = {
        "contact_id": pa.array([str(number) for number in range(count)]),
        "opened_at": pa.array((START.timestamp() * 1e6 + when[seen] * 86400e6).astype("int64")),
        "customer_id": pa.array([f"c{number}" for number in everyone[seen]]),
        "topic": pa.array(["billing"] * count),
        "status": pa.array(["closed"] * count),
        "source": pa.array(["test"] * count),
    }
    made = record_of()
    made.con.insert(
        "contacts",
        pa.table(
            [columns[f.name].cast(f.type) if f.name in columns else pa.nulls(count, f.type) for f in schema],
            schema=schema,
        ),
    )
    return made


def bank() -> Record:
    """The anonymous bank's calls of February 1999; skips where the file is not beside the checkout."""
    file = Path(os.environ.get("HEADWATER_SHARED", _BESIDE)) / BANK
    if not file.exists():
        pytest.skip(f"{BANK} is not there: set HEADWATER_SHARED to the folder that holds it")
    made = record_of()
    made.con.raw_sql(_BANK_CONTACTS.format(file=file))
    return made
