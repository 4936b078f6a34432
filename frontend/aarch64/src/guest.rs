//! The guest as the rest sees it.

use crate::helpers::HELPERS;
use crate::state::{CpuState, GLOBALS, NO_EXCLUSIVE, TB_ALONE};
use crate::translate::{self, landing};
use crate::trap::Trap;
use tcg_ir::{Builder, CodeWindow, Env, ExitCode, Guest, GuestLayout, TranslateOptions};

/// The aarch64 guest.
#[derive(Clone, Copy, Debug)]
pub struct Aarch64;

static LAYOUT: GuestLayout = GuestLayout {
    name: "aarch64",
    globals: &GLOBALS,
    helpers: &HELPERS,
    tables: &crate::tables::TABLES,
    fp: &crate::ieee_rules::RULES,
    state_size: size_of::<CpuState>() as u32,
};

impl Guest for Aarch64 {
    type State = CpuState;

    fn layout() -> &'static GuestLayout {
        &LAYOUT
    }

    fn new_state() -> Box<CpuState> {
        Box::new(CpuState { exclusive_addr: NO_EXCLUSIVE, ..CpuState::default() })
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
        flags & TB_ALONE != 0
    }

    fn settle(state: &mut CpuState, code: ExitCode) -> bool {
        state.settle(code)
    }

    fn settle_fault(state: &mut CpuState, addr: u64) -> bool {
        state.settle_fault(addr)
    }

    fn settle_fetch(state: &mut CpuState) -> bool {
        state.settle_fetch()
    }

    fn branch_type(state: &CpuState) -> u32 {
        state.btype
    }

    fn set_branch_type(state: &mut CpuState, branch_type: u32) {
        state.btype = branch_type;
    }

    fn may_enter(branch_type: u32, pc: u64, bytes: [u8; 4]) -> Result<(), ExitCode> {
        landing::may_enter(branch_type, pc, u32::from_le_bytes(bytes)).map_err(Trap::exit_code)
    }

    fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder) {
        translate::translate(code, options, b);
    }
}
