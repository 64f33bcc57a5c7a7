//! A yamux connection as a session: one task drives it, handles ask it for streams.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use futures::io::{AsyncRead as _, AsyncWrite as _};
use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use yamux::{Config, Connection, ConnectionError, Mode};

type Wire = Compat<BufReader<FirstRead>>;

pub struct Session {
    requests: mpsc::UnboundedSender<Request>,
    driver: JoinHandle<Result<(), ConnectionError>>,
}

enum Request {
    Open(oneshot::Sender<Channel>),
    Close,
}

/// The streams the other end opens, and the moment its first bytes were read.
pub struct Inbound {
    pub streams: mpsc::UnboundedReceiver<Channel>,
    pub answered: oneshot::Receiver<()>,
}

impl Session {
    pub fn start(socket: TcpStream, mode: Mode) -> io::Result<(Session, Inbound)> {
        socket.set_nodelay(true)?;
        let (answer, answered) = oneshot::channel();
        let wire = BufReader::with_capacity(
            64 * 1024,
            FirstRead {
                socket,
                answer: Some(answer),
            },
        )
        .compat();
        let (requests, asked) = mpsc::unbounded_channel();
        let (accepted, streams) = mpsc::unbounded_channel();
        let driver = tokio::spawn(drive(Connection::new(wire, Config::default(), mode), asked, accepted));
        Ok((Session { requests, driver }, Inbound { streams, answered }))
    }

    pub async fn open(&self) -> io::Result<Channel> {
        let (reply, stream) = oneshot::channel();
        let _ = self.requests.send(Request::Open(reply));
        stream
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::NotConnected, "the session ended"))
    }

    /// Sends go-away and closes; in this library one does not come without the other.
    pub fn close(&self) {
        let _ = self.requests.send(Request::Close);
    }

    pub async fn ended(self) -> Result<(), ConnectionError> {
        self.driver.await.expect("the driver does not panic")
    }
}

/// The library makes progress only while it is polled, so one task polls for everything at once.
async fn drive(
    mut connection: Connection<Wire>,
    mut requests: mpsc::UnboundedReceiver<Request>,
    accepted: mpsc::UnboundedSender<Channel>,
) -> Result<(), ConnectionError> {
    let mut waiting: Option<oneshot::Sender<Channel>> = None;
    let mut closing = false;
    poll_fn(move |cx| loop {
        if closing {
            return connection.poll_close(cx);
        }
        if waiting.is_none() {
            match requests.poll_recv(cx) {
                Poll::Ready(Some(Request::Open(reply))) => waiting = Some(reply),
                Poll::Ready(Some(Request::Close)) => {
                    closing = true;
                    continue;
                }
                Poll::Ready(None) | Poll::Pending => {}
            }
        }
        if let Some(reply) = waiting.take() {
            match connection.poll_new_outbound(cx) {
                Poll::Ready(stream) => {
                    let _ = reply.send(Channel {
                        stream: stream?,
                        finished: false,
                    });
                    continue;
                }
                Poll::Pending => waiting = Some(reply),
            }
        }
        match ready!(connection.poll_next_inbound(cx)) {
            Some(stream) => drop(accepted.send(Channel {
                stream: stream?,
                finished: false,
            })),
            None => return Poll::Ready(Ok(())),
        }
    })
    .await
}

/// A stream that tells a reset from an end as long as it has not sent FIN: the library reports both as the end, and
/// once both directions have ended its state no longer says which one it was. Dropped without FIN it is reset.
pub struct Channel {
    stream: yamux::Stream,
    finished: bool,
}

impl AsyncRead for Channel {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let n = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer.initialize_unfilled()))?;
        if n == 0 && !self.finished && self.stream.is_closed() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        buffer.advance(n);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Channel {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_close(cx))?;
        self.finished = true;
        Poll::Ready(Ok(()))
    }
}

/// Yamux has no handshake, and the library tells nobody of pongs; but it pings at once, so the first bytes that are
/// read show that the other end took the session.
struct FirstRead {
    socket: TcpStream,
    answer: Option<oneshot::Sender<()>>,
}

impl AsyncRead for FirstRead {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            if let Some(answer) = self.answer.take() {
                let _ = answer.send(());
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for FirstRead {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
