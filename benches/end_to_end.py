"""Measures dun as a whole process, beside a query in DuckDB over the same files, and prints Markdown tables.

    python3 benches/end_to_end.py [--only plan,parquet,load,simulate,growth,check] [--runs 5] [--invoices 1000000]
        [--work FOLDER] [--json FILE] [--data FOLDER --policy FILE --sql FILE]

plan      a day planned and written as JSON lines, the query writing one line a step; the rows must be equal
parquet   the same from Parquet files, which DuckDB makes of the CSV files
load      the data only loaded, beside the csv crate only splitting it into fields
simulate  31 days replayed, beside one day planned
growth    `plan` from a hundred to ten million invoices (--sizes), which benches/chart.py draws from the JSON file
check     `dun check` of policies with 250, 500 and 1,000 segments, five steps each

Builds dun, makes its data with generate.py, and takes DuckDB from PyPI into an environment of its own. All of
that goes into --work, to be used again, or into a folder that is removed at the end. Other data, with a policy
and a query for it, is measured by --data, --policy and --sql; in the query DIR stands for the folder of the
data and out.csv for the file to write. Commands run in turn, after one run of each that is not counted.
"""

import argparse
import datetime
import itertools
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable

from measure import CPU, FIGURES, WALL, Run, compared, in_turn, median, ratio, run, table, tell, written

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
QUERY = """
import pathlib, sys, duckdb
query, data, out = sys.argv[1:]
duckdb.connect().execute(pathlib.Path(query).read_text().replace("DIR", data).replace("out.csv", out))
"""
TO_PARQUET = """
import pathlib, sys, duckdb
data, out = map(pathlib.Path, sys.argv[1:])
for file in data.glob("*.csv"):
    rows = duckdb.read_csv(str(file), sample_size=-1)
    rows.write_parquet(str(out / file.with_suffix(".parquet").name))
"""
READS_CSV = re.compile(r"read_csv\('DIR/(\w+)\.csv'(?:, types = \{[^}]*\})?\)")
STEPS_OF_A_SEGMENT = """\
  at D+3 email friendly_reminder
  at D+10 email firm_reminder
  at D+20 call by owner with call_notes
  at D+30 email courteous_reminder, needs approval by head
  at D+45 escalate to head
"""


class Bench:
    """The programs, the data, and how often to run."""

    def __init__(self, options: argparse.Namespace, work: pathlib.Path) -> None:
        self.options, self.work = options, work
        self.runs: int = options.runs
        self.policy: pathlib.Path = options.policy
        self.sql: pathlib.Path = options.sql
        self.dun = self.build("--bin", "dun")

    def build(self, kind: str, name: str) -> pathlib.Path:
        """A program of the package, by itself: what is built together shares what either asks of a dependency."""
        tell(f"building {name}")
        subprocess.run(["cargo", "build", "--release", "--locked", kind, name], cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
        return (target if kind == "--bin" else target / "examples") / name

    def python(self) -> pathlib.Path:
        """An interpreter with DuckDB, made once."""
        home = self.work / "venv"
        if not home.exists():
            tell("fetching DuckDB")
            venv.create(home, with_pip=True)
            subprocess.run([home / "bin" / "pip", "install", "--quiet", "duckdb"], check=True)
        return home / "bin" / "python"

    def data(self, count: int | None = None) -> pathlib.Path:
        """The data to measure with, or so many invoices of ours, made once."""
        if count is None and self.options.data:
            return self.options.data
        count = count or self.options.invoices
        folder = self.work / f"portfolio-{count}"
        if not folder.exists():
            tell(f"generating {count:,} invoices")
            part = folder.with_suffix(".part")
            subprocess.run([sys.executable, HERE / "generate.py", str(count), part], check=True)
            part.rename(folder)
        return folder

    def plan(self, data: pathlib.Path, policy: pathlib.Path, out: pathlib.Path) -> list:
        return [self.dun, "plan", policy, "--data", data, "--format", "jsonl", "-o", out]

    def against_duckdb(
        self, data: pathlib.Path, policy: pathlib.Path, sql: pathlib.Path
    ) -> dict[str, list[Run]]:
        """Both over the same data, writing files whose rows must be equal."""
        ours, theirs = self.work / "plan.jsonl", self.work / "query.csv"
        commands = {
            "dun": self.plan(data, policy, ours),
            "DuckDB": [self.python(), "-c", QUERY, sql, data, theirs],
        }
        taken = in_turn(commands, self.runs, written={"dun": ours, "DuckDB": theirs})
        run([sys.executable, HERE / "compare_oracle.py", ours, theirs])
        tell("  the rows are equal")
        return taken


def planned(bench: Bench) -> tuple[str, dict]:
    data = bench.data()
    taken = bench.against_duckdb(data, bench.policy, bench.sql)
    plan, query = bench.work / "plan.jsonl", bench.work / "query.csv"
    wrote = plan.stat().st_size
    copy = bench.work / "zeros"
    blocks = wrote // 65536 + 1
    write = [
        run(["dd", "if=/dev/zero", f"of={copy}", "bs=65536", f"count={blocks}"]) for _ in range(bench.runs)
    ]
    copy.unlink()
    share = median(write, WALL) / median(taken["dun"], WALL)
    text = (
        f"The rows are equal, as whole sets. dun writes {wrote / 1e6:,.0f} MB, the query {query.stat().st_size / 1e6:,.0f} MB."
        f" Writing as many zeros as dun writes takes {written(write, WALL)}, {share:.0%} of its wall time"
        f" (`dd`, {len(write)} runs).\n\n{compared(taken)}"
    )
    return text, {"runs": taken, "writing": write, "bytes": wrote}


def loaded(bench: Bench) -> tuple[str, dict]:
    data, read = bench.data(), bench.build("--example", "read")
    commands = {
        "dun, load alone": [read, bench.policy, data],
        "csv crate, bytes": [read, "--bare", data],
    }
    taken = in_turn(commands, bench.runs)
    return compared(taken), {"runs": taken}


def from_parquet(bench: Bench) -> tuple[str, dict]:
    """`plan` from the same tables as Parquet, for the query as well."""
    data, folder = bench.data(), bench.work / "parquet"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run([bench.python(), "-c", TO_PARQUET, data, folder], check=True)
    shutil.copy(data / "snapshot.yaml", folder)
    query = READS_CSV.sub(r"'DIR/\1.parquet'", bench.sql.read_text(encoding="utf-8"))
    sql = bench.work / "parquet.sql"
    sql.write_text(query, encoding="utf-8")
    taken = bench.against_duckdb(folder, bench.policy, sql)
    size = sum(file.stat().st_size for file in folder.glob("*.parquet"))
    return f"The rows are equal. The files have {size / 1e6:,.0f} MB.\n\n{compared(taken)}", {"runs": taken}


def simulated(bench: Bench) -> tuple[str, dict]:
    data = bench.data()
    as_of = re.search(r"^as_of: *(\S+)", (data / "snapshot.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    last = datetime.date.fromisoformat(as_of[1])
    first = last - datetime.timedelta(30)
    out, plan = bench.work / "month.txt", bench.work / "plan.jsonl"
    period = ["--from", str(first), "--to", str(last)]
    commands = {
        "31 days": [bench.dun, "simulate", bench.policy, "--data", data, *period, "-o", out],
        "one plan": bench.plan(data, bench.policy, plan),
    }
    taken = in_turn(commands, bench.runs, written={"31 days": out, "one plan": plan})
    return f"`dun simulate` from {first} to {last} as text, beside `dun plan`.\n\n{compared(taken)}", {
        "runs": taken
    }


PROGRAMS = ("dun", "DuckDB")
COLUMNS = [f"{who}, {figure.name}" for figure in FIGURES for who in PROGRAMS]


def grown(bench: Bench) -> tuple[str, list]:
    policy, sql = HERE / "portfolio.dun", HERE / "plan.sql"
    sizes = []
    for count in bench.options.sizes:
        data = bench.data(count)
        sizes.append((count, bench.against_duckdb(data, policy, sql)))
        if not bench.options.work:
            shutil.rmtree(data)
    idle = in_turn({"DuckDB": [bench.python(), "-c", "import duckdb; duckdb.connect()"]}, bench.runs)[
        "DuckDB"
    ]
    rows = [
        [f"{count:,}", *(written(taken[who], figure) for figure in FIGURES for who in PROGRAMS)]
        for count, taken in sizes
    ]
    start = ", ".join(f"{figure.name} {written(idle, figure)}" for figure in FIGURES)
    text = (
        f"Medians of {bench.runs} pairs; the rows are equal at every size. DuckDB runs in Python, whose start"
        f" with nothing to do is in its figures: {start}.\n\n{table(['invoices', *COLUMNS], rows)}\n{factors(sizes)}"
    )
    return text, [{"invoices": count, **taken} for count, taken in sizes]


def factors(sizes: list[tuple[int, dict[str, list[Run]]]]) -> str:
    """How many times as much each size takes as the one before it."""
    rows = []
    for (small, before), (large, after) in itertools.pairwise(sizes):
        grown = [
            median(after[who], figure) / median(before[who], figure) for figure in FIGURES for who in PROGRAMS
        ]
        rows.append([f"{small:,} to {large:,}", *(f"{factor:.1f}" for factor in grown)])
    return table(["growth", *COLUMNS], rows) if rows else ""


def checked(bench: Bench) -> tuple[str, dict]:
    commands = {}
    for segments in (250, 500, 1000):
        folder = bench.work / f"policy-{segments}"
        shutil.copytree(HERE / "templates", folder / "templates", dirs_exist_ok=True)
        (folder / "policy.dun").write_text(made_up_policy(segments), encoding="utf-8")
        commands[str(segments)] = [bench.dun, "check", folder / "policy.dun"]
    taken = in_turn(commands, bench.runs)
    rows = []
    for segments, runs in taken.items():
        counts = [f"{int(segments):,}", f"{int(segments) * 5:,}"]
        figures = [written(runs, figure) for figure in FIGURES]
        rows.append([*counts, *figures, ratio(runs, taken["250"], CPU)])
    head = [
        "segments",
        "steps",
        *(figure.name for figure in FIGURES),
        "processor time to that of 250, median (range)",
    ]
    return f"Medians of {bench.runs} runs in turn.\n\n{table(head, rows)}", {"runs": taken}


def made_up_policy(segments: int) -> str:
    """A policy of so many segments, the last of which catches the rest."""
    text = (
        'policy "Made up"\n  currency EUR\n  templates "templates"\n'
        'role head = "credit@wholesale.example"\nrole owner = customer.owner\n'
    )
    for at in range(segments - 1):
        low = at // 20 * 100
        condition = f'customer.tags has "group{at % 20}" and invoice.amount between {low} EUR and {low + 99.99:.2f} EUR'
        text += f"\nsegment s{at} when {condition}:\n{STEPS_OF_A_SEGMENT}"
    return f"{text}\nsegment rest otherwise:\n{STEPS_OF_A_SEGMENT}"


def machine(bench: Bench, sections: list[str]) -> str:
    """When and where, without which figures say nothing."""
    try:
        found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        processor = found[1] if found else platform.machine()
    except OSError:
        processor = platform.processor()
    words = [
        str(datetime.date.today()),
        f"{os.cpu_count()} cores ({processor})",
        platform.system(),
        f"load {os.getloadavg()[0]:.1f} at the start",
        " ".join(subprocess.check_output(["rustc", "--version"], text=True).split()[:2]),
        f"Python {platform.python_version()}",
    ]
    if {"plan", "growth"} & set(sections):
        version = "import duckdb; print(duckdb.__version__)"
        words.append(f"DuckDB {subprocess.check_output([bench.python(), '-c', version], text=True).strip()}")
    return ", ".join(words)


SECTIONS: dict[str, tuple[str, Callable[[Bench], tuple[str, object]]]] = {
    "plan": ("One day planned", planned),
    "parquet": ("One day planned from Parquet", from_parquet),
    "load": ("Loading alone", loaded),
    "simulate": ("A month replayed", simulated),
    "growth": ("Growth", grown),
    "check": ("Checking large policies", checked),
}


def arguments() -> argparse.Namespace:
    usage, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=usage, epilog=rest, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default=",".join(SECTIONS), help="what to measure, with commas")
    parser.add_argument("--runs", type=int, default=5, help="how often each command runs")
    parser.add_argument("--invoices", type=int, default=1_000_000, help="how many to generate")
    parser.add_argument(
        "--sizes", default="100,1000,10000,100000,1000000,10000000", help="how many, for growth"
    )
    parser.add_argument("--work", type=pathlib.Path, help="where everything goes, and stays")
    parser.add_argument("--json", type=pathlib.Path, help="a file to add all figures to")
    parser.add_argument("--data", type=pathlib.Path, help="a portfolio of your own")
    parser.add_argument("--policy", type=pathlib.Path, help="the policy for it")
    parser.add_argument("--sql", type=pathlib.Path, help="the query for it")
    options = parser.parse_args()
    own = [options.data, options.policy, options.sql]
    if any(own) and not all(own):
        parser.error("--data, --policy and --sql belong together")
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"--only {', '.join(sorted(unknown))}: there are {', '.join(SECTIONS)}")
    options.sizes = [int(size) for size in options.sizes.split(",")]
    options.policy = options.policy or HERE / "portfolio.dun"
    options.sql = options.sql or HERE / "plan.sql"
    return options


def measured(options: argparse.Namespace, work: pathlib.Path) -> None:
    bench = Bench(options, work)
    about = machine(bench, options.only)
    print(f"{about}.")
    figures = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    for name in options.only:
        title, section = SECTIONS[name]
        tell(title)
        text, raw = section(bench)
        print(f"\n## {title}\n\n{text.strip()}", flush=True)
        figures[name] = {"machine": about, "figures": raw}
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1) + "\n")


def main() -> None:
    options = arguments()
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
        measured(options, options.work.resolve())
    else:
        with tempfile.TemporaryDirectory(prefix="dun-bench-") as work:
            measured(options, pathlib.Path(work))


if __name__ == "__main__":
    main()
