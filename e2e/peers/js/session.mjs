// A libp2p muxer over a plain socket, without the rest of libp2p.
import { once } from 'node:events'
import { yamux } from '@chainsafe/libp2p-yamux'
import { defaultLogger } from '@libp2p/logger'
import { AbstractMessageStream } from '@libp2p/utils'

// The library calls this in ping(), and Node has it from 22 on. Without it no ping is ever sent, the round trip stays
// unknown and windows never grow.
Promise.withResolvers ??= function () {
  const deferred = {}
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }))
  return deferred
}

// A stream whose reader paused is reset when more than this is buffered (4 MiB unless told), yet its window grows to
// 16 MiB: a slow reader would be reset for what it was granted.
const streamOptions = { maxReadBufferLength: 32 << 20 }

/** The connection below a muxer. */
class SocketStream extends AbstractMessageStream {
  #socket

  constructor (socket, direction) {
    super({ log: defaultLogger().forComponent('yamux-peer'), direction })
    this.#socket = socket
    let failure
    socket.setNoDelay()
    socket.on('data', bytes => this.onData(bytes))
    socket.on('drain', () => this.safeDispatchEvent('drain'))
    socket.on('error', err => { failure = err })
    socket.on('close', () => this.onTransportClosed(failure))
  }

  sendData (data) {
    let canSendMore = true
    for (const bytes of data) {
      canSendMore = this.#socket.write(bytes)
    }
    return { sentBytes: data.byteLength, canSendMore }
  }

  sendReset () {
    this.#socket.resetAndDestroy()
  }

  sendPause () {
    this.#socket.pause()
  }

  sendResume () {
    this.#socket.resume()
  }

  async close () {
    if (this.#socket.closed) {
      return
    }
    setTimeout(() => this.#socket.destroy(), 5_000).unref()
    this.#socket.end()
    await once(this.#socket, 'close')
  }
}

export class Session {
  #wire

  /** Whether this end said go-away: what then becomes of the connection is no failure. */
  closing = false

  /** 'outbound' is the client. `onStream` gets each stream the other end opens. */
  constructor (socket, direction, onStream) {
    this.#wire = new SocketStream(socket, direction)
    this.muxer = yamux({ streamOptions })().createStreamMuxer(this.#wire)
    this.muxer.addEventListener('stream', ({ detail }) => onStream(detail))
    // Resolves with what broke the session, or with nothing.
    this.ended = new Promise(resolve => this.#wire.addEventListener('close', ({ error }) => resolve(error)))
    // A go-away has by now ended every stream; the library leaves the connection to others.
    this.#wire.addEventListener('message', () => {
      if (this.muxer.status === 'closed' && !this.closing) {
        this.#wire.close()
      }
    })
  }

  /** FIN on every open stream, then go-away; what the other end still sends arrives. */
  async goAway () {
    this.closing = true
    // The library forgets a ping it waits for when it closes, and aborts the session when the pong arrives.
    await this.muxer.ping({ signal: AbortSignal.timeout(10_000) }).catch(() => {})
    await this.muxer.close()
  }

  async close () {
    await this.goAway()
    await this.#wire.close()
  }
}

/** Calls back whenever the stream has handed over all it was given and takes more. */
export function onWritable (stream, callback) {
  // What is sent from within these events is queued by the library and then forgotten, hence the microtask.
  const check = () => queueMicrotask(() => {
    if (stream.writeBufferLength === 0 && !stream.writableNeedsDrain) {
      callback()
    }
  })
  stream.addEventListener('idle', check)
  stream.addEventListener('drain', check)
  return () => {
    stream.removeEventListener('idle', check)
    stream.removeEventListener('drain', check)
  }
}

export function address (text) {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

export async function listen (server, where) {
  server.listen(where)
  await once(server, 'listening')
  console.log(`listening ${server.address().port}`)
}
