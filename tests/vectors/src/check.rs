//! The state before a vector, and whether the state after it is what it says.

use crate::guest::VectorGuest;
use crate::vector::{Bytes, Places, Vector};
use crate::window::End;

/// What a vector came to.
pub(crate) struct Outcome<'a, S> {
    pub(crate) state: &'a S,
    pub(crate) pc: u64,
    pub(crate) end: End,
    /// Storage at the start.
    pub(crate) before: Vec<u8>,
    /// Storage at the end.
    pub(crate) after: Vec<u8>,
}

/// Makes the state that the vector starts from.
pub(crate) fn start_state<G: VectorGuest>(
    state: &mut G::State,
    vector: &Vector,
    places: &Places,
) -> Result<(), String> {
    let parts = G::parts();
    let mut known: Vec<String> = parts.iter().map(|part| part.key.clone()).collect();
    vector.before.only(&known)?;
    known.extend(["pc", "trap", G::DETAIL, "fault", "svc"].map(str::to_owned));
    vector.after.only(&known)?;
    for part in &parts {
        let said = vector.before.get(&part.key, places)?;
        (part.set)(state, said.unwrap_or(part.start));
    }
    G::enter(state, places.code);
    Ok(())
}

/// Compares what came out with what the vector says.
pub(crate) fn check<G: VectorGuest>(
    vector: &Vector,
    places: &Places,
    outcome: Outcome<'_, G::State>,
) -> Result<(), String> {
    check_end::<G>(vector, places, &outcome)?;
    let detail = vector.after.get(G::DETAIL, places)?;
    for part in G::parts().into_iter().filter(|part| !vector.after.is_any(&part.key)) {
        let before = vector.before.get(&part.key, places)?.unwrap_or(part.start);
        let unsaid = G::unsaid(&part.key, before, detail);
        let want = vector.after.get(&part.key, places)?.unwrap_or(unsaid);
        same(&part.key, (part.get)(outcome.state), want)?;
    }
    check_storage(vector, places, &outcome.before, &outcome.after)
}

fn same(what: &str, is: u128, want: u128) -> Result<(), String> {
    if is == want { Ok(()) } else { Err(format!("{what} is {is:#x}, not {want:#x}")) }
}

fn check_end<G: VectorGuest>(
    vector: &Vector,
    places: &Places,
    outcome: &Outcome<'_, G::State>,
) -> Result<(), String> {
    let after = &vector.after;
    let (trap, detail, fault, call) = match outcome.end {
        End::Code => (None, None, None, None),
        End::Trap { class, detail } => (Some(class), Some(detail), None, None),
        End::Fault(at) => (None, None, Some(at), None),
        End::Call(number) => (None, None, None, Some(number)),
        End::Strange(exit) => return Err(format!("{exit:?}")),
    };
    let want = |key| Ok::<_, String>(after.get(key, places)?.map(|value| value as u64));
    let unit = |at: Option<u64>| at.map(|at| at / G::FAULT_BYTES);
    let want_detail = want(G::DETAIL)?;
    if (trap, unit(fault), call) != (want("trap")?, unit(want("fault")?), want("svc")?)
        || want_detail.is_some() && want_detail != detail
    {
        return Err(format!("ends with {:x?} at {:#x}", outcome.end, outcome.pc));
    }
    let stopped = trap.is_some() || fault.is_some();
    let natural = places.code + if stopped { 0 } else { vector.code.len() as u64 };
    same("pc", outcome.pc.into(), want("pc")?.unwrap_or(natural).into())
}

const BEYOND: &str = "bytes beyond the storage";

fn check_storage(vector: &Vector, places: &Places, before: &[u8], is: &[u8]) -> Result<(), String> {
    let mut want = before.to_vec();
    for (at, bytes) in &vector.after.storage {
        let at = places.number(at)?.wrapping_sub(places.storage.into()) as usize;
        let found = match bytes {
            Bytes::These(bytes) => bytes,
            Bytes::Any(count) => is.get(at..at + count).ok_or(BEYOND)?,
        };
        want.get_mut(at..at + found.len()).ok_or(BEYOND)?.copy_from_slice(found);
    }
    let Some(at) = (0..is.len()).find(|at| is[*at] != want[*at]) else { return Ok(()) };
    let line = at..is.len().min(at + 16);
    Err(format!("storage at M+{at:#x} is {:02x?}, not {:02x?}", &is[line.clone()], &want[line]))
}
