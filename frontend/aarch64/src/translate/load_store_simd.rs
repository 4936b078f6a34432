//! Group `load_store_simd`: loads and stores of vector registers.

use super::addr::Index;
use super::vector_memory::Structure;
use super::{Translator, rows};
use isa::aarch64::load_store_simd::Translate;
use isa::aarch64::{VMulti, VMultiPost};

const fn one(count: u8, rt: u8, rn: u8, post: Option<u8>) -> Structure {
    Structure { rt, rn, count, post }
}

const fn multi(count: u8, f: VMulti) -> Structure {
    one(count, f.rt, f.rn, None)
}

const fn multi_post(count: u8, f: VMultiPost) -> Structure {
    one(count, f.rt, f.rn, Some(f.rm))
}

impl Translate for Translator<'_> {
    rows! { self, f;
        ldr_imm_f: FpLoadImm12 = self.vector_load_imm(f.size, Index::Offset, f.rt, f.rn, i64::from(f.imm12) << f.size);
        ldr_post_f: FpLoadImm9 = self.vector_load_imm(f.size, Index::Post, f.rt, f.rn, f.imm9.into());
        ldr_pre_f: FpLoadImm9 = self.vector_load_imm(f.size, Index::Pre, f.rt, f.rn, f.imm9.into());
        ldur_f: FpLoadImm9 = self.vector_load_imm(f.size, Index::Offset, f.rt, f.rn, f.imm9.into());
        ldr_reg_f: FpLoadReg = self.vector_load_register(f);
        ldp_off_f: FpPair = self.vector_load_pair(Index::Offset, f);
        ldp_post_f: FpPair = self.vector_load_pair(Index::Post, f);
        ldp_pre_f: FpPair = self.vector_load_pair(Index::Pre, f);
        ldnp_f: FpPair = self.vector_load_pair(Index::Offset, f);
        str_imm_f: FpLoadImm12 = self.vector_store_imm(f.size, Index::Offset, f.rt, f.rn, i64::from(f.imm12) << f.size);
        str_post_f: FpLoadImm9 = self.vector_store_imm(f.size, Index::Post, f.rt, f.rn, f.imm9.into());
        str_pre_f: FpLoadImm9 = self.vector_store_imm(f.size, Index::Pre, f.rt, f.rn, f.imm9.into());
        stur_f: FpLoadImm9 = self.vector_store_imm(f.size, Index::Offset, f.rt, f.rn, f.imm9.into());
        str_reg_f: FpLoadReg = self.vector_store_register(f);
        stp_off_f: FpPair = self.vector_store_pair(Index::Offset, f);
        stp_post_f: FpPair = self.vector_store_pair(Index::Post, f);
        stp_pre_f: FpPair = self.vector_store_pair(Index::Pre, f);
        stnp_f: FpPair = self.vector_store_pair(Index::Offset, f);
        ldr_lit_f: FpLiteral = self.vector_load_literal(f.size + 2, f.rt, f.offset);
        ld1_multi: VMulti = self.load_consecutive(multi(1, f), f.q);
        ld1_multi_post: VMultiPost = self.load_consecutive(multi_post(1, f), f.q);
        ld1_2_multi: VMulti = self.load_consecutive(multi(2, f), f.q);
        ld1_2_multi_post: VMultiPost = self.load_consecutive(multi_post(2, f), f.q);
        ld1_3_multi: VMulti = self.load_consecutive(multi(3, f), f.q);
        ld1_3_multi_post: VMultiPost = self.load_consecutive(multi_post(3, f), f.q);
        ld1_4_multi: VMulti = self.load_consecutive(multi(4, f), f.q);
        ld1_4_multi_post: VMultiPost = self.load_consecutive(multi_post(4, f), f.q);
        ld2_multi: VMulti = self.load_interleaved(multi(2, f), f.q, f.size);
        ld2_multi_post: VMultiPost = self.load_interleaved(multi_post(2, f), f.q, f.size);
        ld3_multi: VMulti = self.load_interleaved(multi(3, f), f.q, f.size);
        ld3_multi_post: VMultiPost = self.load_interleaved(multi_post(3, f), f.q, f.size);
        ld4_multi: VMulti = self.load_interleaved(multi(4, f), f.q, f.size);
        ld4_multi_post: VMultiPost = self.load_interleaved(multi_post(4, f), f.q, f.size);
        ld1_lane_b: VLaneB = self.load_lanes(one(1, f.rt, f.rn, None), 0, f.index);
        ld1_lane_b_post: VLaneBPost = self.load_lanes(one(1, f.rt, f.rn, Some(f.rm)), 0, f.index);
        ld1_lane_h: VLaneH = self.load_lanes(one(1, f.rt, f.rn, None), 1, f.index);
        ld1_lane_h_post: VLaneHPost = self.load_lanes(one(1, f.rt, f.rn, Some(f.rm)), 1, f.index);
        ld1_lane_s: VLaneS = self.load_lanes(one(1, f.rt, f.rn, None), 2, f.index);
        ld1_lane_s_post: VLaneSPost = self.load_lanes(one(1, f.rt, f.rn, Some(f.rm)), 2, f.index);
        ld1_lane_d: VLaneD = self.load_lanes(one(1, f.rt, f.rn, None), 3, f.index);
        ld1_lane_d_post: VLaneDPost = self.load_lanes(one(1, f.rt, f.rn, Some(f.rm)), 3, f.index);
        ld1r: VMulti = self.load_replicated(multi(1, f), f.q, f.size);
        ld1r_post: VMultiPost = self.load_replicated(multi_post(1, f), f.q, f.size);
        ld2_lane_b: VLaneB = self.load_lanes(one(2, f.rt, f.rn, None), 0, f.index);
        ld2_lane_b_post: VLaneBPost = self.load_lanes(one(2, f.rt, f.rn, Some(f.rm)), 0, f.index);
        ld2_lane_h: VLaneH = self.load_lanes(one(2, f.rt, f.rn, None), 1, f.index);
        ld2_lane_h_post: VLaneHPost = self.load_lanes(one(2, f.rt, f.rn, Some(f.rm)), 1, f.index);
        ld2_lane_s: VLaneS = self.load_lanes(one(2, f.rt, f.rn, None), 2, f.index);
        ld2_lane_s_post: VLaneSPost = self.load_lanes(one(2, f.rt, f.rn, Some(f.rm)), 2, f.index);
        ld2_lane_d: VLaneD = self.load_lanes(one(2, f.rt, f.rn, None), 3, f.index);
        ld2_lane_d_post: VLaneDPost = self.load_lanes(one(2, f.rt, f.rn, Some(f.rm)), 3, f.index);
        ld2r: VMulti = self.load_replicated(multi(2, f), f.q, f.size);
        ld2r_post: VMultiPost = self.load_replicated(multi_post(2, f), f.q, f.size);
        ld3_lane_b: VLaneB = self.load_lanes(one(3, f.rt, f.rn, None), 0, f.index);
        ld3_lane_b_post: VLaneBPost = self.load_lanes(one(3, f.rt, f.rn, Some(f.rm)), 0, f.index);
        ld3_lane_h: VLaneH = self.load_lanes(one(3, f.rt, f.rn, None), 1, f.index);
        ld3_lane_h_post: VLaneHPost = self.load_lanes(one(3, f.rt, f.rn, Some(f.rm)), 1, f.index);
        ld3_lane_s: VLaneS = self.load_lanes(one(3, f.rt, f.rn, None), 2, f.index);
        ld3_lane_s_post: VLaneSPost = self.load_lanes(one(3, f.rt, f.rn, Some(f.rm)), 2, f.index);
        ld3_lane_d: VLaneD = self.load_lanes(one(3, f.rt, f.rn, None), 3, f.index);
        ld3_lane_d_post: VLaneDPost = self.load_lanes(one(3, f.rt, f.rn, Some(f.rm)), 3, f.index);
        ld3r: VMulti = self.load_replicated(multi(3, f), f.q, f.size);
        ld3r_post: VMultiPost = self.load_replicated(multi_post(3, f), f.q, f.size);
        ld4_lane_b: VLaneB = self.load_lanes(one(4, f.rt, f.rn, None), 0, f.index);
        ld4_lane_b_post: VLaneBPost = self.load_lanes(one(4, f.rt, f.rn, Some(f.rm)), 0, f.index);
        ld4_lane_h: VLaneH = self.load_lanes(one(4, f.rt, f.rn, None), 1, f.index);
        ld4_lane_h_post: VLaneHPost = self.load_lanes(one(4, f.rt, f.rn, Some(f.rm)), 1, f.index);
        ld4_lane_s: VLaneS = self.load_lanes(one(4, f.rt, f.rn, None), 2, f.index);
        ld4_lane_s_post: VLaneSPost = self.load_lanes(one(4, f.rt, f.rn, Some(f.rm)), 2, f.index);
        ld4_lane_d: VLaneD = self.load_lanes(one(4, f.rt, f.rn, None), 3, f.index);
        ld4_lane_d_post: VLaneDPost = self.load_lanes(one(4, f.rt, f.rn, Some(f.rm)), 3, f.index);
        ld4r: VMulti = self.load_replicated(multi(4, f), f.q, f.size);
        ld4r_post: VMultiPost = self.load_replicated(multi_post(4, f), f.q, f.size);
        st1_multi: VMulti = self.store_consecutive(multi(1, f), f.q);
        st1_multi_post: VMultiPost = self.store_consecutive(multi_post(1, f), f.q);
        st1_2_multi: VMulti = self.store_consecutive(multi(2, f), f.q);
        st1_2_multi_post: VMultiPost = self.store_consecutive(multi_post(2, f), f.q);
        st1_3_multi: VMulti = self.store_consecutive(multi(3, f), f.q);
        st1_3_multi_post: VMultiPost = self.store_consecutive(multi_post(3, f), f.q);
        st1_4_multi: VMulti = self.store_consecutive(multi(4, f), f.q);
        st1_4_multi_post: VMultiPost = self.store_consecutive(multi_post(4, f), f.q);
        st2_multi: VMulti = self.store_interleaved(multi(2, f), f.q, f.size);
        st2_multi_post: VMultiPost = self.store_interleaved(multi_post(2, f), f.q, f.size);
        st3_multi: VMulti = self.store_interleaved(multi(3, f), f.q, f.size);
        st3_multi_post: VMultiPost = self.store_interleaved(multi_post(3, f), f.q, f.size);
        st4_multi: VMulti = self.store_interleaved(multi(4, f), f.q, f.size);
        st4_multi_post: VMultiPost = self.store_interleaved(multi_post(4, f), f.q, f.size);
        st1_lane_b: VLaneB = self.store_lanes(one(1, f.rt, f.rn, None), 0, f.index);
        st1_lane_b_post: VLaneBPost = self.store_lanes(one(1, f.rt, f.rn, Some(f.rm)), 0, f.index);
        st1_lane_h: VLaneH = self.store_lanes(one(1, f.rt, f.rn, None), 1, f.index);
        st1_lane_h_post: VLaneHPost = self.store_lanes(one(1, f.rt, f.rn, Some(f.rm)), 1, f.index);
        st1_lane_s: VLaneS = self.store_lanes(one(1, f.rt, f.rn, None), 2, f.index);
        st1_lane_s_post: VLaneSPost = self.store_lanes(one(1, f.rt, f.rn, Some(f.rm)), 2, f.index);
        st1_lane_d: VLaneD = self.store_lanes(one(1, f.rt, f.rn, None), 3, f.index);
        st1_lane_d_post: VLaneDPost = self.store_lanes(one(1, f.rt, f.rn, Some(f.rm)), 3, f.index);
        st2_lane_b: VLaneB = self.store_lanes(one(2, f.rt, f.rn, None), 0, f.index);
        st2_lane_b_post: VLaneBPost = self.store_lanes(one(2, f.rt, f.rn, Some(f.rm)), 0, f.index);
        st2_lane_h: VLaneH = self.store_lanes(one(2, f.rt, f.rn, None), 1, f.index);
        st2_lane_h_post: VLaneHPost = self.store_lanes(one(2, f.rt, f.rn, Some(f.rm)), 1, f.index);
        st2_lane_s: VLaneS = self.store_lanes(one(2, f.rt, f.rn, None), 2, f.index);
        st2_lane_s_post: VLaneSPost = self.store_lanes(one(2, f.rt, f.rn, Some(f.rm)), 2, f.index);
        st2_lane_d: VLaneD = self.store_lanes(one(2, f.rt, f.rn, None), 3, f.index);
        st2_lane_d_post: VLaneDPost = self.store_lanes(one(2, f.rt, f.rn, Some(f.rm)), 3, f.index);
        st3_lane_b: VLaneB = self.store_lanes(one(3, f.rt, f.rn, None), 0, f.index);
        st3_lane_b_post: VLaneBPost = self.store_lanes(one(3, f.rt, f.rn, Some(f.rm)), 0, f.index);
        st3_lane_h: VLaneH = self.store_lanes(one(3, f.rt, f.rn, None), 1, f.index);
        st3_lane_h_post: VLaneHPost = self.store_lanes(one(3, f.rt, f.rn, Some(f.rm)), 1, f.index);
        st3_lane_s: VLaneS = self.store_lanes(one(3, f.rt, f.rn, None), 2, f.index);
        st3_lane_s_post: VLaneSPost = self.store_lanes(one(3, f.rt, f.rn, Some(f.rm)), 2, f.index);
        st3_lane_d: VLaneD = self.store_lanes(one(3, f.rt, f.rn, None), 3, f.index);
        st3_lane_d_post: VLaneDPost = self.store_lanes(one(3, f.rt, f.rn, Some(f.rm)), 3, f.index);
        st4_lane_b: VLaneB = self.store_lanes(one(4, f.rt, f.rn, None), 0, f.index);
        st4_lane_b_post: VLaneBPost = self.store_lanes(one(4, f.rt, f.rn, Some(f.rm)), 0, f.index);
        st4_lane_h: VLaneH = self.store_lanes(one(4, f.rt, f.rn, None), 1, f.index);
        st4_lane_h_post: VLaneHPost = self.store_lanes(one(4, f.rt, f.rn, Some(f.rm)), 1, f.index);
        st4_lane_s: VLaneS = self.store_lanes(one(4, f.rt, f.rn, None), 2, f.index);
        st4_lane_s_post: VLaneSPost = self.store_lanes(one(4, f.rt, f.rn, Some(f.rm)), 2, f.index);
        st4_lane_d: VLaneD = self.store_lanes(one(4, f.rt, f.rn, None), 3, f.index);
        st4_lane_d_post: VLaneDPost = self.store_lanes(one(4, f.rt, f.rn, Some(f.rm)), 3, f.index);
    }
}
