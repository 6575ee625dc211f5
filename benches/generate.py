"""Writes the made-up portfolio that dun is measured with: customers, invoices and a ledger as CSV.

    python3 benches/generate.py N FOLDER

N invoices of N/20 customers as of 30 September 2026. The same N gives the same bytes everywhere: of Python's
generator only `random()` is used, whose numbers no version changes. Needs nothing but Python.
"""

import contextlib
import csv
import datetime
import pathlib
import random
import sys
from collections.abc import Iterator
from typing import NamedTuple

AS_OF = datetime.date(2026, 9, 30)
# As texts, by how many days before or after.
DAYS = {offset: (AS_OF + datetime.timedelta(offset)).isoformat() for offset in range(-200, 200)}

ADJECTIVES = ["Amber", "Brisk", "Copper", "Dapper", "Early", "Fabled", "Gentle", "Hazel", "Ivory"]
NOUNS = ["Anvil", "Bakery", "Cellar", "Dairy", "Engine", "Foundry", "Garden", "Harbour", "Kiln"]
FORMS = ["Ltd", "GmbH", "SARL", "BV"]
PLACES = [("IE", "en"), ("DE", "de"), ("FR", "fr"), ("NL", "nl")]
SECTORS = ["retail", "catering", "building", "software", "care"]

CUSTOMER_COLUMNS = "customer_id name contact_name email phone language country sector owner tags credit_limit"
INVOICE_COLUMNS = (
    "invoice_id customer_id issue_date due_date currency amount balance paid_date"
    " dispute_opened dispute_closed dispute_reason promise_made promise_date po_number"
)
LEDGER_COLUMNS = "invoice_id date step rung channel outcome"

# What has been done so far climbs these, by segment: days after the due date, step, channel.
COURTEOUS = "email courteous_reminder"
CALL = (21, "call owner", "call")
LADDERS = {
    "key": [(2, "notify owner", ""), (9, COURTEOUS, "email"), CALL],
    "sensitive": [(6, COURTEOUS, "email"), CALL],
    "minor": [(8, "email minor_reminder", "email")],
    "regular": [
        (-4, "email coming_due", "email"),
        (4, "email friendly_reminder", "email"),
        (11, "email firm_reminder", "email"),
        CALL,
    ],
}


class Customer(NamedTuple):
    """What the invoices of a customer depend on."""

    id: str
    tag: str
    terms: int
    pays: float  # how many of the invoices are paid by now


class Invoice(NamedTuple):
    """An invoice: amounts in cents, dates as days from the day of the portfolio."""

    id: str
    customer: Customer
    issued: int
    due: int
    amount: int
    balance: int
    paid: int | None
    dispute_opened: int | None
    dispute_closed: int | None
    promise_made: int | None
    promised: int | None

    def row(self, order: int) -> list[str | None]:
        return [
            self.id, self.customer.id, DAYS[self.issued], DAYS[self.due], "EUR", cents(self.amount),
            cents(self.balance), DAYS.get(self.paid), DAYS.get(self.dispute_opened), DAYS.get(self.dispute_closed),
            None if self.dispute_opened is None else "goods damaged", DAYS.get(self.promise_made),
            DAYS.get(self.promised), f"PO-{order}",
        ]  # fmt: skip


def cents(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


@contextlib.contextmanager
def table(file: pathlib.Path, columns: str):
    """The writer for the rows of a table, its header written."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(columns.split())
        yield rows


def make_customers(count: int, file: pathlib.Path, rng: random.Random) -> list[Customer]:
    made = []
    with table(file, CUSTOMER_COLUMNS) as rows:
        for at in range(count):
            kind, reach = rng.random(), rng.random()
            tag = "key" if kind < 0.03 else "sensitive" if kind < 0.08 else "newsletter" if kind < 0.2 else ""
            number = f"K{at:06d}"
            name = f"{ADJECTIVES[at % 9]} {NOUNS[at // 9 % 9]} {at}, {FORMS[at % 4]}"
            country, language = PLACES[at % 4]
            email = "" if reach < 0.012 else f"accounts@{number.lower()}.example"
            phone = "" if reach > 0.7 else f"+353 1 {at:07d}"
            owner = f"rep{at % 37}@wholesale.example"
            rows.writerow([
                number, name, f"Bookkeeper {at}", email, phone, language, country, SECTORS[at % 5], owner, tag,
                at % 60 * 500,
            ])  # fmt: skip
            made.append(Customer(number, tag, 45 if at % 3 else 30, 0.09 + 0.42 * rng.random()))
    return made


def make_invoice(at: int, count: int, customers: list[Customer], rng: random.Random) -> Invoice:
    """The invoice with a number, from 66 days overdue to due in 24 days."""
    draw = rng.random
    # Some customers buy more often than others.
    share = draw()
    customer = customers[int(len(customers) * share * (0.6 + 0.4 * share))]
    # Half of them are numbered in the order in which they fall due.
    due = at * 91 // count - 66 if draw() < 0.5 else int(draw() * 91) - 66
    issued = due - customer.terms
    # Many small ones, few large ones.
    size = draw()
    amount = balance = 480 + int(size * size * size * 2_000_000)
    paid = dispute_opened = dispute_closed = promise_made = promised = None
    fate, quarrel, word = draw(), draw(), draw()
    if fate < customer.pays:
        # Rather late than early, and before today.
        wait = fate / customer.pays
        balance, paid = 0, issued + 5 + int(wait * (2 - wait) * (-5 - issued))
    elif fate > 0.95:
        balance = amount * 2 // 5
    if quarrel < 0.05:
        dispute_opened = issued + int(quarrel * 20 * -issued)
        dispute_closed = dispute_opened + 9 if quarrel < 0.015 else None
    if word < 0.05:
        promise_made = -1 - int(word * 400)
        promised = promise_made + 12
    return Invoice(
        f"R26-{at:07d}", customer, issued, due, amount, balance, paid,
        dispute_opened, dispute_closed, promise_made, promised,
    )  # fmt: skip


def ledger(invoice: Invoice, rng: random.Random) -> Iterator[tuple[str, ...]]:
    """What has been done about an invoice before today, and before it was paid."""
    if rng.random() < 0.13:  # forgotten altogether
        return
    until = 0 if invoice.paid is None else invoice.paid
    small = "minor" if invoice.amount < 15_000 else "regular"
    for rung, step, channel in LADDERS.get(invoice.customer.tag, LADDERS[small]):
        luck = rng.random()
        day = invoice.due + rung + (1 if luck < 0.15 else 0)
        if day >= until or (channel == "call" and luck < 0.5):
            return
        outcome = "done" if channel != "email" else "failed" if luck > 0.98 else "sent"
        yield invoice.id, DAYS[day], step, f"D{rung:+d}", channel, outcome


def main(count: int, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    manifest = f"taken: {AS_OF}T05:00:00Z\nas_of: {AS_OF}\n"
    (folder / "snapshot.yaml").write_text(manifest, encoding="utf-8")
    rng = random.Random(1789)
    customers = make_customers(max(count // 20, 5), folder / "customers.csv", rng)
    invoices, history = folder / "invoices.csv", folder / "history.csv"
    with table(invoices, INVOICE_COLUMNS) as rows, table(history, LEDGER_COLUMNS) as done:
        for at in range(count):
            invoice = make_invoice(at, count, customers, rng)
            rows.writerow(invoice.row(at * 7919 % 100_000))
            done.writerows(ledger(invoice, rng))


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdecimal():
        sys.exit(__doc__)
    main(int(sys.argv[1]), pathlib.Path(sys.argv[2]))
