//! Data, right and wrong.

use proptest::prelude::*;
use proptest::sample::select;

/// The rows of the tables, as YAML, and when they were taken.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    taken: Option<i64>,
    customers: Vec<String>,
    invoices: Vec<String>,
    contacts: Vec<String>,
    payments: Vec<String>,
    credit_notes: Vec<String>,
    disputes: Vec<String>,
    promises: Vec<String>,
    history: Vec<String>,
}

/// A cell now and then.
fn cell<T: std::fmt::Debug + std::fmt::Display + Clone + 'static>(
    chance: f64,
    column: &'static str,
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<String>> {
    prop::option::weighted(chance, of)
        .prop_map(move |value| value.map(|value| format!("{column}: {value}")))
        .boxed()
}

fn date(chance: f64, column: &'static str, days: std::ops::Range<i64>) -> BoxedStrategy<Option<String>> {
    cell(chance, column, days.prop_map(|days| format!("«{days}»")))
}

fn row(cells: impl IntoIterator<Item = Option<String>>) -> String {
    format!("{{ {} }}", cells.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn amount() -> BoxedStrategy<String> {
    prop_oneof![
        3 => select(vec!["1000", "100", "10", "4.99", "5", "500", "499.99", "250.50"]).prop_map(String::from),
        2 => (1_i64..200_000).prop_map(|cents| format!("{}.{:02}", cents / 100, cents % 100)),
    ]
    .boxed()
}

/// How many customers and invoices there are.
#[derive(Debug, Clone, Copy)]
struct Size {
    customers: usize,
    invoices: usize,
}

impl Size {
    /// A customer, now and then one that the data lacks.
    fn customer(self) -> BoxedStrategy<String> {
        prop_oneof![60 => (0..self.customers).prop_map(|at| format!("C{at}")), 1 => Just(String::from("C8"))]
            .boxed()
    }

    /// An invoice, now and then one that the data lacks.
    fn invoice(self) -> BoxedStrategy<String> {
        prop_oneof![60 => (0..self.invoices).prop_map(|at| format!("I{at}")), 1 => Just(String::from("I8"))]
            .boxed()
    }
}

fn customers(size: Size) -> BoxedStrategy<Vec<String>> {
    let one = (
        (
            cell(0.9, "name", Just("Ant Ltd")),
            cell(0.7, "contact_name", Just("Ann")),
            cell(0.9, "email", select(vec!["a@x.example", "b@x.example"])),
            cell(0.8, "mobile", Just("\"+33 6 39 98 00 01\"")),
            cell(0.5, "street", Just("1 High St, city: Town")),
            cell(0.85, "country", select(vec!["FR", "DE", "ES"])),
            cell(0.4, "language", select(vec!["fr-BE", "fr", "de", "en-GB", "nl"])),
        ),
        (
            cell(0.4, "kind", select(vec!["business", "consumer"])),
            cell(0.4, "sector", select(vec!["bars", "Retail"])),
            cell(0.3, "segment", select(vec!["gold", "Gold", "silver"])),
            cell(0.6, "owner", select(vec!["ann@acme.example", "bob@acme.example"])),
            cell(0.3, "tags", select(vec!["vip", "\"vip;late\""])),
            cell(0.3, "credit_limit", select(vec!["400", "5000"])),
            cell(0.3, "since", select(vec!["2019-01-01", "2024-01-01"])),
        ),
        (
            cell(0.04, "do_not_contact", select(vec!["yes", "no"])),
            prop_oneof![
                60 => Just(None),
                2 => date(0.99, "insolvent_since", -9..9),
                1 => Just(Some(String::from("insolvent_since: yes"))),
            ],
            cell(0.2, "phone", Just("\"+33 1 00 00 00 01\"")),
            prop_oneof![
                30 => Just(None),
                3 => cell(0.99, "terms", select(vec!["15", "20 days end of month"])),
                1 => Just(Some(String::from("terms: whenever"))),
            ],
        ),
    );
    prop::collection::vec(one, size.customers)
        .prop_map(|all| {
            let rows = all.into_iter().enumerate().map(
                |(at, ((a, b, c, d, e, f, g), (h, i, j, k, l, m, n), (o, p, q, r)))| {
                    let id = Some(format!("customer_id: C{at}"));
                    row([id, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r])
                },
            );
            rows.collect()
        })
        .boxed()
}

fn invoices(size: Size) -> BoxedStrategy<Vec<String>> {
    let one = (
        (
            size.customer(),
            prop::option::weighted(0.92, Just(())),
            -35_i64..9,
            amount(),
            prop::option::weighted(0.6, 0_i64..40),
        ),
        (
            cell(0.2, "currency", select(vec!["USD", "JPY", "EUR"])),
            cell(0.1, "balance", select(vec!["0", "3", "77", "600"])),
            date(0.06, "paid_date", -8..9),
            cell(0.03, "status", select(vec!["draft", "void", "written_off", "open"])),
            date(0.06, "hold_until", -3..9),
            prop_oneof![
                60 => Just(None),
                2 => date(0.99, "handed_over", -5..5),
                1 => Just(Some(String::from("handed_over: Agency"))),
            ],
        ),
        (
            cell(0.4, "po_number", Just("P7")),
            cell(0.15, "owner", Just("own@acme.example")),
            cell(0.3, "tags", Just("export")),
            cell(0.06, "disputed", select(vec!["yes", "no"])),
            prop_oneof![
                60 => Just(None),
                4 => date(0.99, "promise_date", -6..9),
                1 => Just(Some(String::from("promise_date: soon"))),
            ],
        ),
    );
    prop::collection::vec(one, size.invoices)
        .prop_map(|all| {
            let rows = all.into_iter().enumerate().map(
                |(at, ((customer, dated, due, amount, age), (a, b, c, d, e, f), (g, h, i, j, k)))| {
                    let amount =
                        if a.as_deref() == Some("currency: JPY") { String::from("90000") } else { amount };
                    let b = b.filter(|_| a.as_deref() != Some("currency: JPY"));
                    let issued = age.map(|age| format!("issue_date: «{}»", due - age));
                    // Without a due date the terms decide.
                    let due = dated.or(issued.is_none().then_some(())).map(|()| format!("due_date: «{due}»"));
                    let head = format!("invoice_id: I{at}, customer_id: {customer}, amount: {amount}");
                    row([Some(head), due, issued, a, b, c, d, e, f, g, h, i, j, k])
                },
            );
            rows.collect()
        })
        .boxed()
}

fn contacts(size: Size) -> BoxedStrategy<Vec<String>> {
    let one = (
        size.customer(),
        cell(0.8, "email", Just("lea@x.example")),
        cell(0.5, "phone", Just("\"+33 7 00 00 00 07\"")),
        cell(0.3, "language", select(vec!["fr", "de"])),
    );
    prop::collection::vec(one, 0..3)
        .prop_map(|all| {
            let rows = all.into_iter().enumerate().map(|(at, (customer, a, b, c))| {
                let role = if at == 0 { "legal" } else { "other" };
                row([Some(format!("customer_id: {customer}, role: {role}, name: Lea")), a, b, c])
            });
            rows.collect()
        })
        .boxed()
}

fn money(table: &'static str, size: Size) -> BoxedStrategy<Vec<String>> {
    let of_customer = (size.customer(), select(vec!["EUR", "USD"]));
    let subject = prop_oneof![
        3 => size.invoice().prop_map(|invoice| format!("invoice_id: {invoice}")),
        1 => of_customer.prop_map(|(customer, currency)| format!("customer_id: {customer}, currency: {currency}")),
    ];
    let one = (subject, -20_i64..9, amount());
    prop::collection::vec(one, 0..3)
        .prop_map(move |all| {
            let rows = all.into_iter().enumerate().map(|(at, (subject, day, amount))| {
                let id = if table == "payments" {
                    format!("payment_id: P{at}")
                } else {
                    format!("credit_id: N{at}")
                };
                format!("{{ {id}, {subject}, date: «{day}», amount: {amount} }}")
            });
            rows.collect()
        })
        .boxed()
}

fn disputes(size: Size) -> BoxedStrategy<Vec<String>> {
    let one = (
        size.invoice(),
        date(0.85, "opened", -12..4),
        2_i64..20,
        prop::bool::weighted(0.5),
        cell(0.5, "reason", select(vec!["late", "lost"])),
    );
    prop::collection::vec(one, 0..3)
        .prop_map(|all| {
            let rows = all.into_iter().map(|(invoice, opened, later, closes, reason)| {
                let from: i64 = opened
                    .as_ref()
                    .map_or(-6, |cell| cell.split(['«', '»']).nth(1).unwrap().parse().unwrap());
                let closed = closes.then(|| format!("closed: «{}»", from + later));
                row([Some(format!("invoice_id: {invoice}")), opened, closed, reason])
            });
            rows.collect()
        })
        .boxed()
}

fn promises(size: Size) -> BoxedStrategy<Vec<String>> {
    let one = (
        size.invoice(),
        -12_i64..4,
        prop::bool::weighted(0.85),
        2_i64..20,
        prop::option::weighted(0.5, amount()),
    );
    prop::collection::vec(one, 0..3)
        .prop_map(|all| {
            let rows = all.into_iter().map(|(invoice, made, dated, later, amount)| {
                let head = format!("invoice_id: {invoice}, due: «{}»", made + later);
                let made = dated.then(|| format!("made: «{made}»"));
                row([Some(head), made, amount.map(|amount| format!("amount: {amount}"))])
            });
            rows.collect()
        })
        .boxed()
}

const FOREIGN: [&str; 16] = [
    "charge interest",
    "charge interest",
    "charge interest",
    "charge interest",
    "email gone",
    "Mahnung",
    "call gone",
    "notify gone",
    "flag gone",
    "clear pause",
    "clear escalated",
    "email old",
    "flag old",
    "escalate manager",
    "hand off legal",
    "notify finance of P0",
];

fn history(keys: Vec<String>, waiting: &[String], size: Size) -> BoxedStrategy<Vec<String>> {
    let outcome = prop_oneof![
        6 => Just("sent"),
        3 => Just("done"),
        6 => select(vec!["bounced", "assigned", "declined", "failed", "withdrawn", "unknown", "sent", "done"]),
    ];
    // What a ladder waits for is given and done by plans only.
    let made_up = |key: &String| !waiting.contains(key);
    let keys: Vec<String> = keys.into_iter().filter(made_up).collect();
    let foreign: Vec<String> = FOREIGN.into_iter().map(String::from).filter(made_up).collect();
    let foreign = select(foreign);
    let step = match keys.is_empty() {
        true => foreign.boxed(),
        false => prop_oneof![6 => select(keys), 1 => foreign].boxed(),
    };
    let subject = prop_oneof![
        30 => size.invoice().prop_map(|invoice| format!("invoice_id: {invoice}")),
        2 => size.customer().prop_map(|customer| format!("customer_id: {customer}")),
        1 => Just(String::from("invoice_id: I9, customer_id: C0")),
    ];
    let rung = prop_oneof![
        4 => (0_i64..30).prop_map(|days| format!("D+{days}")),
        1 => (1_i64..9).prop_map(|days| format!("issue+{days}")),
        1 => Just(String::from("D+1 month")),
        1 => Just(String::from("D+2 business days")),
    ];
    let one = (
        (subject, -30_i64..1, step, outcome),
        cell(0.4, "rung", rung),
        cell(0.3, "at", select(vec!["'09:00'", "'15:30'"])),
        cell(0.15, "channel", select(vec!["email", "sms", "call"])),
        cell(0.2, "address", select(vec!["a@x.example", "'+33639980001'", "gone@x.example"])),
        cell(0.2, "amount", select(vec!["0.40", "3", "12.34"])),
        cell(0.4, "currency", select(vec!["EUR", "EUR", "USD"])),
    );
    prop::collection::vec(one, 0..6)
        .prop_map(|all| {
            let rows = all.into_iter().map(
                |((subject, day, step, outcome), rung, at, channel, address, amount, currency)| {
                    let address = address.filter(|_| outcome == "bounced");
                    let charge = step.starts_with("charge") || step.starts_with("interest");
                    let amount = amount.filter(|_| charge);
                    // Only rows of customers' ladders name one, and that of an invoice is its own.
                    let currency = currency.filter(|_| subject.starts_with("customer"));
                    let head = format!("{subject}, date: «{day}», step: '{step}', outcome: {outcome}");
                    row([Some(head), rung, at, channel, address, amount, currency])
                },
            );
            rows.collect()
        })
        .boxed()
}

pub(super) fn rows(keys: Vec<String>, waiting: Vec<String>) -> BoxedStrategy<Rows> {
    let sizes = (1_usize..4, 1_usize..6).prop_map(|(customers, invoices)| Size { customers, invoices });
    sizes.prop_flat_map(move |size| rows_of(size, keys.clone(), &waiting)).boxed()
}

fn rows_of(size: Size, keys: Vec<String>, waiting: &[String]) -> BoxedStrategy<Rows> {
    (
        prop::option::weighted(0.7, -3_i64..1),
        customers(size),
        invoices(size),
        contacts(size),
        money("payments", size),
        money("credit_notes", size),
        disputes(size),
        promises(size),
        history(keys, waiting, size),
    )
        .prop_map(
            |(taken, customers, invoices, contacts, payments, credit_notes, disputes, promises, history)| {
                Rows {
                    taken,
                    customers,
                    invoices,
                    contacts,
                    payments,
                    credit_notes,
                    disputes,
                    promises,
                    history,
                }
            },
        )
        .boxed()
}

impl Rows {
    /// The document, with further rows of the ledger.
    pub(super) fn write(&self, further: &[String]) -> String {
        let mut text = self.taken.map_or(String::new(), |days| format!("taken: «{days}»\n"));
        let history: Vec<String> = self.history.iter().chain(further).cloned().collect();
        let tables = [
            ("customers", &self.customers),
            ("invoices", &self.invoices),
            ("contacts", &self.contacts),
            ("payments", &self.payments),
            ("credit_notes", &self.credit_notes),
            ("disputes", &self.disputes),
            ("promises", &self.promises),
            ("history", &history),
        ];
        for (name, rows) in tables.into_iter().filter(|(_, rows)| !rows.is_empty()) {
            text.push_str(&format!("{name}:\n"));
            rows.iter().for_each(|row| text.push_str(&format!("  - {row}\n")));
        }
        text
    }
}
