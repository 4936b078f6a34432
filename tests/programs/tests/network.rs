//! A program of each guest and a program of the host talk to each other over TCP.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use program_tests::machine::{Guest, guests, limited_emulator};

/// Seconds: longer than any of this takes.
const TIMEOUT_S: u32 = 120;
const LIMIT: Duration = Duration::from_secs(TIMEOUT_S as u64);

/// Connects to the port it is given, says who it is, and prints what it is told.
const CLIENT: &str = "
import socket, sys, struct
with socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=120) as s:
    s.sendall(struct.pack('>I', 42) + sys.byteorder.encode() + b'\\n')
    print(s.makefile().read())
";
/// Prints its port, and sends back in capitals what the first caller says.
const SERVER: &str = "
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())
with socketserver.TCPServer(('127.0.0.1', 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.handle_request()
";

/// The guest's Python, for as long as the limit.
fn python(guest: Guest, code: &str) -> Result<Command> {
    let root = guests()?.join(guest.name());
    let mut command = limited_emulator(TIMEOUT_S)?;
    command.arg("-L").arg(&root).arg(root.join("usr/bin/python3")).args(["-c", code]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    Ok(command)
}

#[test]
fn s390x_calls_host() -> Result<()> {
    guest_calls_host(Guest::S390x, b"\0\0\0\x2abig\n")
}

#[test]
fn aarch64_calls_host() -> Result<()> {
    guest_calls_host(Guest::Aarch64, b"\0\0\0\x2alittle\n")
}

#[test]
fn host_calls_s390x() -> Result<()> {
    host_calls_guest(Guest::S390x)
}

#[test]
fn host_calls_aarch64() -> Result<()> {
    host_calls_guest(Guest::Aarch64)
}

fn guest_calls_host(machine: Guest, expected: &[u8]) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let mut guest =
        python(machine, CLIENT)?.arg(port.to_string()).spawn().context("start Python")?;
    let mut peer = call_of(&mut guest, &listener)?;
    peer.set_read_timeout(Some(LIMIT))?;
    let mut greeting = vec![0; expected.len()];
    peer.read_exact(&mut greeting)?;
    ensure!(greeting == expected, "{greeting:?}");
    peer.write_all(b"hello from the host")?;
    drop(peer);
    let output = guest.wait_with_output()?;
    ensure!(output.status.success() && output.stdout == b"hello from the host\n", "{output:?}");
    Ok(())
}

/// The connection that a guest makes.
fn call_of(guest: &mut Child, listener: &TcpListener) -> Result<TcpStream> {
    listener.set_nonblocking(true)?;
    loop {
        match listener.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            peer => {
                let (peer, _) = peer?;
                peer.set_nonblocking(false)?;
                return Ok(peer);
            }
        }
        if let Some(status) = guest.try_wait()? {
            bail!("it ended without a call: {status}");
        }
        sleep(Duration::from_millis(5));
    }
}

fn host_calls_guest(machine: Guest) -> Result<()> {
    let mut guest = python(machine, SERVER)?.spawn().context("start Python")?;
    let mut lines = BufReader::new(guest.stdout.take().context("output of Python")?);
    let mut port = String::new();
    lines.read_line(&mut port)?;
    let mut stream = TcpStream::connect(("127.0.0.1", port.trim().parse()?))?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.write_all(b"momonga\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer == "MOMONGA\n", "{answer:?}");
    ensure!(guest.wait()?.success());
    Ok(())
}
