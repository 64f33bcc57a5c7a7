//! The other end of Culvert's raw dialect, on the crate `yamux`.

mod client;
mod options;
mod scenarios;
mod server;
mod session;

use options::Options;
use tokio::net::TcpListener;

const USAGE: &str = "\
usage: yamux-peer client --connect HOST:PORT (--local HOST:PORT | --echo) [--go-away-after N] [--ping]
       yamux-peer server --control HOST:PORT --scenario NAME [--streams N] [--parallel N] [--bytes N] [--timeout SECONDS]
       yamux-peer service --listen HOST:PORT";

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let options = Options::parse(arguments).unwrap_or_else(|unknown| fail(&unknown));
    let code = match mode.as_str() {
        "client" => client::run(&options).await,
        "server" => server::run(&options).await,
        "service" => service(&options).await,
        other => fail(other),
    };
    std::process::exit(code);
}

fn fail(what: &str) -> ! {
    eprintln!("{what}\n{USAGE}");
    std::process::exit(2);
}

/// An echo service that keeps half-close, for when no test brings its own.
async fn service(options: &Options) -> i32 {
    let listener = listen(options.required("listen")).await;
    while let Ok((mut socket, _)) = listener.accept().await {
        tokio::spawn(async move {
            let (mut read, mut write) = socket.split();
            let _ = tokio::io::copy(&mut read, &mut write).await;
        });
    }
    1
}

async fn listen(address: &str) -> TcpListener {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(e) => fail(&format!("{address}: {e}")),
    };
    let port = listener.local_addr().expect("a bound listener has an address").port();
    println!("listening {port}");
    listener
}
