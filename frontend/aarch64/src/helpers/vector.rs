//! Section of floating-point and vector instructions.

super::section! {
    crate::helpers::FIRST_VECTOR;
}
