"""Take bad rows out: those with a problem, and all but the last of rows that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.types as ir

from headwater.record.pseudonym import Key
from headwater.record.tables import Person
from headwater.sources.batch import Refused
from headwater.sources.engine import Engine, make_temp
from headwater.sources.mapping import FIELDS, Mapping
from headwater.sources.rejected import SEPARATOR, Rejected, without_names
from headwater.sources.rows import PROBLEM, WALL, Problem
from headwater.sources.stage import LINE, Stage

#: The field that identifies a row, where the mapping gives it; other kinds of row are many to a contact.
_KEYS = {"contact": "contact_id", "touch": "touch_id", "event": "event_id", "message": "message_id",
         "rating": "rating_id"}  # fmt: skip
#: Names that are looked for in the cells of rejected rows.
_MOST_NAMES = 100_000
_DUPLICATE, _SAME = -1, -2
_DUPLICATED = Problem("duplicate id, different content", "contact_id")


def settle_duplicates(con: Engine, rows: ir.Table, mapping: Mapping) -> ir.Table:
    """Rows in which every identifier stands once among the good ones.

    Rows with an identifier's same content are one row; of rows with different content the last one holds
    and the others get a problem.
    """
    key = _KEYS.get(mapping.rows)
    if key is None or key not in mapping.fields:
        return rows
    good = rows.filter(rows[PROBLEM].isnull() & rows[key].notnull())
    counts = good.aggregate(all=good.count(), distinct=good[key].nunique()).to_pyarrow().to_pylist()[0]
    if counts["all"] == counts["distinct"]:
        return rows
    content = [name for name in rows.columns if name not in (LINE, PROBLEM, WALL)]
    marked = rows.mutate(__content=ibis.array([_text(rows[name]) for name in content]).hash())
    eligible = marked[PROBLEM].isnull() & marked[key].notnull()
    window = ibis.window(group_by=[marked[key], eligible], order_by=[marked[LINE].desc()])
    marked = marked.mutate(
        __place=ibis.row_number().over(window),
        __last=marked["__content"].first().over(window),
        __eligible=eligible,
    )
    again = marked["__eligible"] & (marked["__place"] > 0)
    problem = ibis.cases(
        (again & (marked["__content"] == marked["__last"]), _SAME), (again, _DUPLICATE), else_=marked[PROBLEM]
    )
    return make_temp(con, "typed_once", marked.mutate(**{PROBLEM: problem}).select(*rows.columns))


def _text(column: ir.Value) -> ir.Value:
    return ibis.coalesce(column.cast("string"), "\0")


def keep_aside(
    stage: Stage,
    rows: ir.Table,
    mapping: Mapping,
    problems: Sequence[Problem],
    rejected: Rejected,
    key: Key | None,
) -> None:
    """Hand every row that is refused or has a problem to `rejected`, names replaced when there is a key."""
    names = _names(stage, mapping) if key else {}
    for refused in (*stage.refused, *_bad_rows(stage, rows, mapping, problems, key)):
        rejected.add(stage.file.name, without_names(refused, names, key.hide) if key else refused)


def _bad_rows(
    stage: Stage, rows: ir.Table, mapping: Mapping, problems: Sequence[Problem], key: Key | None
) -> Iterator[Refused]:
    bad = rows.filter(rows[PROBLEM].notnull() & (rows[PROBLEM] != _SAME)).select(LINE, PROBLEM)
    if not bad.count().to_pyarrow().as_py():
        return
    texts = {f"c{n}": stage.table[name].cast("string") for n, name in enumerate(stage.columns)}
    joined = bad.join(stage.table.select(LINE, **texts), LINE).order_by(LINE)
    people = _people(mapping) if key else {}
    for batch in joined.to_pyarrow_batches(chunk_size=10_000):
        for row in batch.to_pylist():
            cells = {name: row[f"c{n}"] or "" for n, name in enumerate(stage.columns)}
            if key:
                cells |= {name: key.hide(cells[name], kind) for name, kind in people.items() if cells[name]}
            problem = _DUPLICATED if row[PROBLEM] == _DUPLICATE else problems[row[PROBLEM]]
            columns = mapping.fields[problem.field].columns
            value = " ".join(cells[name] for name in columns)
            yield Refused(
                row[LINE], problem.reason, ", ".join(columns), value, SEPARATOR.join(cells.values())
            )


def _people(mapping: Mapping) -> dict[str, Person]:
    """The columns that hold names of people, with their kind."""
    return {
        column: person
        for name, field in mapping.fields.items()
        if (person := FIELDS[name].person)
        for column in field.columns
    }


def _names(stage: Stage, mapping: Mapping) -> dict[str, str]:
    """Names of people in the file, lower case, with their kind; plain numbers are no names."""
    found: dict[str, str] = {}
    for column, person in _people(mapping).items():
        text = stage.table.select(name=stage.table[column].cast("string").strip().lower())
        names = text.filter(text.name.re_search("[^0-9.,:/ -]{2}")).distinct().limit(_MOST_NAMES)
        for name in names.to_pyarrow()["name"].to_pylist():
            found.setdefault(name, person)
    return found
