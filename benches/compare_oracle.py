"""Compare a plan with the rows of an independent query over the same portfolio, as whole sets.

    python3 benches/compare_oracle.py PLAN.jsonl ORACLE.csv

ORACLE.csv has a header with invoice_id, customer_id, step, mode and outcome (further columns are ignored).
An action's leading invoice `acts`, its other members are `combined`, and a withheld step names its first
blocker (`withheld: limit`). Prints the counts by outcome; exits 1 when the sets differ.
"""

import collections
import csv
import json
import sys


def plan_rows(path):
    ended = False
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            ended = entry["type"] == "end"
            if entry["type"] not in ("action", "withheld"):
                continue
            blockers = entry.get("blockers")
            for at, member in enumerate(entry["members"]):
                if blockers:
                    outcome = "withheld: " + blockers[0]["code"]
                else:
                    outcome = "combined" if at else "acts"
                yield member["invoice"], entry["customer"], member["step"], entry["mode"], outcome
    if not ended:
        sys.exit(f"{path}: no end line, so the plan is not whole")


def oracle_rows(path):
    with open(path, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row["invoice_id"], row["customer_id"], row["step"], row["mode"], row["outcome"]


def main(plan, oracle):
    ours, theirs = collections.Counter(plan_rows(plan)), collections.Counter(oracle_rows(oracle))
    for name, rows in (("plan", ours), ("oracle", theirs)):
        outcomes = collections.Counter()
        for row, count in rows.items():
            outcomes[row[4]] += count
        print(f"{name}: {sum(rows.values())} rows;", ", ".join(f"{k} {v}" for k, v in sorted(outcomes.items())))
    missing, extra = theirs - ours, ours - theirs
    for name, rows in (("only in the oracle", missing), ("only in the plan", extra)):
        print(f"{name}: {sum(rows.values())}")
        for row in sorted(rows)[:10]:
            print("  ", *row, sep=" | ")
    return 1 if missing or extra else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
