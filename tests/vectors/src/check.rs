//! The state before a vector, and whether the state after it is what it says.

use crate::vector::{Bytes, Places, Vector, number};
use crate::window::End;
use frontend_s390x::CpuState;
use tcg_mem::PAGE_SIZE;

/// What a vector came to.
pub(crate) struct Outcome<'a> {
    pub(crate) state: &'a CpuState,
    pub(crate) end: End,
    /// Storage at the start.
    pub(crate) before: Vec<u8>,
    /// Storage at the end.
    pub(crate) after: Vec<u8>,
}

type Get = Box<dyn Fn(&CpuState) -> u64>;
type Set = Box<dyn Fn(&mut CpuState, u64)>;

/// A part of the state: its key, its value unless a vector says another, how to read and to set it.
struct Part {
    key: String,
    start: u64,
    get: Get,
    set: Set,
}

impl Part {
    fn new(
        key: String,
        start: u64,
        get: impl Fn(&CpuState) -> u64 + 'static,
        set: impl Fn(&mut CpuState, u64) + 'static,
    ) -> Part {
        Part { key, start, get: Box::new(get), set: Box::new(set) }
    }
}

const FPC: &str = "fpc";

/// All that a vector can say of registers.
fn parts() -> Vec<Part> {
    let mut all = Vec::new();
    for i in 0..16 {
        let n = i as u64;
        all.push(Part::new(
            format!("r{i}"),
            0x1111_1111_1111_1111 * n,
            move |s| s.gpr[i],
            move |s, v| s.gpr[i] = v,
        ));
        all.push(Part::new(
            format!("f{i}"),
            0x0101_0101_0101_0101 * n,
            move |s| s.vr[i][0],
            move |s, v| s.vr[i][0] = v,
        ));
        all.push(Part::new(
            format!("a{i}"),
            0x0101_0101 * n,
            move |s| s.ar[i].into(),
            move |s, v| s.ar[i] = v as u32,
        ));
    }
    all.push(Part::new(FPC.into(), 0, |s| s.fpc().into(), |s, v| s.set_fpc(v as u32)));
    all.push(Part::new("cc".into(), 0, |s| s.cc().into(), |s, v| s.set_cc(v as u8)));
    let enabled = |s: &CpuState| s.guarded.enabled.into();
    all.push(Part::new("gs".into(), 0, enabled, |s, v| s.guarded.enabled = v as u32));
    let designation = |s: &CpuState| s.guarded.designation;
    all.push(Part::new("gsd".into(), 0, designation, |s, v| s.guarded.designation = v));
    let sections = |s: &CpuState| s.guarded.mask;
    all.push(Part::new("gssm".into(), 0, sections, |s, v| s.guarded.mask = v));
    let parameters = |s: &CpuState| s.guarded.parameters;
    all.push(Part::new("gsepla".into(), 0, parameters, |s, v| s.guarded.parameters = v));
    let mask = |s: &CpuState| s.program_mask.into();
    all.push(Part::new("mask".into(), 0, mask, |s, v| s.program_mask = v as u32));
    all.push(Part::new("amode".into(), 64, |s| s.amode.into(), |s, v| s.amode = v as u32));
    all
}

/// Makes the state that the vector starts from.
pub(crate) fn start_state(
    state: &mut CpuState,
    vector: &Vector,
    places: &Places,
) -> Result<(), String> {
    let parts = parts();
    let mut known: Vec<String> = parts.iter().map(|part| part.key.clone()).collect();
    vector.before.only(&known)?;
    known.extend(["pc", "trap", "dxc", "fault", "svc"].map(str::to_owned));
    vector.after.only(&known)?;
    for part in &parts {
        let said = vector.before.get(&part.key, places)?;
        (part.set)(state, said.unwrap_or(part.start));
    }
    state.execute = 0;
    state.env.pc = places.code;
    Ok(())
}

/// Compares what came out with what the vector says.
pub(crate) fn check(vector: &Vector, places: &Places, outcome: Outcome<'_>) -> Result<(), String> {
    check_end(vector, places, &outcome)?;
    let dxc = vector.after.get("dxc", places)?;
    for part in parts().into_iter().filter(|part| !vector.after.is_any(&part.key)) {
        let before = vector.before.get(&part.key, places)?.unwrap_or(part.start);
        let unsaid = match dxc {
            Some(dxc) if part.key == FPC => before & !0xff00 | dxc << 8,
            _ => before,
        };
        let want = vector.after.get(&part.key, places)?.unwrap_or(unsaid);
        same(&part.key, (part.get)(outcome.state), want)?;
    }
    check_storage(vector, places, outcome)
}

fn same(what: &str, is: u64, want: u64) -> Result<(), String> {
    if is == want { Ok(()) } else { Err(format!("{what} is {is:#x}, not {want:#x}")) }
}

fn check_end(vector: &Vector, places: &Places, outcome: &Outcome<'_>) -> Result<(), String> {
    let after = &vector.after;
    let (trap, dxc, fault, call) = match outcome.end {
        End::Code => (None, None, None, None),
        End::Trap(trap) => (Some(trap.code.into()), Some(trap.dxc.into()), None, None),
        End::Fault(at) => (None, None, Some(at), None),
        End::Call(number) => (None, None, None, Some(number)),
        End::Strange(exit) => return Err(format!("{exit:?}")),
    };
    let want_dxc = after.get("dxc", places)?;
    let (want_trap, want_fault) = (after.get("trap", places)?, after.get("fault", places)?);
    let want_call = after.get("svc", places)?;
    // An access exception tells the page.
    let page = |at: Option<u64>| at.map(|at| at / PAGE_SIZE);
    if (trap, page(fault), call) != (want_trap, page(want_fault), want_call)
        || want_dxc.is_some() && want_dxc != dxc
    {
        return Err(format!("ends with {:x?} at {:#x}", outcome.end, outcome.state.env.pc));
    }
    let stopped = trap.is_some() || fault.is_some();
    let natural = places.code + if stopped { 0 } else { vector.code.len() as u64 };
    same("pc", outcome.state.env.pc, after.get("pc", places)?.unwrap_or(natural))
}

const BEYOND: &str = "bytes beyond the storage";

fn check_storage(vector: &Vector, places: &Places, outcome: Outcome<'_>) -> Result<(), String> {
    let mut want = outcome.before;
    for (at, bytes) in &vector.after.storage {
        let at = number(at, places)?.wrapping_sub(places.storage) as usize;
        let found = match bytes {
            Bytes::These(bytes) => bytes,
            Bytes::Any(count) => outcome.after.get(at..at + count).ok_or(BEYOND)?,
        };
        want.get_mut(at..at + found.len()).ok_or(BEYOND)?.copy_from_slice(found);
    }
    let is = outcome.after;
    let Some(at) = (0..is.len()).find(|at| is[*at] != want[*at]) else { return Ok(()) };
    let line = at..is.len().min(at + 16);
    Err(format!("storage at M+{at:#x} is {:02x?}, not {:02x?}", &is[line.clone()], &want[line]))
}
