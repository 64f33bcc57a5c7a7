//! What a server does with a session to see whether the other end keeps yamux's promises.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Instant;

use sha2::{Digest, Sha256};
use tokio::io::{split, AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use crate::session::{Channel, Session};

const BLOCK: usize = 64 * 1024;

pub enum Outcome {
    Pass(String),
    Skip(&'static str),
}

#[derive(Clone, Copy)]
pub struct Size {
    pub streams: u64,
    pub parallel: u64,
    pub bytes: u64,
}

pub fn defaults(name: &str) -> Option<Size> {
    let (streams, parallel, bytes) = match name {
        "echo" => (64, 8, 64 << 10),
        "half-close" => (4, 2, 3_000_000),
        "reset" => (4, 1, 1 << 20),
        "go-away" => (8, 8, 256 << 10),
        "ping" => (10, 1, 1 << 20),
        "bulk" => (1, 1, 64 << 20),
        "many" => (10_000, 256, 1 << 10),
        _ => return None,
    };
    Some(Size {
        streams,
        parallel,
        bytes,
    })
}

pub async fn run(name: &str, size: Size, session: &Arc<Session>) -> Result<Outcome, Box<dyn Error>> {
    let start = Instant::now();
    let Size {
        streams,
        parallel,
        bytes,
    } = size;
    let detail = match name {
        "echo" | "many" => {
            in_parallel(size, session, move |s| async move { one_echo(&s, bytes).await }).await?;
            let took = start.elapsed().as_millis();
            format!("{streams} streams of {bytes} bytes, {parallel} at once, {took} ms")
        }
        "half-close" => {
            in_parallel(size, session, move |s| async move { round_trip(&s, bytes).await }).await?;
            format!("{streams} streams, FIN after {bytes} bytes, all came back before FIN")
        }
        "reset" => reset(size, session).await?,
        "go-away" => go_away(size, session).await?,
        "bulk" => {
            round_trip(session, bytes).await?;
            let rate = bytes as f64 / start.elapsed().as_secs_f64() / 1e6;
            format!("{bytes} bytes each way, equal SHA-256, {rate:.1} MB/s")
        }
        _ => {
            one_echo(session, bytes).await?; // so that the client has had its session
            return Ok(Outcome::Skip("the library cannot be asked to ping"));
        }
    };
    Ok(Outcome::Pass(detail))
}

async fn one_echo(session: &Session, bytes: u64) -> io::Result<()> {
    let mut stream = session.open().await?;
    exchange(&mut stream, bytes).await?;
    finish(stream).await
}

async fn reset(size: Size, session: &Session) -> io::Result<String> {
    for _ in 0..size.streams {
        let mut stream = session.open().await?;
        exchange(&mut stream, size.bytes).await?;
        drop(stream);
    }
    one_echo(session, 64 << 10).await?;
    Ok(format!(
        "{} streams dropped without FIN; a further stream works",
        size.streams
    ))
}

/// The library sends go-away only while it closes, and then its open streams are gone.
async fn go_away(size: Size, session: &Session) -> io::Result<String> {
    for _ in 0..size.streams {
        one_echo(session, size.bytes).await?;
    }
    Ok(format!(
        "{} streams, then go-away and close (the library has no other)",
        size.streams
    ))
}

/// Writes random bytes and expects the same back; the stream stays open.
async fn exchange(stream: &mut Channel, bytes: u64) -> io::Result<()> {
    let mut sent = vec![0; bytes as usize];
    Random::seeded().fill(&mut sent);
    let mut received = vec![0; sent.len()];
    let (mut read, mut write) = split(stream);
    tokio::try_join!(write.write_all(&sent), read.read_exact(&mut received))?;
    if sent == received {
        Ok(())
    } else {
        Err(io::Error::other("other bytes came back"))
    }
}

/// Sends FIN and expects the other end's FIN, without another byte.
async fn finish(mut stream: Channel) -> io::Result<()> {
    stream.shutdown().await?;
    match stream.read(&mut [0]).await? {
        0 => Ok(()),
        _ => Err(io::Error::other("a byte too many")),
    }
}

/// Sends the bytes, then FIN, and reads all of them back until FIN, in constant memory.
async fn round_trip(session: &Session, bytes: u64) -> io::Result<()> {
    let (mut read, mut write) = split(session.open().await?);
    let send = async {
        let mut random = Random::seeded();
        let mut hash = Sha256::new();
        let mut block = vec![0; BLOCK];
        let mut left = bytes;
        while left > 0 {
            let next = &mut block[..left.min(BLOCK as u64) as usize];
            random.fill(next);
            hash.update(&*next);
            write.write_all(next).await?;
            left -= next.len() as u64;
        }
        write.shutdown().await?;
        Ok::<_, io::Error>(hash.finalize())
    };
    let receive = async {
        let mut hash = Sha256::new();
        let mut block = vec![0; BLOCK];
        let mut total = 0;
        loop {
            match read.read(&mut block).await? {
                0 => return Ok((total, hash.finalize())),
                n => {
                    hash.update(&block[..n]);
                    total += n as u64;
                }
            }
        }
    };
    let (sent, (total, received)) = tokio::try_join!(send, receive)?;
    if total == bytes && sent == received {
        Ok(())
    } else {
        let message = format!("sent {bytes} bytes, {total} came back, SHA-256 {sent:x} and {received:x}");
        Err(io::Error::other(message))
    }
}

async fn in_parallel<F, R>(size: Size, session: &Arc<Session>, run: F) -> io::Result<()>
where
    F: Fn(Arc<Session>) -> R + Send + Clone + 'static,
    R: std::future::Future<Output = io::Result<()>> + Send,
{
    let turns = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..size.parallel {
        let (turns, session, run) = (turns.clone(), session.clone(), run.clone());
        workers.spawn(async move {
            while turns.fetch_add(1, Ordering::Relaxed) < size.streams {
                run(session.clone()).await?;
            }
            Ok::<_, io::Error>(())
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.expect("a worker does not panic")?;
    }
    Ok(())
}

/// splitmix64: cheap bytes that no codec can compress or confuse.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        Random(RandomState::new().hash_one(0))
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}
