//! `docs/accuracy.md`: the figures, and a paragraph for each damage.

use super::DAMAGES;
use super::score::{Outcome, ROLES, Role, Scores};

/// One world, scored.
pub struct Measured {
    pub code: &'static str,
    pub rate: Option<f64>,
    pub scores: Scores,
}

const HEAD: &str = "| world | rate | touched | right A | right B | right C | refused | missed | wrong A/B | wrong C | agent right / refused / missed / wrong | authority right / missed / wrong |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n";

fn row(world: &Measured) -> String {
    let scores = &world.scores;
    let right = |grade: &str| scores.graded(Role::Human, Outcome::Right, grade);
    let wrong = |grade: &str| scores.graded(Role::Human, Outcome::Wrong, grade);
    let of = |role: Role, outcome: Outcome| scores.count(role, outcome);
    let rate = world.rate.map(|rate| rate.to_string()).unwrap_or_default();
    format!(
        "| {} | {rate} | {} | {} | {} | {} | {} | {} | {} | {} | {} / {} / {} / {} | {} / {} / {} |\n",
        world.code,
        scores.touched,
        right("A"),
        right("B"),
        right("C"),
        of(Role::Human, Outcome::Refused),
        of(Role::Human, Outcome::Missed),
        wrong("A") + wrong("B"),
        wrong("C"),
        of(Role::Agent, Outcome::Right),
        of(Role::Agent, Outcome::Refused),
        of(Role::Agent, Outcome::Missed),
        of(Role::Agent, Outcome::Wrong),
        of(Role::Authority, Outcome::Right),
        of(Role::Authority, Outcome::Refused) + of(Role::Authority, Outcome::Missed),
        of(Role::Authority, Outcome::Wrong),
    )
}

pub fn figures(all: &[Measured]) -> String {
    HEAD.to_owned() + &all.iter().map(row).collect::<String>()
}

const FOREWORD: &str = "\
The worlds are generated: people, agents and schedules at work through a gateway, AWS, Kubernetes and GitHub, with traces, a token exchange log, sign-ins, \
a directory, entitlements and assets. Each way of telling a person occurs: token and record, record alone, run id, trace context, the tool span alone, \
AssumeRole tags, source identity, `onBehalfOf`, impersonation, span links. Then one damage is applied at one rate. Who caused each call is written \
down while the world is made, and never stands in the exports.

A row counts all calls of the world, damaged or not:

- **touched**: calls of which the damage changed some evidence.
- **right**: the person who caused the call is named, by grade; or nobody is, where nobody was to be (those have no column).
- **refused**: a person caused it, nobody is named, and the case says why and what would settle it.
- **missed**: a person caused it, nobody is named, and nothing says that anybody should be.
- **wrong**: another name. It must be 0 at A and B; at C it may stand only where nothing in the exports speaks against it, which the sections below explain.

Agents are counted alike. The authority is the account whose rights were used; it is left out where the damage itself changed whose rights were used.
";

const LIMITS: &str = "\
## What no export can show

Behalf believes an issuer, a platform and a gateway in what they themselves wrote, until another record speaks against it. Where one record is all there is of a call, \
and that record is wrong, nothing can be seen: a token used by another person in a call that carries no run, no trace, no person and has no span; a session of AWS that \
a process keeps and uses for its next user, whose broker recorded the first. Such calls are not in the worlds above, as nothing could be measured on them. What helps is \
a second word: the run id on each call, or the person on the gateway's record beside the token.
";

pub fn page(seed: u64, size: usize, all: &[Measured]) -> String {
    let calls = |world: &Measured| {
        [Outcome::Right, Outcome::Refused, Outcome::Missed, Outcome::Wrong]
            .iter()
            .map(|outcome| world.scores.count(Role::Human, *outcome))
            .sum::<usize>()
    };
    let healthy = all.first().map(calls).unwrap_or_default();
    let wrong = |role: Role| all.iter().map(|world| world.scores.count(role, Outcome::Wrong)).sum::<usize>();
    let total: usize = all.iter().map(calls).sum();
    let sums: Vec<String> = ROLES.iter().map(|role| format!("{} {}", wrong(*role), role.word())).collect();
    let mut out = format!(
        "<!-- Written by `make accuracy` from xtask/accuracy; do not edit. -->\n# Accuracy under damage\n\n{FOREWORD}\n\
         Seed {seed}, size {size}: {healthy} calls in the healthy world, {total} in all {} worlds. Wrong names in all of them: {}.\n\n{}\n",
        all.len(),
        sums.join(", "),
        figures(all)
    );
    out.push_str(
        "Rates are shares of the spans, runs, calls, sessions or pairs that the damage can befall. 63 % of torn-off spans was measured in the field \
         (DM1); all other rates are choices.\n\n## The damages\n\n",
    );
    for damage in DAMAGES {
        out.push_str(&format!(
            "**{}: {}.** {} *What Behalf does:* {}",
            damage.code, damage.title, damage.what, damage.met
        ));
        if let Some(why) = damage.may_err {
            out.push_str(&format!(" *Why a C may be wrong here:* {why}"));
        }
        out.push_str("\n\n");
    }
    out + LIMITS
}
