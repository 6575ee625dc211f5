//! dun beside other engines of rules, on the one thing that all of them do: for each invoice the first segment that
//! holds, and of its steps the last that is due. Everything is compiled and every input made beforehand; evaluation
//! alone is timed, on one thread, in turn, and the answers of all must be equal.
//!
//!     cargo run --release -- [SEGMENTS [INVOICES [ROUNDS]]]

mod cedar;
mod ours;
mod portfolio;
mod rego;
mod zen;

use std::time::Instant;

use portfolio::Answer;

/// The same for all: it is `dun`'s.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is compared.
trait Engine {
    /// The name of its package.
    fn name(&self) -> &'static str;
    /// Decides about every invoice.
    fn evaluate(&mut self);
    /// What it has decided, for so many invoices in their order; taken, so that nothing is left to be dropped.
    fn answers(&mut self, count: usize) -> Vec<Answer>;
}

fn main() {
    let given: Vec<usize> = std::env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    let number = |at: usize, usual| given.get(at).copied().unwrap_or(usual);
    let (segments, count, rounds) = (number(0, 12).max(4), number(1, 20_000), number(2, 9));
    let (policy, invoices) = (portfolio::segments(segments), portfolio::invoices(count));
    let mut engines: Vec<Box<dyn Engine>> = vec![
        Box::new(ours::Dun::new(&policy, &invoices)),
        Box::new(zen::Zen::new(&policy, &invoices)),
        Box::new(rego::Regorus::new(&policy, &invoices)),
        Box::new(cedar::Cedar::new(&policy, &invoices)),
    ];
    let expected = first(engines[0].as_mut(), count);
    for engine in &mut engines[1..] {
        let found = first(engine.as_mut(), count);
        let differing = (0..count).find(|&at| expected[at] != found[at]);
        if let Some(at) = differing {
            panic!("{} says {:?} of invoice {at}, dun {:?}", engine.name(), found[at], expected[at]);
        }
    }
    let due = expected.iter().flatten().count();
    println!("{count} invoices, {due} with a step due, {segments} segments; all answers are equal.\n");
    let mut taken = vec![Vec::new(); engines.len()];
    for round in 0..rounds {
        // Nobody always goes first.
        for turn in 0..engines.len() {
            let at = (turn + round) % engines.len();
            let begun = Instant::now();
            engines[at].evaluate();
            taken[at].push(begun.elapsed().as_secs_f64() * 1e9 / count as f64);
            engines[at].answers(count);
        }
    }
    println!(
        "| engine | ns an invoice, median of {rounds} | times as long as dun, median (range) |\n| --- | --- | --- |"
    );
    for (engine, own) in engines.iter().zip(&taken) {
        let ratios = own.iter().zip(&taken[0]).map(|(own, ours)| own / ours).collect();
        let (median, low, high) = spread(ratios);
        println!(
            "| {} | {:.0} | {median:.2} ({low:.2} to {high:.2}) |",
            engine.name(),
            spread(own.clone()).0
        );
    }
}

/// The answers of a first evaluation, which also warms up.
fn first(engine: &mut dyn Engine, count: usize) -> Vec<Answer> {
    engine.evaluate();
    engine.answers(count)
}

/// The median, the least and the most.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}
