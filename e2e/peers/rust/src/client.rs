//! Dials Culvert's control port and serves the streams it opens.

use std::io;
use std::time::Duration;

use tokio::io::{copy, copy_bidirectional_with_sizes, split, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use yamux::Mode;

use crate::options::Options;
use crate::session::{Channel, Inbound, Session};

const BUFFER: usize = 64 * 1024;

pub async fn run(options: &Options) -> i32 {
    let connect = options.required("connect");
    if options.has("echo") == options.has("local") {
        crate::fail("one of --local and --echo");
    }
    match serve_session(options, connect).await {
        Ok(()) => 0,
        Err(e) => {
            eprintln!("session ended: {e}");
            1
        }
    }
}

async fn serve_session(options: &Options, connect: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (session, Inbound { mut streams, answered }) =
        Session::start(TcpStream::connect(connect).await?, Mode::Client)?;
    if tokio::time::timeout(Duration::from_secs(10), answered).await?.is_err() {
        session.ended().await?;
        return Err("the server closed before it answered a ping".into());
    }
    println!("ready");

    let local = options.get("local").map(str::to_owned);
    let go_away_after = options.number("go-away-after", 0);
    let mut served = 0;
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = streams.recv() => match accepted {
                Some(stream) => drop(open.spawn(serve(stream, local.clone()))),
                None => break,
            },
            Some(_) = open.join_next() => {
                served += 1;
                // Go-away ends the session here, so it waits for the streams instead of letting them finish.
                if served == go_away_after {
                    session.close();
                }
            }
        }
    }
    // After go-away the library wakes nobody who still reads, hence the limit.
    let _ = tokio::time::timeout(Duration::from_secs(2), async {
        while open.join_next().await.is_some() {}
    })
    .await;
    if options.has("ping") {
        eprintln!("SKIP ping the library cannot be asked to ping");
        println!("pings 0");
    }
    // After a go-away of its own, whatever became of the connection is no failure.
    match session.ended().await {
        Err(e) if go_away_after == 0 || served < go_away_after => Err(e.into()),
        _ => Ok(()),
    }
}

async fn serve(stream: Channel, local: Option<String>) {
    let result = match local {
        Some(address) => bridge(stream, &address).await,
        None => echo(stream).await,
    };
    if let Err(e) = result {
        eprintln!("stream: {e}");
    }
}

async fn echo(stream: Channel) -> io::Result<()> {
    let (mut read, mut write) = split(stream);
    copy(&mut read, &mut write).await?;
    write.shutdown().await
}

/// On an error the stream is dropped, which resets it, and so is the service's connection.
async fn bridge(mut stream: Channel, address: &str) -> io::Result<()> {
    let mut service = TcpStream::connect(address).await?;
    let copied = copy_bidirectional_with_sizes(&mut stream, &mut service, BUFFER, BUFFER).await;
    if copied.is_err() {
        service.set_zero_linger()?;
    }
    copied.map(drop)
}
