//! Tasks of this workspace: `cargo xtask <task>`.
//!
//! Nothing here is part of the two programs; each task is one module.

#![forbid(unsafe_code)]

mod apt;
mod bench;
mod built;
mod campaign;
mod ci;
mod guests;
mod hosts;
mod peers;
mod shell;
mod space;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Tasks of the momonga and risu workspace.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the tests need, then check formatting, lints, rules and all tests
    Ci,
    /// Install the packages that the tests need (root)
    Setup,
    /// Fetch and build what the tests run on, without running them
    Prepare,
    /// Check the rules of this tree
    Tidy,
    /// Measure native, qemu and momonga on kernels and real programs
    Bench(bench::Options),
    /// Record random streams on a reference host and replay them on every engine
    Campaign(campaign::Options),
    /// Fetch the emulators to measure against into target/peers
    Peers,
    /// Fetch and build the guest programs into target/guests
    Guests,
    /// Cross-build risu for the reference hosts into target/hosts
    Hosts {
        /// Build for this host alone
        #[arg(value_parser = built::NAMES)]
        only: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Args::parse().task) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let root = shell::workspace();
    match task {
        Task::Campaign(options) => return campaign::run(&root, &options),
        Task::Ci => ci::run(&root),
        Task::Setup => ci::setup(),
        Task::Prepare => ci::prepare(&root),
        Task::Tidy => tidy::run(&root),
        Task::Bench(options) => bench::run(&root, &options),
        Task::Peers => peers::run(&root),
        Task::Guests => guests::run(&root),
        Task::Hosts { only } => hosts::run(&root, only.as_deref()),
    }?;
    Ok(ExitCode::SUCCESS)
}
