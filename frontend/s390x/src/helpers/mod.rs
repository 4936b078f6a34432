//! Out-of-line helpers; see [`frontend_common::helper`].

pub(crate) mod bfp;
mod csst;
mod decimal;
mod fpc;
mod guarded;
mod ieee;
pub(crate) mod string;
mod system;

use crate::guest::S390x;
use crate::state::CpuState;
use crate::trap::{Trap, pic};
use tcg_mem::{Access, GuestAddr};

/// Why a helper leaves generated code.
pub(crate) type Stop = frontend_common::Stop<Trap>;

/// The specification exception.
pub(crate) const SPECIFICATION: Stop = Stop::Trap(Trap::new(pic::SPECIFICATION));

/// What a helper returns to generated code.
pub(crate) type Done = frontend_common::helper::Done<Trap>;

/// The effective address wrapped to the current addressing mode.
pub(crate) fn wrap(cpu: &CpuState, addr: u64) -> GuestAddr {
    GuestAddr(match cpu.amode {
        24 => addr & 0x00ff_ffff,
        31 => addr & 0x7fff_ffff,
        _ => addr,
    })
}

/// Probes a range before an instruction that is nullified as a whole stores anything.
pub(crate) fn probe(addr: GuestAddr, len: u64, access: Access) -> Result<(), Stop> {
    Ok(tcg_mem::probe(addr, len, access)?)
}

frontend_common::helpers! {
    S390x, 0;
    CC_VALUE = cc_value;
    CVB = decimal::cvb;
    CVBG = decimal::cvbg;
    CVD = decimal::cvd;
    CVDG = decimal::cvdg;
    CSST = csst::compare_swap_store;
    @flags GET_FPC = fpc::get_fpc;
    SET_FPC = fpc::set_fpc;
    SET_ROUNDING = fpc::set_rounding;
    SET_DECIMAL_ROUNDING = fpc::set_decimal_rounding;
    BINARY_TO_HEXADECIMAL = fpc::binary_to_hexadecimal;
    HEXADECIMAL_TO_BINARY = fpc::hexadecimal_to_binary;
    @flags FPC_AND_SIGNAL = fpc::set_fpc_and_signal;
    MVC = string::mvc;
    MVCIN = string::mvcin;
    MVCRL = string::mvcrl;
    MVN = string::mvn;
    MVZ = string::mvz;
    MVO = string::mvo;
    NC = string::nc;
    OC = string::oc;
    XC = string::xc;
    CLC = string::clc;
    TR = string::tr;
    TRT = string::trt;
    TRTR = string::trtr;
    PACK = string::pack;
    UNPK = string::unpk;
    PKA = string::pka;
    PKU = string::pku;
    UNPKA = string::unpka;
    UNPKU = string::unpku;
    MVCL = string::mvcl;
    MVCLE = string::mvcle;
    MVCLU = string::mvclu;
    CLCL = string::clcl;
    CLCLE = string::clcle;
    CLCLU = string::clclu;
    CLST = string::clst;
    MVST = string::mvst;
    SRST = string::srst;
    SRSTU = string::srstu;
    TRE = string::tre;
    TRANSLATE_WIDE = string::translate_wide;
    CKSM = string::cksm;
    CONVERT_UNICODE = string::convert_unicode;
    BFP = bfp::execute;
    BFP_DIVIDE_TO_INTEGER = bfp::divide_to_integer;
    BFP_TEST_DATA_CLASS = bfp::test_data_class;
    TOD = system::tod;
    UNIQUE_TOD = system::unique_tod;
    STFLE = system::stfle;
    GUARDED_EVENT = guarded::event;
    HOST_CLOCK = system::host_clock;
}

/// The condition code of the CPU state.
fn cc_value(state: &mut CpuState, _: [u64; 4]) -> Result<u64, Stop> {
    Ok(state.cc().into())
}
