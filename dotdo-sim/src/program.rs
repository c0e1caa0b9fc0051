//! Programs as data, and how they are made up.

use dotdo_runtime::host::sim::Random;
use serde::{Deserialize, Serialize};

/// What a flow does next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Instruction {
    /// Does something outside, which fails so often before.
    Step {
        /// How often it fails.
        fails: u32,
    },
    /// Tries something outside once.
    Attempt,
    /// Sleeps for so many milliseconds.
    Sleep(u64),
    /// Waits until so many milliseconds from now.
    Until(u64),
    /// Draws a random number, and does something outside that depends on it.
    Draw,
    /// Changes an account, and goes on if that is refused.
    Apply {
        /// The account.
        account: usize,
        /// By how much.
        amount: i64,
        /// Whether the account says no after it has written.
        refuse: bool,
    },
    /// Does something outside that is undone if the flow fails for good.
    Hold,
    /// Does two things outside at once.
    Together,
    /// Does something outside, and drops a branch that sleeps longer than that takes.
    Race,
    /// Writes a line in the job's own ledger, and goes on if that is refused.
    Mark {
        /// Whether the job says no after it has written.
        refuse: bool,
    },
    /// Changes an account, without waiting.
    Send {
        /// The account.
        account: usize,
        /// By how much.
        amount: i64,
    },
    /// Moves money in a flow of its own, and gives it back if what lies between fails for good.
    Transfer {
        /// From this account.
        from: usize,
        /// To this one.
        to: usize,
        /// How much.
        amount: i64,
        /// Whether what lies between fails for good.
        fails: bool,
    },
    /// Runs a program in a flow of its own.
    Child(Vec<Instruction>),
    /// Fails for good.
    Die,
}

/// Makes up a program.
pub fn program(random: &mut Random, accounts: usize, depth: u32) -> Vec<Instruction> {
    let length = random.between(1, 5);
    let mut program: Vec<_> = (0..length)
        .map(|_| instruction(random, accounts, depth))
        .collect();
    if random.permille(80) {
        program.push(Instruction::Die);
    }
    program
}

fn instruction(random: &mut Random, accounts: usize, depth: u32) -> Instruction {
    let account = |random: &mut Random| usize::try_from(random.below(accounts as u64)).unwrap_or(0);
    let amount = |random: &mut Random| i64::try_from(random.between(1, 40)).unwrap_or(1);
    match random.below(17) {
        0..=2 => Instruction::Step {
            fails: u32::try_from(random.below(8).saturating_sub(5)).unwrap_or(0),
        },
        3 => Instruction::Attempt,
        4 => Instruction::Sleep(random.between(1, 20_000)),
        5 => Instruction::Until(random.between(1, 5_000)),
        6 => Instruction::Draw,
        7 => Instruction::Apply {
            account: account(random),
            amount: amount(random) - 20,
            refuse: random.permille(300),
        },
        8 => Instruction::Send {
            account: account(random),
            amount: amount(random),
        },
        12 | 13 => Instruction::Hold,
        14 => Instruction::Together,
        15 => Instruction::Race,
        11 => Instruction::Mark {
            refuse: random.permille(500),
        },
        9 | 10 => {
            let from = account(random);
            Instruction::Transfer {
                from,
                to: (from + 1) % accounts,
                amount: amount(random),
                fails: random.permille(300),
            }
        }
        _ if depth > 0 => Instruction::Child(program(random, accounts, depth - 1)),
        _ => Instruction::Sleep(1),
    }
}
