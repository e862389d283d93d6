"""The main job: read sources, run the checks, write the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from headwater import __version__
from headwater.checks.check import Context
from headwater.checks.finding import Finding
from headwater.checks.run import chosen, parameters, run
from headwater.errors import HeadwaterError, OutputError, SourceError
from headwater.measures.base import period
from headwater.record.loads import Load, rejected_by_reason
from headwater.record.record import Record
from headwater.record.store import Store, in_memory, is_place, open_store
from headwater.report.assessment import Assessment
from headwater.report.findings_json import findings_json
from headwater.report.html import assessment_html
from headwater.report.studio import Studio
from headwater.report.write import write_atomically
from headwater.settings import Settings
from headwater.sources.load import Reading, load_files
from headwater.sources.mapping import check_zone, read_mapping
from headwater.sources.rejected import rejected_file

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """An assessment and the files that hold it."""

    assessment: Assessment
    files: dict[str, Path]


def assess(
    sources: Sequence[str], settings: Settings, progress: Progress, *, synthetic: bool = False
) -> Result:
    """Assess files or a record and write assessment.html, findings.json and rejected.csv.

    HeadwaterError when something is missing or wrong; then no report is written.
    """
    checks = chosen(settings["only"])
    params = parameters(checks, settings.checks)
    reading = reading_of(settings)
    out = prepared_folder(Path(settings["out"]))
    place, files = _places(sources, settings["record"])
    with Studio() as studio, closing(_store(place, settings, write=bool(files))) as store:
        with rejected_file(out / "rejected.csv") as rejected:
            load_files(store, files, reading, rejected, progress)
        loads, record = store.loads(), store.record()
        if record.filled["contacts"] == 0:
            raise _nothing_to_assess(loads, out)
        context = _context(settings, loads)
        findings = []
        for finding in run(checks, record, context, params, progress):
            studio.ask(finding)
            findings.append(finding)
        assessment = _assessment(
            sources, settings, record, loads, context, tuple(findings), synthetic=synthetic
        )
        progress("writing the report")
        page = assessment_html(assessment, studio.drawings())
    results = {"report": out / "assessment.html", "findings": out / "findings.json"}
    write_atomically(results["report"], page)
    write_atomically(results["findings"], findings_json(assessment))
    return Result(assessment, results | ({"rows kept aside": out / "rejected.csv"} if files else {}))


def reading_of(settings: Settings) -> Reading:
    """How the settings want files to be read."""
    return Reading(
        mapping=read_mapping(Path(settings["mapping"])) if settings["mapping"] else None,
        profile=settings["profile"],
        timezone=check_zone(settings["timezone"]),
        keep_names=settings["keep_names"],
        max_handle_hours=settings["max_handle_hours"],
    )


def prepared_folder(folder: Path) -> Path:
    """The folder, made if need be and proven writable before any work is done. OutputError when it is not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".headwater"
        probe.write_bytes(b"headwater")
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written ({(error.strerror or str(error)).lower()})",
            "choose another folder with --out",
        ) from error
    return folder


def _places(sources: Sequence[str], record: str) -> tuple[str, list[Path]]:
    """The record to use ("" for one in memory) and the files to load into it."""
    named = [source for source in sources if is_place(source)]
    files = [Path(source) for source in sources if not is_place(source)]
    if record:
        named.append(record)
    if len(named) > 1:
        raise SourceError(f"more than one record is named: {', '.join(named)}", "assess one record at a time")
    if not named and not files:
        raise SourceError("nothing to assess", "name a file, or a record with --record")
    return (named[0] if named else ""), files


def _store(place: str, settings: Settings, *, write: bool) -> Store:
    limit = settings["memory_limit"]
    return open_store(place, write=write, memory_limit=limit) if place else in_memory(limit)


def _nothing_to_assess(loads: Sequence[Load], out: Path) -> HeadwaterError:
    read, kept_aside = sum(load.rows_read for load in loads), sum(load.rejected for load in loads)
    if not read:
        return SourceError(
            "there are no rows to assess", "the file has a header and nothing else: export it again"
        )
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in rejected_by_reason(loads).items())
    return SourceError(
        f"no contact could be read: all {kept_aside:,} rows were kept aside: {reasons}" if kept_aside else
        "the files hold no contacts, only what belongs to them",
        f"see {out / 'rejected.csv'}; a mapping may help: headwater map FILE",
    )  # fmt: skip


def _context(settings: Settings, loads: Sequence[Load]) -> Context:
    zones = {load.timezone for load in loads if load.timezone}
    zone = settings["timezone"] or (zones.pop() if len(zones) == 1 else "UTC")
    return Context(
        timezone=zone,
        smallest_group=settings["smallest_group"],
        cost_per_hour=settings["cost_per_hour"],
        currency=settings["currency"],
    )


def _assessment(
    sources: Sequence[str], settings: Settings, record: Record, loads: Sequence[Load], context: Context,
    findings: tuple[Finding, ...], *, synthetic: bool,
) -> Assessment:  # fmt: skip
    watched, zone = period(record), ZoneInfo(context.timezone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    return Assessment(
        version=__version__,
        place=", ".join(Path(source).name for source in sources) or settings["record"],
        since=local(watched.first),
        until=local(watched.last),
        counts={
            name: record.filled[name]
            for name in ("contacts", "touches", "events", "messages", "ratings", "agents")
        },
        rows_read=sum(load.rows_read for load in loads),
        rejected=sum(load.rejected for load in loads),
        rejected_by_reason=rejected_by_reason(loads),
        assumptions=tuple(dict.fromkeys(line for load in loads for line in load.assumed)),
        warnings=tuple(dict.fromkeys(line for load in loads for line in load.warnings)),
        settings=_told(settings),
        findings=findings,
        synthetic=synthetic,
    )


def _told(settings: Settings) -> dict[str, object]:
    """The settings that shape the findings, as findings.json tells them; no paths of this machine."""
    hidden = {"out", "record", "mapping", "set"}
    told: dict[str, object] = {name: value for name, value in settings.values.items() if name not in hidden}
    return told | {
        "only": list(settings["only"]),
        "checks": {code: dict(p) for code, p in settings.checks.items()},
    }
