"""What came out: a line on the screen for each case, a table in Markdown, JSON."""

import json
from dataclasses import asdict, dataclass

from .run import run_case

# What is shown of a case, how wide; ratios and counts with their goals.
COLUMNS = {
    "case": 26,
    "SQL ms": 8,
    "ours ms": 8,
    "CRM ms": 8,
    "ours/SQL": 14,
    "ours/CRM": 14,
    "queries": 11,
    "CRM's": 5,
    "goal": 0,
}


@dataclass
class Result:
    case: str
    question: str
    ms: dict  # {side: median}
    queries: dict  # {side: number}
    figures: dict  # what a goal may be set for
    goal: dict  # {figure: limit} at this size
    misses: list  # figures that miss their goals
    clock: str = "wall"

    @classmethod
    def of(cls, case, picks, rounds):
        sides = run_case(case, picks, rounds)
        ms = {name: side.ms for name, side in sides.items()}
        figures = {
            "ms": ms["ours"],
            "queries": sides["ours"].queries,
            "per_minute": 60_000 * case.things / ms["ours"],
            "mb": case.mb,
        } | {name: ms["ours"] / ms[name] for name in ("sql", "stock") if name in ms}
        goal = {
            name: limit
            for name, limit in case.goal.at(picks.size).items()
            if name in figures
        }
        misses = [
            name
            for name, limit in goal.items()
            if (
                figures[name] < limit if name == "per_minute" else figures[name] > limit
            )
        ]
        queries = {name: side.queries for name, side in sides.items() if name != "sql"}
        question = " ".join(case.__doc__.split())
        return cls(case.title(), question, ms, queries, figures, goal, misses)

    def cells(self):
        other = (
            self._figure("ms", "{:.3g} ms", "≤") if "ms" in self.goal else "",
            self._figure("per_minute", "{:,.0f} a minute", "≥")
            if "per_minute" in self.goal
            else "",
            self._figure("mb", "{:.0f} MB", "≤") if "mb" in self.goal else "",
        )
        return [
            self.case,
            *(self._ms(side) for side in ("sql", "ours", "stock")),
            self._figure("sql", "{:.2g}", "≤"),
            self._figure("stock", "{:.2g}", "≤"),
            self._figure("queries", "{}", "≤"),
            str(self.queries.get("stock", "")),
            " ".join(filter(None, other)),
        ]

    def _ms(self, side):
        return f"{self.ms[side]:.3g}" if side in self.ms else ""

    def _figure(self, name, form, sign):
        if name not in self.figures:
            return ""
        goal = f" ({sign} {self.goal[name]:g})" if name in self.goal else ""
        return form.format(self.figures[name]) + goal + " ✗" * (name in self.misses)


def line(cells):
    return " ".join(
        f"{cell:{width}}" for cell, width in zip(cells, COLUMNS.values(), strict=True)
    )


def write(folder, size, results, cpu=False):
    """Keep the results of this size, and make the report of all sizes anew. Of a run of
    some cases the others stay as they were."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{size}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    clock = "cpu" if cpu else "wall"
    kept |= {result.case: asdict(result) | {"clock": clock} for result in results}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1))
    sizes = {
        int(path.stem): {
            name: Result(**values)
            for name, values in json.loads(path.read_text()).items()
        }
        for path in folder.glob("*.json")
    }
    parts = [_table(size, list(sizes[size].values())) for size in sorted(sizes)]
    if len(sizes) > 1:
        parts.append(_growth(sizes))
    (folder / "report.md").write_text("\n\n".join(parts) + "\n")


def _read(path):
    kept = json.loads(path.read_text())
    return {name: Result(**values) for name, values in kept.items()}


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _table(size, results):
    rows = [list(COLUMNS), ["---"] * len(COLUMNS)]
    rows += [
        [f"{result.question} (`{result.case}`)", *result.cells()[1:]]
        for result in results
    ]
    clocks = " and ".join(sorted({result.clock for result in results}))
    return "\n".join([f"## {size:,} clients ({clocks} time)", "", *map(_row, rows)])


def _growth(sizes):
    """How ours grows from the smallest to the largest database."""
    ordered = sorted(sizes)
    rows = [["ours, ms", *(f"{size:,}" for size in ordered), "growth"]]
    rows.append(["---"] * len(rows[0]))
    for case, result in sizes[ordered[-1]].items():
        times = [
            sizes[size][case].ms["ours"] for size in ordered if case in sizes[size]
        ]
        if len(times) == len(ordered):
            growth = f"x{times[-1] / times[0]:.1f}"
            rows.append([result.question, *(f"{one:.3g}" for one in times), growth])
    return "\n".join(["## Growth", "", *map(_row, rows)])
