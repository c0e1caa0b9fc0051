//! The guide's code: every block of Rust in the README and in `docs/` is a documentation test.

macro_rules! pages {
    ($($name:ident: $file:literal),* $(,)?) => {
        $(#[doc = include_str!(concat!("../../", $file))] pub struct $name;)*
    };
}

pages! {
    Readme: "README.md",
    Introduction: "docs/src/introduction.md",
    GettingStarted: "docs/src/getting-started.md",
    TheLanguageByExample: "docs/src/the-language-by-example.md",
    Noun: "docs/src/noun.md",
    Value: "docs/src/value.md",
    Verbs: "docs/src/verbs.md",
    On: "docs/src/on.md",
    Every: "docs/src/every.md",
    Durable: "docs/src/durable.md",
    Outside: "docs/src/outside.md",
    Flows: "docs/src/flows.md",
    ChangingFlows: "docs/src/changing-flows.md",
    People: "docs/src/people.md",
    Form: "docs/src/form.md",
    AppAndPart: "docs/src/app-and-part.md",
    Questions: "docs/src/questions.md",
    Mistakes: "docs/src/mistakes.md",
    Http: "docs/src/http.md",
    Live: "docs/src/live.md",
    Commands: "docs/src/commands.md",
    Cloudflare: "docs/src/cloudflare.md",
    CloudflareDifferences: "docs/src/cloudflare-differences.md",
    CloudflareSize: "docs/src/cloudflare-size.md",
    Features: "docs/src/features.md",
    Steering: "docs/src/steering.md",
    Errors: "docs/src/errors.md",
    Durability: "docs/src/durability.md",
    ChangingTheProgram: "docs/src/changing-the-program.md",
    Testing: "docs/src/testing.md",
    Architecture: "docs/src/architecture.md",
    Expansion: "docs/src/expansion.md",
    Simulation: "docs/src/simulation.md",
    Dependencies: "docs/src/dependencies.md",
    CompileTime: "docs/src/compile-time.md",
    Performance: "docs/src/performance.md",
}
