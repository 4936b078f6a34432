//! The guest as the rest sees it.

use crate::helpers::HELPERS;
use crate::state::{CpuState, GLOBALS, TB_EXECUTE};
use crate::translate;
use tcg_ir::{Builder, CodeWindow, Env, ExitCode, Guest, GuestLayout, TranslateOptions};

/// The s390x guest.
#[derive(Clone, Copy, Debug)]
pub struct S390x;

static LAYOUT: GuestLayout = GuestLayout {
    name: "s390x",
    globals: &GLOBALS,
    helpers: HELPERS,
    tables: &[],
    fp: &crate::ieee_rules::RULES,
    state_size: size_of::<CpuState>() as u32,
};

impl Guest for S390x {
    type State = CpuState;

    fn layout() -> &'static GuestLayout {
        &LAYOUT
    }

    fn new_state() -> Box<CpuState> {
        Box::new(CpuState { amode: 64, ..CpuState::default() })
    }

    fn env(state: &CpuState) -> &Env {
        &state.env
    }

    fn env_mut(state: &mut CpuState) -> &mut Env {
        &mut state.env
    }

    fn tb_flags(state: &CpuState) -> u32 {
        state.tb_flags()
    }

    fn is_transient(flags: u32) -> bool {
        flags & TB_EXECUTE != 0
    }

    fn settle(state: &mut CpuState, code: ExitCode) -> bool {
        state.settle(code)
    }

    fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder) {
        translate::translate(code, options, b);
    }
}
