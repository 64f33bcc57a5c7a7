//! Accepts one Culvert client and runs a scenario on it.

use std::time::Duration;

use tokio::time::timeout;
use yamux::Mode;

use crate::options::Options;
use crate::scenarios::{self, Outcome, Size};
use crate::session::Session;

pub async fn run(options: &Options) -> i32 {
    let control = options.required("control");
    let name = options.required("scenario");
    let Some(defaults) = scenarios::defaults(name) else {
        crate::fail(&format!("--scenario {name}: unknown"));
    };
    let size = Size {
        streams: options.number("streams", defaults.streams),
        parallel: options.number("parallel", defaults.parallel),
        bytes: options.number("bytes", defaults.bytes),
    };
    let limit = Duration::from_secs(options.number("timeout", 120));
    let listener = crate::listen(control).await;
    let outcome = timeout(limit, async {
        let (socket, _) = listener.accept().await?;
        drop(listener);
        let (session, inbound) = Session::start(socket, Mode::Server)?;
        let session = std::sync::Arc::new(session);
        let outcome = scenarios::run(name, size, &session).await?;
        session.close();
        drop(inbound); // a client opens no streams in the raw dialect; one that did would be reset
        if let Some(session) = std::sync::Arc::into_inner(session) {
            session.ended().await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(outcome)
    })
    .await;
    match &outcome {
        Ok(Ok(Outcome::Pass(detail))) => println!("PASS {name} {detail}"),
        Ok(Ok(Outcome::Skip(reason))) => println!("SKIP {name} {reason}"),
        Ok(Err(e)) => println!("FAIL {name} {e}"),
        Err(_) => println!("FAIL {name} not done within {} s", limit.as_secs()),
    }
    i32::from(!matches!(outcome, Ok(Ok(_))))
}
