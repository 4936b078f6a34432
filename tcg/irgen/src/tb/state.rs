//! Guest state, and calls of the helper.

use super::Maker;
use crate::random::RandomExt as _;
use crate::toy::{extra_offset, toy_layout};
use rand::RngExt as _;
use tcg_ir::{HelperId, Type};

impl Maker<'_> {
    pub(super) fn state(&mut self) {
        match self.random.random_range(0..10) {
            0..=2 => {
                let g = self.any_global();
                let v = self.b.get(g);
                self.give(v);
            }
            3..=5 => {
                let g = self.any_global();
                let v = self.take(toy_layout().global(g).ty);
                self.b.put(g, v);
            }
            6 => {
                let (g, v) = (self.global(Type::I64), self.take(Type::I32));
                self.b.put_lo(g, v);
            }
            7 => {
                let (g, v) = (self.global(Type::I64), self.take(Type::I32));
                self.b.put_hi(g, v);
            }
            8 => {
                let (ty, at) = self.extra();
                let v = self.b.ld_state(ty, at);
                self.give(v);
            }
            _ => {
                let (ty, at) = self.extra();
                let v = self.take(ty);
                self.b.st_state(ty, at, v);
            }
        }
    }

    fn extra(&mut self) -> (Type, u32) {
        let ty = self.random.pick(&[Type::I32, Type::I64, Type::F64]);
        (ty, extra_offset(self.random.random_range(0..4)))
    }

    pub(super) fn call(&mut self) {
        let mut args = Vec::new();
        for _ in 0..self.random.random_range(0..5) {
            let ty = self.int_type();
            let v = self.take(ty);
            args.push(v);
        }
        let d = self.b.call(HelperId(0), &args);
        self.give(d);
    }
}
