//! What an executor relies on: whose facts decide, what an approval releases, what stands in for what.

use std::collections::BTreeSet;

use dun::plan::{Action, Mode, Plan};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use crate::cases::{Case, cases, plan, plan_on, today};

/// Everything a plan says about a customer, as JSON.
fn about(plan: &Plan, customer: &str) -> Vec<Value> {
    let whole = serde_json::to_value(plan).unwrap();
    let parts = ["customers", "actions", "withheld", "waiting", "problems"];
    let rows = parts.iter().flat_map(|part| whole[part].as_array().unwrap().clone());
    let is_own = |row: &Value| {
        [&row["customer"], &row["action"]["customer"], &row["id"]].iter().any(|id| **id == json!(customer))
    };
    rows.filter(is_own).collect()
}

/// The rows by which everyone asked approves what a plan proposes.
fn approvals(plan: &Plan) -> Vec<Value> {
    let asked = plan.actions.iter().filter(|action| action.mode == Mode::Approval);
    let rows = asked.flat_map(|action| {
        action.approvers.iter().map(|approver| {
            json!({
                "customer_id": action.customer,
                "date": today().to_string(),
                "step": action.step,
                "outcome": "approved",
                "key": action.key,
                "content": action.content,
                "approved_by": approver.role,
            })
        })
    });
    rows.collect()
}

/// What an approval quotes.
fn quoted(action: &Action) -> (String, Option<String>) {
    (action.key.clone(), action.content.clone())
}

/// The actions that somebody has to approve and everyone has.
fn released(plan: &Plan) -> impl Iterator<Item = &Action> {
    plan.actions.iter().filter(|action| !action.approvers.is_empty() && action.mode != Mode::Approval)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_006), ..ProptestConfig::default() })]

    /// What another customer owes, and what was done there, changes nothing here unless a limit per day binds.
    #[test]
    fn another_customer_changes_nothing(case in cases()) {
        let mut alone = case.clone();
        alone.lines.retain(|line| !line.starts_with("send at most"));
        let both = alone.clone();
        let gone: BTreeSet<String> = alone.invoices.iter()
            .filter(|row| row["customer_id"] != "C-0")
            .map(|row| row["invoice_id"].as_str().unwrap().to_owned())
            .collect();
        let is_gone = |row: &Value| row.get("invoice_id").is_some_and(|id| gone.contains(id.as_str().unwrap()))
            || row.get("customer_id").is_some_and(|id| *id != "C-0");
        for rows in [&mut alone.customers, &mut alone.invoices, &mut alone.history, &mut alone.payments] {
            rows.retain(|row| !is_gone(row));
        }
        prop_assert_eq!(about(&plan(&both), "C-0"), about(&plan(&alone), "C-0"));
    }

    /// An approval releases what it quotes, and nothing else: when amounts, addresses or texts change, what goes
    /// out without a further approval is still exactly what was approved (R17).
    #[test]
    fn an_approval_never_releases_other_content(
        case in cases(),
        amounts in prop::collection::vec(any::<bool>(), 8),
        address in any::<bool>(),
        renamed in any::<bool>(),
    ) {
        let mut case = case;
        // A limit per day counts what goes out by itself, as what is approved does.
        case.lines.retain(|line| !line.starts_with("send at most") && *line != "never auto-send");
        case.lines.push("never auto-send");
        let first = plan(&case);
        let asked: BTreeSet<_> =
            first.actions.iter().filter(|action| action.mode == Mode::Approval).map(quoted).collect();
        let approved = case.with_history(approvals(&first));
        let again = plan(&approved);
        let now: BTreeSet<_> = released(&again).map(quoted).collect();
        prop_assert_eq!(&now, &asked);
        let mut changed: Case = approved;
        for (row, up) in changed.invoices.iter_mut().zip(amounts) {
            if up && row.get("amount").is_some() {
                row["amount"] = json!("4321.00");
            }
        }
        for row in &mut changed.customers {
            if address && row.get("email").is_some() {
                row["email"] = json!("elsewhere@customer.example");
            }
            if renamed {
                row["name"] = json!("Another name");
            }
        }
        for action in released(&plan(&changed)) {
            prop_assert!(asked.contains(&quoted(action)), "{action:?}");
        }
    }

    /// What stands in for a message without an address never passes what restricts the message (R15).
    #[test]
    fn a_fallback_never_passes_a_restriction(
        case in cases(),
        forbidden in prop::sample::select(vec!["never email", "never contact", "hold until 2026-10-06"]),
    ) {
        let mut case = case;
        case.lines.push(forbidden);
        let policy = case.policy().replace("email first", "email first else letter first else task \"Write\" for finance");
        prop_assert!(policy.contains("else letter first"));
        let plan = plan_on(&policy, &case.document(), today());
        for action in &plan.actions {
            for member in &action.members {
                prop_assert!(member.step != "email first", "{action:?}");
            }
        }
    }
}
