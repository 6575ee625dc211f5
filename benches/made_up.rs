//! Made-up policies and data of any size, the same every time.

/// The day to plan for.
pub(crate) const AS_OF: &str = "2026-09-30";

const COUNTRIES: [&str; 5] = ["DE", "ES", "FR", "IE", "NL"];
const TAGS: [&str; 6] = ["", "key", "", "export", "", "newsletter;export"];
/// Amounts are spread evenly below this.
const LARGEST_AMOUNT: u64 = 10_000;

/// A small generator of numbers that look random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    /// The next one below a bound.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// The tables of so many customers and invoices, as names and texts of files.
pub(crate) fn portfolio(customers: usize, invoices: usize) -> [(&'static str, String); 4] {
    let mut numbers = Numbers(1848);
    let mut owing = String::from("customer_id,name,contact_name,email,country,sector,owner,tags\n");
    for at in 0..customers {
        let country = COUNTRIES[numbers.below(5) as usize];
        let tags = TAGS[numbers.below(6) as usize];
        let email = if numbers.below(50) > 0 { format!("ar@c{at}.example") } else { String::new() };
        let owner = at % 23;
        owing += &format!(
            "C{at:06},\"Customer {at}, Ltd\",Clerk {at},{email},{country},s{},am{owner}@acme.example,{tags}\n",
            at % 9
        );
    }
    let mut bills =
        String::from("invoice_id,customer_id,issue_date,due_date,amount,paid_date,dispute_opened\n");
    let mut ledger = String::from("invoice_id,date,step,rung,channel,outcome\n");
    for at in 0..invoices {
        let customer = numbers.below(customers as u64);
        let overdue = numbers.below(90) as i64 - 30;
        let amount = numbers.below(LARGEST_AMOUNT * 100 - 1000) + 1000;
        let (euros, cents) = (amount / 100, amount % 100);
        let paid = if numbers.below(10) < 3 { day(numbers.below(20) as i64) } else { String::new() };
        let dispute = if numbers.below(25) == 0 { day(numbers.below(30) as i64) } else { String::new() };
        let (issued, due) = (day(overdue + 30), day(overdue));
        bills += &format!("I{at:07},C{customer:06},{issued},{due},{euros}.{cents:02},{paid},{dispute}\n");
        for (rung, step) in [(3, "first"), (10, "second")] {
            if overdue > rung && numbers.below(3) > 0 {
                let date = day(overdue - rung);
                ledger += &format!("I{at:07},{date},email {step},D+{rung},email,sent\n");
            }
        }
    }
    let manifest = format!("taken: {AS_OF}T06:00:00Z\nas_of: {AS_OF}\n");
    [("snapshot.yaml", manifest), ("customers.csv", owing), ("invoices.csv", bills), ("history.csv", ledger)]
}

/// The date so many days before the day to plan for.
fn day(ago: i64) -> String {
    let as_of: chrono::NaiveDate = AS_OF.parse().expect("a date");
    (as_of - chrono::TimeDelta::days(ago)).to_string()
}

/// A policy whose so many segments share one cadence: bands of amounts, each parted by country, over which the
/// invoices of [`portfolio`] are spread evenly.
pub(crate) fn policy(segments: usize) -> String {
    let mut text = String::from(
        r#"policy "Made up"
  currency EUR
  templates "templates"
  catch up: latest
  ignore balances under 5 EUR
role head = "head@acme.example"
role owner = customer.owner
cadence usual:
  at D-3 email coming
  at D+3 email first
  at D+10 email second
  at D+20 call by owner with notes
  at D+30 escalate to head
carve-out disputes when invoice.disputed:
  hold
everywhere:
  write to a customer at most once every 5 days
"#,
    );
    let bands = segments.div_ceil(2) as u64;
    for at in 0..segments as u64 - 1 {
        let below = (at / 2 + 1) * LARGEST_AMOUNT / bands;
        let countries = if at % 2 == 0 { r#"("DE", "ES")"# } else { r#"("FR", "IE", "NL")"# };
        text += &format!(
            "segment s{at} when invoice.amount < {below} EUR and customer.country in {countries}: use usual\n"
        );
    }
    text.push_str("segment rest otherwise: use usual\n");
    text
}

/// The templates of [`policy`], by path and text.
pub(crate) fn templates() -> [(&'static str, &'static str); 4] {
    const MAIL: &str = "---
subject: Invoice {{ invoice.id }}
---
Dear {{ customer.contact_name }},

please pay {{ invoice.balance }}, due on {{ invoice.due_date }}.
";
    [("coming.md", MAIL), ("first.md", MAIL), ("notes.md", MAIL), ("second.md", MAIL)]
}
