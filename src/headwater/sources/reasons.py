"""Why a row is kept aside, and what to do about it."""

from __future__ import annotations

#: Reason and cure. Every reason that a reader or the validator gives stands here.
CURES: dict[str, str] = {
    "not text": "the bytes of this row are no text; export the file again as UTF-8",
    "not JSON": "this line is no JSON object; export it again",
    "wrong number of cells": "a delimiter or quote inside a cell is not escaped, or cells are missing; mend the row",
    "no contact id": "without an identifier the row belongs to no contact; fill it in",
    "empty cell": "without this cell the row means nothing; fill it in",
    "no time": "without a time the row cannot be placed; fill it in",
    "not a time": "no known form of date fits, or there is no such day; mend it, or add its form to `formats`",
    "not a number": "mend it, or set `decimal` in the mapping if commas are decimal points",
    "not a yes or no": "write true or false",
    "unknown word": "add the word to the mapping",
    "end before start": "the times are swapped or in two zones; mend them, or set `timezone`",
    "negative duration": "a duration below zero cannot be; mend it",
    "impossible duration": "no single piece of work lasts that long; mend it, or raise max_handle_hours",
    "score outside its scale": "mend the score, or the scale in the mapping",
    "duplicate id, different content": "the last row of this id was used; if rows are stages of one contact, "
    'map them as rows = "state" or "touch"',
}
