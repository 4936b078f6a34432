//! Native recorder of register traces.
