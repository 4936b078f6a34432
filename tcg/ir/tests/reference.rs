//! The book's IR reference is made from the op table: `BLESS=1 cargo test -p tcg-ir` rewrites it.

use std::fmt::Write;
use tcg_ir::Op;
use tcg_ir::ops::OpRow;
use test_harness::files::check_file;

const INTRODUCTION: &str = "\
# IR reference

This page is made from the op table in `tcg/ir/src/ops.rs` by `BLESS=1 cargo test -p tcg-ir`.

A translation block is a straight list of ops over values that are defined once.
It prints and parses as

```text
tb 0x1000 flags=0 end=0x1004 insns=1 {
  insn pc=0x1000 len=4
  v0:i64 = get g=g2
  v1:i64 = add ty=i64 v0, #0x1:i64
  put g=g2 v1
  goto pc=0x1004
}
```

Types are `i32`, `i64`, `f32`, `f64` and `v128`; `f16` is one of lanes alone; constants are values written `#BITS:TYPE`; an absent input is `_`.
Integer arithmetic wraps, shift counts are taken modulo the width, and an *undefined* input may give any result but no crash.
Every op that *faults* or has a *side exit* sees all writes of globals before it; the back end may defer them as long as they can be recovered there.
No value from before a label may be used after it, and jumps to labels go forward.

";

/// `gives(ty)` and the like as people write them.
fn plain(ty: &str) -> String {
    let inner = |prefix: &str| ty.strip_prefix(prefix)?.strip_suffix(')').map(str::to_owned);
    let optional = inner("opt(").map(|ty| format!("{}, or none", ty.to_lowercase()));
    let fixed = inner("gives(").or_else(|| inner("is(")).map(|ty| ty.to_lowercase());
    optional.or(fixed).unwrap_or_else(|| match ty {
        "Want::AnyOpt" => "any integer, or none".to_owned(),
        _ => "type of `g`".to_owned(),
    })
}

fn list(items: &[(&str, &str)], text: impl Fn(&str) -> String) -> String {
    items.iter().map(|(name, ty)| format!("{name}: {}", text(ty))).collect::<Vec<_>>().join(", ")
}

fn section(row: &OpRow, out: &mut String) {
    let OpRow { name, doc, attrs, outputs, inputs, effects } = row;
    let outputs = list(outputs, plain);
    let arrow = if outputs.is_empty() { String::new() } else { format!("{outputs} = ") };
    let mut signature = format!("{arrow}{name}");
    if !attrs.is_empty() {
        write!(signature, " {{{}}}", list(attrs, str::to_owned)).expect("a string takes all");
    }
    if !inputs.is_empty() {
        write!(signature, " ({})", list(inputs, plain)).expect("a string takes all");
    }
    writeln!(out, "## `{name}`\n\n```text\n{signature}\n```\n\n{}\n", doc.trim())
        .expect("a string takes all");
    let effects = effects.names();
    if !effects.is_empty() {
        writeln!(out, "Effects: {effects}.\n").expect("a string takes all");
    }
}

#[test]
fn the_reference_in_the_book_is_up_to_date() {
    let mut page = INTRODUCTION.to_owned();
    for row in Op::TABLE {
        section(row, &mut page);
    }
    check_file("docs/src/ir.md", &format!("{}\n", page.trim_end()));
}
