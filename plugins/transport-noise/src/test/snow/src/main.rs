//! The other end of Culvert's Noise transport with `rekey = "off"`, on the crate `snow`, as docs/protocol.md describes it.
//! The server echoes, the client sends and compares. The last line says how it went.

use snow::{Builder, HandshakeState, TransportState};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const USAGE: &str = "usage: snow-peer server PROTOCOL PRIVATE REMOTE PSK
       snow-peer client PROTOCOL PRIVATE REMOTE PSK HOST:PORT BYTES
PROTOCOL as in Noise_NK_25519_AESGCM_SHA256; keys in hexadecimal, - for none";

const MAX_MESSAGE: usize = 65_535;
const MAX_PLAIN: usize = MAX_MESSAGE - 16;
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["server", protocol, private, remote, psk] => serve(&End::new(protocol, private, remote, psk)),
        ["client", protocol, private, remote, psk, server, bytes] => {
            let bytes = bytes.parse().expect("BYTES is a number");
            visit(&End::new(protocol, private, remote, psk), server, bytes)
        }
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(2);
        }
    };
    match outcome {
        Ok(detail) => println!("PASS {detail}"),
        Err(e) => {
            println!("FAIL {e}");
            std::process::exit(1);
        }
    }
}

/// What this end was told.
struct End {
    protocol: String,
    prologue: String,
    private: Vec<u8>,
    remote: Vec<u8>,
    psk: Option<[u8; 32]>,
}

impl End {
    fn new(protocol: &str, private: &str, remote: &str, psk: &str) -> Self {
        End {
            protocol: protocol.to_owned(),
            prologue: format!("culvert/1 {protocol} rekey=off"),
            private: key(private),
            remote: key(remote),
            psk: key(psk).try_into().ok(),
        }
    }

    fn handshake(&self, initiator: bool) -> std::result::Result<HandshakeState, snow::Error> {
        let mut builder = Builder::new(self.protocol.parse()?).prologue(self.prologue.as_bytes())?;
        if !self.private.is_empty() {
            builder = builder.local_private_key(&self.private)?;
        }
        if !self.remote.is_empty() {
            builder = builder.remote_public_key(&self.remote)?;
        }
        if let Some(psk) = &self.psk {
            let place = self
                .protocol
                .split("psk")
                .nth(1)
                .and_then(|rest| rest.as_bytes().first());
            builder = builder.psk(place.expect("a psk pattern") - b'0', psk)?;
        }
        if initiator {
            builder.build_initiator()
        } else {
            builder.build_responder()
        }
    }

    fn client_has_last_word(&self) -> bool {
        self.protocol.starts_with("Noise_XX")
    }
}

fn serve(end: &End) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening {}", listener.local_addr()?.port());
    let mut wire = Wire::new(listener.accept()?.0)?;
    let mut state = end.handshake(false).map_err(broken)?;
    while !state.is_handshake_finished() {
        if state.is_my_turn() {
            let length = state.write_message(&[], &mut wire.sealed).map_err(broken)?;
            wire.send(length)?;
        } else {
            let length = wire.receive()?;
            if let Err(e) = state.read_message(&wire.sealed[..length], &mut wire.plain) {
                wire.send(0)?;
                return Err(broken(e));
            }
        }
    }
    let mut state = state.into_transport_mode().map_err(broken)?;
    if end.client_has_last_word() {
        wire.seal(&mut state, &[0])?;
    }
    let mut total = 0;
    loop {
        let plain = wire.open(&mut state)?;
        wire.seal(&mut state, &plain)?;
        if plain.is_empty() {
            return Ok(format!("echoed {total}"));
        }
        total += plain.len();
    }
}

fn visit(end: &End, server: &str, bytes: usize) -> Result<String> {
    let mut wire = Wire::new(TcpStream::connect(server)?)?;
    let mut state = end.handshake(true).map_err(broken)?;
    while !state.is_handshake_finished() {
        if state.is_my_turn() {
            let length = state.write_message(&[], &mut wire.sealed).map_err(broken)?;
            wire.send(length)?;
        } else {
            let length = wire.receive()?;
            if length == 0 {
                return Err(broken("refused"));
            }
            let said = state
                .read_message(&wire.sealed[..length], &mut wire.plain)
                .map_err(broken)?;
            verdict(&wire.plain[..said])?;
        }
    }
    let mut state = state.into_transport_mode().map_err(broken)?;
    if end.client_has_last_word() {
        verdict(&wire.open(&mut state)?)?;
    }
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut sent = 0;
    while sent < bytes {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let length = (1 + (random >> 33) as usize % MAX_PLAIN).min(bytes - sent);
        let message: Vec<u8> = (0..length).map(|at| (random >> (at % 57)) as u8).collect();
        wire.seal(&mut state, &message)?;
        let mut back = Vec::new();
        while back.len() < length {
            let part = wire.open(&mut state)?;
            if part.is_empty() {
                return Err(broken("an end too early"));
            }
            back.extend(part);
        }
        if back != message {
            return Err(broken("other bytes came back"));
        }
        sent += length;
    }
    wire.seal(&mut state, &[])?;
    if !wire.open(&mut state)?.is_empty() {
        return Err(broken("bytes instead of the end"));
    }
    Ok(format!("had back {sent}"))
}

/// Messages with their length before them.
struct Wire {
    socket: TcpStream,
    sealed: Vec<u8>,
    plain: Vec<u8>,
}

impl Wire {
    fn new(socket: TcpStream) -> Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Wire {
            socket,
            sealed: vec![0; MAX_MESSAGE],
            plain: vec![0; MAX_MESSAGE],
        })
    }

    fn send(&mut self, length: usize) -> Result<()> {
        let header = u16::try_from(length).map_err(broken)?.to_be_bytes();
        self.socket.write_all(&[&header, &self.sealed[..length]].concat())
    }

    fn receive(&mut self) -> Result<usize> {
        let mut header = [0; 2];
        self.socket.read_exact(&mut header)?;
        let length = usize::from(u16::from_be_bytes(header));
        self.socket.read_exact(&mut self.sealed[..length])?;
        Ok(length)
    }

    fn seal(&mut self, state: &mut TransportState, plain: &[u8]) -> Result<()> {
        let length = state.write_message(plain, &mut self.sealed).map_err(broken)?;
        self.send(length)
    }

    fn open(&mut self, state: &mut TransportState) -> Result<Vec<u8>> {
        let length = self.receive()?;
        let said = state
            .read_message(&self.sealed[..length], &mut self.plain)
            .map_err(broken)?;
        Ok(self.plain[..said].to_vec())
    }
}

fn verdict(payload: &[u8]) -> Result<()> {
    match payload {
        [] | [0] => Ok(()),
        _ => Err(broken("not listed")),
    }
}

fn key(text: &str) -> Vec<u8> {
    let digits = if text == "-" { "" } else { text };
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hexadecimal"))
        .collect()
}

fn broken(cause: impl ToString) -> Error {
    Error::new(ErrorKind::InvalidData, cause.to_string())
}
