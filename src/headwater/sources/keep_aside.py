"""Take bad rows out: those with a problem, and all but the last of rows that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import ibis
import ibis.expr.types as ir

from headwater.record.pseudonym import Key
from headwater.sources.batch import Refused, refused
from headwater.sources.dates import form_of
from headwater.sources.engine import Engine, make_temp
from headwater.sources.mapping import FIELDS, Mapping
from headwater.sources.masks import Masks, has_letters, people_columns
from headwater.sources.rejected import Rejected
from headwater.sources.rows import PROBLEM, SKIPPED, WALL, Problem
from headwater.sources.stage import LINE, NUMBER, Stage, pages

#: The field that identifies a row, where the mapping gives it; other kinds of row are many to a contact.
_KEYS = {"contact": "contact_id", "touch": "touch_id", "event": "event_id", "message": "message_id",
         "rating": "rating_id"}  # fmt: skip
_DUPLICATE, _SAME = -1, -2
#: Where rows with a problem lie until they are written.
ASIDE = "aside"
#: Rows whose names are looked up at once.
_TOGETHER = 5_000


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
    content = [name for name in rows.columns if name not in (LINE, PROBLEM, WALL, SKIPPED)]
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
    return ibis.coalesce(column.cast("string"), "\x1e")


def keep_aside(
    stage: Stage,
    rows: ir.Table,
    mapping: Mapping,
    problems: Sequence[Problem],
    rejected: Rejected,
    key: Key | None,
) -> None:
    """Hand every row that is refused or has a problem to `rejected`, names replaced when there is a key."""
    masks = Masks(stage, mapping, key) if key else None
    for aside in (stage.refused_rows(), _bad_rows(stage, rows, mapping, problems)):
        while some := list(islice(aside, _TOGETHER)):
            for row in masks.shown(some) if masks else some:
                rejected.add(stage.file.name, row)


def _bad_rows(
    stage: Stage, rows: ir.Table, mapping: Mapping, problems: Sequence[Problem]
) -> Iterator[Refused]:
    bad = rows.filter(rows[PROBLEM].notnull() & (rows[PROBLEM] != _SAME)).select(LINE, PROBLEM)
    if not bad.count().to_pyarrow().as_py():
        return
    bad = bad.mutate(**{NUMBER: ibis.row_number().over(order_by=bad[LINE])})
    texts = {f"c{n}": stage.table[name].cast("string") for n, name in enumerate(stage.columns)}
    laid = make_temp(stage.con, ASIDE, bad.join(stage.table.select(LINE, **texts), LINE))
    duplicate = Problem("duplicate id, different content", _KEYS.get(mapping.rows, "contact_id"))
    named: dict[str, bool] | None = None
    for page in pages(laid, int(laid.count().to_pyarrow().as_py())):
        named = _named_columns(stage, mapping) if named is None else named
        for row in page:
            cells = {name: row[f"c{n}"] or "" for n, name in enumerate(stage.columns)}
            problem = duplicate if row[PROBLEM] == _DUPLICATE else problems[row[PROBLEM]]
            columns = mapping.fields[problem.field].columns
            value = " ".join(cells[name] for name in columns)
            yield refused(
                row[LINE], problem.reason, ", ".join(columns), value, list(cells.values()),
                placed=not _out_of_place(cells, mapping, named),
            )  # fmt: skip


def _named_columns(stage: Stage, mapping: Mapping) -> dict[str, bool]:
    """Columns of people that hold names rather than numbers, and whether most rows have one."""
    found = {}
    for column in people_columns(mapping):
        text = stage.table[column].cast("string")
        row = stage.table.aggregate(
            known=(text.strip() != "").sum(), named=text.re_search(r"\pL{2}").sum()
        ).to_pyarrow().to_pylist()[0]  # fmt: skip
        known, named = row["known"] or 0, row["named"] or 0
        if named > 0.9 * known:
            found[column] = known > 0.5 * stage.rows
    return found


def _out_of_place(cells: dict[str, str], mapping: Mapping, named: dict[str, bool]) -> bool:
    """True for a row whose cells seem to have slipped: no name where names stand, and words where values do."""
    nameless = any(
        not has_letters(cells[column]) and (always or cells[column].strip())
        for column, always in named.items()
    )
    return nameless and any(
        has_letters(cells[column]) and form_of(cells[column]) is None
        for name, part in mapping.fields.items()
        if FIELDS[name].kind != "text"
        for column in part.columns
    )
