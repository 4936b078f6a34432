//! Reads the printed form of a TB.

use crate::ops::Op;
use crate::tb::{Tb, Val};
use crate::types::{Attr, Type};
use std::collections::BTreeMap;
use std::fmt;

/// What is wrong with a printed TB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Line, from 1.
    pub line: usize,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// Reads one TB in printed form. Value names are free; they are numbered in order of definition.
///
/// # Errors
/// The first line that is not of the printed form.
pub fn parse_tb(text: &str) -> Result<Tb, ParseError> {
    let mut parser = Parser { tb: Tb::default(), names: BTreeMap::new() };
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let at = |line: usize| move |message: String| ParseError { line: line + 1, message };
    let (n, head) = lines.next().ok_or_else(|| at(0)("expected 'tb'".to_owned()))?;
    parser.head(head).map_err(at(n))?;
    for (n, line) in lines {
        if line.trim() == "}" {
            return Ok(parser.tb);
        }
        parser.op(line.trim()).map_err(at(n))?;
    }
    Err(at(text.lines().count())("expected '}'".to_owned()))
}

struct Parser {
    tb: Tb,
    names: BTreeMap<String, Val>,
}

impl Parser {
    fn head(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_whitespace();
        if words.next() != Some("tb") {
            return Err("expected 'tb PC … {'".to_owned());
        }
        self.tb.pc = attr(words.next().unwrap_or(""), "an address")?;
        self.tb.end_pc = self.tb.pc;
        for word in words {
            match word.split_once('=') {
                Some(("flags", text)) => self.tb.flags = attr(text, "a number")?,
                Some(("end", text)) => self.tb.end_pc = attr(text, "an address")?,
                Some(("insns", text)) => self.tb.n_insns = attr(text, "a number")?,
                None if word == "{" => {}
                _ => return Err(format!("unknown word '{word}'")),
            }
        }
        Ok(())
    }

    fn op(&mut self, line: &str) -> Result<(), String> {
        let (outs, rest) = match line.split_once(" = ") {
            Some((outs, rest)) => (outs, rest),
            None => ("", line),
        };
        let mut words = rest.split_whitespace();
        let name = words.next().ok_or("expected an op")?;
        let mut attrs = BTreeMap::new();
        let mut ins = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some((key, value)) => drop(attrs.insert(key, value)),
                None => ins.push(self.input(word.trim_end_matches(','))?),
            }
        }
        let mut defs = Vec::new();
        for out in outs.split(',').map(str::trim).filter(|out| !out.is_empty()) {
            defs.push(self.define(out)?);
        }
        let attr = |key: &str| attrs.get(key).map(|text| (*text).to_owned());
        let op = Op::from_parts(name, attr, &defs, &ins)
            .ok_or_else(|| format!("'{name}' is no op with these attributes and operands"))?;
        if let Op::SetLabel { label } = op {
            self.tb.n_labels = self.tb.n_labels.max(label.0.saturating_add(1));
        }
        self.tb.ops.push(op);
        Ok(())
    }

    fn input(&mut self, word: &str) -> Result<Val, String> {
        if word == "_" {
            return Ok(Val::NONE);
        }
        if let Some(constant) = word.strip_prefix('#') {
            let (bits, ty) = constant.split_once(':').ok_or("expected '#BITS:TYPE'")?;
            let bits: u64 = attr(bits, "a number")?;
            let ty: Type = attr(ty, "a type")?;
            return Ok(self.tb.new_val(ty, Some(bits)));
        }
        self.names.get(word).copied().ok_or_else(|| format!("'{word}' is not defined"))
    }

    fn define(&mut self, word: &str) -> Result<Val, String> {
        let (name, ty) = word.split_once(':').ok_or("expected 'NAME:TYPE'")?;
        let v = self.tb.new_val(attr(ty, "a type")?, None);
        if self.names.insert(name.to_owned(), v).is_some() {
            return Err(format!("'{name}' is defined twice"));
        }
        Ok(v)
    }
}

fn attr<A: Attr>(text: &str, what: &str) -> Result<A, String> {
    A::parse(text).ok_or_else(|| format!("expected {what}, found '{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let tb = parse_tb(text).expect("parses");
        assert_eq!(parse_tb(&tb.to_string()).expect("parses again").to_string(), tb.to_string());
    }

    #[test]
    fn every_kind_of_attribute_survives() {
        check(
            "tb 0x1000 flags=1 end=0x1006 insns=1 {
               insn pc=0x1000 len=6
               v0:i64 = get g=g2
               v1:i64 = ld ty=i64 mem=s16_be_acq disp=-8 v0, _
               v2:i32 = setcond cty=i64 cond=tst_ne v1, #0x10:i64
               v3:i64 = cas ty=i64 mem=u64_be disp=0 v0, v1, v1
               mb set=sl+ss
               probe write=true len=16 disp=4 v0
               v4:i64 = call h=h3 v2, _, _, _
               goto_if_fp ty=f64 mask=1010 pc=0x2000 #0x0:f64, #0x1:f64
               exit code=1 pc=0x1006 _
             }",
        );
    }

    #[test]
    fn errors_name_the_line() {
        let error = parse_tb("tb 0x0 {\n  v0:i64 = frob\n}").expect_err("no such op");
        assert_eq!(error.line, 2);
        assert!(error.message.contains("frob"));
    }
}
