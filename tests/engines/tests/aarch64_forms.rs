//! What the aarch64 front end inlines of vectors and floating point does what its helpers do; see [`engine_tests::Forms`].

use backend_x86_64::{Shortcuts, X64Backend};
use engine_tests::{Forms, rows_without_helper};
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

/// What moves bits, and what is made of the ops for cryptography, which have tests of their own.
const WITHOUT_HELPER: &str = "\
    aesd aese aesimc aesmc sha1h sha1su1 sha256su0 sha1c sha1m sha1p sha1su0 sha256h2 sha256h \
    sha256su1 sha512su0 rax1 sha512h2 sha512h sha512su1 bcax eor3 xar fmov_reg fmov_imm fmov_to_gpr \
    fmov_from_gpr fmov_from_top fmov_to_top dup_elem_v dup_elem_s dup_gpr smov umov ins_gpr ins_elem \
    tbl tbx movi_s movi_h movi_msl movi_b movi_d mvni_s mvni_h mvni_msl orr_imm_s orr_imm_h \
    bic_imm_s bic_imm_h fmov_imm_vs fmov_imm_vd fmov_imm_vh";

#[test]
fn all_others_have_helpers() {
    assert_eq!(rows_without_helper().join(" "), WITHOUT_HELPER);
}
