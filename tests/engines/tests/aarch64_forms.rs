//! What the aarch64 front end inlines of vectors and floating point does what its helpers do; see [`engine_tests::Forms`].

use backend_x86_64::{Shortcuts, X64Backend};
use engine_tests::Forms;
use frontend_aarch64::Aarch64;
use tcg_exec::Engine;
use tcg_ir::Guest;
use tcg_opt::Passes;

const N_CASES: u64 = 3_000_000;

fn interp() -> Engine {
    Engine::Interp(Box::new(|layout| Box::new(backend_interp::Interp::new(layout))))
}

fn jit(shortcuts: Shortcuts) -> Engine {
    let backend = move || X64Backend::with(Aarch64::layout(), false, shortcuts);
    Engine::Jit(Box::new(move || Box::new(backend())))
}

#[test]
fn inlined_as_by_helpers() {
    backend_x86_64::check_host().expect("an x86-64-v3 host");
    let engines = vec![
        ("interpreter", interp(), Passes::ALL),
        ("x86_64", jit(Shortcuts::of_host()), Passes::COMPILED),
        ("x86_64, x86-64-v3", jit(Shortcuts::NONE), Passes::ALL),
    ];
    // More, or other, cases by hand: `N` of them, from seed `SEED`, of the rows whose names contain `ROW`.
    let number = |name, default| {
        std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok()).unwrap_or(default)
    };
    let row = std::env::var("ROW").unwrap_or_default();
    let mut forms = Forms::new(&row, number("SEED", 1), engines).expect("memory for the machines");
    if let Err(differences) = forms.compare(number("N", N_CASES)) {
        panic!("{differences}");
    }
}
