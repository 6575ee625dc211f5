//! The invoices and the policy that every engine is given: made up, the same every time, and in no engine's form.

/// One open invoice with what the policy asks about its customer.
pub struct Invoice {
    pub customer: usize,
    /// In cents.
    pub amount: i64,
    pub days_overdue: i64,
    pub country: &'static str,
    pub sector: &'static str,
    pub tags: &'static [&'static str],
}

/// A part of a condition. All parts of a segment must hold.
pub enum Test {
    Tag(&'static str),
    Sector(&'static str),
    Countries(&'static [&'static str]),
    /// In cents.
    Below(i64),
}

/// The steps of every segment: from how many days after the due date, and the name.
pub const STEPS: [(i64, &str); 4] = [(3, "first"), (10, "second"), (20, "third"), (30, "last")];

/// The segment and the step of an invoice, as their numbers; none while no step is due. Steps count from 1.
pub type Answer = Option<(usize, usize)>;

/// An answer as one number, for languages that give one: ten times the segment, and the step.
pub fn decoded(number: i64) -> Answer {
    let step = usize::try_from(number % 10).expect("no number is below zero");
    (step > 0).then(|| (number as usize / 10, step))
}

const COUNTRIES: [&str; 5] = ["DE", "ES", "FR", "IE", "NL"];
const SECTORS: [&str; 4] = ["building", "care", "retail", "software"];
const TAGS: [&[&str]; 4] = [&[], &["export"], &["export", "newsletter"], &["key", "newsletter"]];
const LARGEST: i64 = 1_000_000;

/// Invoices, twenty a customer, in the order of their customers.
pub fn invoices(count: usize) -> Vec<Invoice> {
    let mut state = 1848_u64;
    // The high bits of a linear congruential generator are good enough to scatter things.
    let mut below = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % bound) as usize
    };
    let mut made = Vec::new();
    let (mut country, mut sector, mut tags) = ("", "", TAGS[0]);
    for at in 0..count {
        if at % 20 == 0 {
            (country, sector, tags) = (COUNTRIES[below(5)], SECTORS[below(4)], TAGS[below(4)]);
        }
        let amount = below(LARGEST as u64 - 1000) as i64 + 1000;
        let days_overdue = below(90) as i64 - 30;
        made.push(Invoice { customer: at / 20, amount, days_overdue, country, sector, tags });
    }
    made
}

/// So many segments, of which the first that holds counts and the last holds always: two about the customer, then
/// bands of amounts, each parted by country.
pub fn segments(count: usize) -> Vec<Vec<Test>> {
    let bands = (count as i64 - 2) / 2;
    let banded = (0..count - 3).map(|at| {
        let countries: &[&str] = if at % 2 == 0 { &["DE", "ES"] } else { &["FR", "IE", "NL"] };
        vec![Test::Countries(countries), Test::Below((at as i64 / 2 + 1) * LARGEST / bands)]
    });
    let about_customers = [
        vec![Test::Tag("key"), Test::Below(LARGEST / 2)],
        vec![Test::Sector("building"), Test::Countries(&["DE"])],
    ];
    about_customers.into_iter().chain(banded).chain([Vec::new()]).collect()
}
