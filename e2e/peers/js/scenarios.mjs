// What a server does with a session to see whether the other end keeps yamux's promises.
import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { onWritable } from './session.mjs'

const BLOCK = 64 << 10

export const defaults = {
  echo: { streams: 64, parallel: 8, bytes: 64 << 10 },
  'half-close': { streams: 4, parallel: 2, bytes: 3_000_000 },
  reset: { streams: 4, parallel: 1, bytes: 1 << 20 },
  'go-away': { streams: 8, parallel: 8, bytes: 256 << 10 },
  ping: { streams: 10, parallel: 1, bytes: 1 << 20 },
  bulk: { streams: 1, parallel: 1, bytes: 64 << 20 },
  many: { streams: 10_000, parallel: 256, bytes: 1 << 10 }
}

export const scenarios = { echo, 'half-close': halfClose, reset, 'go-away': goAway, ping, bulk, many: echo }

async function echo (session, { streams, parallel, bytes }) {
  const start = Date.now()
  await inParallel(streams, parallel, () => oneEcho(session, bytes))
  return `${streams} streams of ${bytes} bytes, ${parallel} at once, ${Date.now() - start} ms`
}

async function halfClose (session, { streams, parallel, bytes }) {
  await inParallel(streams, parallel, () => roundTrip(session, bytes))
  return `${streams} streams, FIN after ${bytes} bytes, all came back before FIN`
}

async function bulk (session, { bytes }) {
  const start = performance.now()
  await roundTrip(session, bytes)
  const rate = bytes / (performance.now() - start) / 1e3
  return `${bytes} bytes each way, equal SHA-256, ${rate.toFixed(1)} MB/s`
}

async function reset (session, { streams, bytes }) {
  for (let i = 0; i < streams; i++) {
    const stream = await session.muxer.createStream()
    await exchange(stream, new Inflow(stream), bytes)
    stream.abort(new Error('reset by the scenario'))
  }
  await oneEcho(session, 64 << 10)
  return `${streams} streams aborted; a further stream works`
}

// The library's close sends FIN on every open stream and then go-away, so only answers are left to arrive.
async function goAway (session, { streams, bytes }) {
  const answers = []
  for (let i = 0; i < streams; i++) {
    const stream = await session.muxer.createStream()
    const inflow = new Inflow(stream)
    const sent = randomBytes(bytes)
    await write(stream, sent)
    answers.push([sent, inflow])
  }
  await session.goAway()
  const late = answers.filter(([, inflow]) => !inflow.ended).length
  for (const [sent, inflow] of answers) {
    await inflow.until(() => inflow.ended)
    expectEqual(sent, inflow.bytes())
  }
  return `${streams} streams finished, ${late} of them after go-away`
}

async function ping (session, { streams, bytes }) {
  let pinged = false
  const load = roundTrip(session, bytes, () => pinged)
  load.catch(() => {}) // reported below
  let longest = 0
  for (let i = 0; i < streams; i++) {
    const start = performance.now()
    await session.muxer.ping({ signal: AbortSignal.timeout(10_000) })
    longest = Math.max(longest, performance.now() - start)
    await sleep(100)
  }
  pinged = true
  await load
  return `${streams} of ${streams} answered beside a bulk stream, longest ${Math.round(longest * 1e3)} us`
}

async function oneEcho (session, bytes) {
  const stream = await session.muxer.createStream()
  const inflow = new Inflow(stream)
  await exchange(stream, inflow, bytes)
  await stream.close()
  await inflow.until(() => inflow.ended)
  expectEqual(Buffer.alloc(0), inflow.bytes())
}

// Writes random bytes and expects the same back; the stream stays open.
async function exchange (stream, inflow, size) {
  const sent = randomBytes(size)
  await Promise.all([write(stream, sent), inflow.until(() => inflow.received >= size)])
  expectEqual(sent, inflow.bytes())
}

// Sends at least `size` bytes and until `enough` says so, then FIN, and reads all of it back until FIN, in constant
// memory.
async function roundTrip (session, size, enough = () => true) {
  const stream = await session.muxer.createStream()
  const sent = createHash('sha256')
  const received = createHash('sha256')
  const inflow = new Inflow(stream, bytes => received.update(bytes))
  let total = 0
  const send = async () => {
    while (total < size || !enough()) {
      const block = randomFillSync(Buffer.allocUnsafeSlow(total < size ? Math.min(BLOCK, size - total) : BLOCK))
      sent.update(block)
      total += block.length
      await write(stream, block)
    }
    await stream.close()
  }
  await Promise.all([send(), inflow.until(() => inflow.ended)])
  const [expected, actual] = [sent.digest('hex'), received.digest('hex')]
  if (inflow.received !== total || expected !== actual) {
    throw new Error(`sent ${total} bytes, ${inflow.received} came back, SHA-256 ${expected} and ${actual}`)
  }
}

async function write (stream, bytes) {
  if (stream.send(bytes)) {
    return
  }
  await new Promise((resolve, reject) => {
    const closed = ({ error }) => reject(error ?? new Error('the session ended while writing'))
    stream.addEventListener('close', closed)
    const forget = onWritable(stream, () => {
      stream.removeEventListener('close', closed)
      forget()
      resolve()
    })
  })
}

/** What a stream has received, and how it ended. */
class Inflow {
  received = 0
  ended = false
  #chunks = []
  #failure
  #waiting

  constructor (stream, onBytes = bytes => this.#chunks.push(bytes)) {
    stream.addEventListener('message', ({ data }) => {
      this.received += data.byteLength
      for (const bytes of data instanceof Uint8Array ? [data] : data) {
        onBytes(bytes)
      }
      this.#check()
    })
    stream.addEventListener('remoteCloseWrite', () => {
      this.ended = true
      this.#failure ??= new Error(`FIN after ${this.received} bytes`)
      this.#check()
    })
    stream.addEventListener('close', ({ error }) => {
      this.#failure = error ?? this.#failure ?? new Error('the session ended before the stream')
      this.#check()
    })
  }

  async until (condition) {
    await new Promise((resolve, reject) => {
      this.#waiting = { condition, resolve, reject }
      this.#check()
    })
  }

  /** Everything that arrived since the last call. */
  bytes () {
    return Buffer.concat(this.#chunks.splice(0))
  }

  #check () {
    if (this.#waiting?.condition()) {
      this.#waiting.resolve()
    } else if (this.#failure != null) {
      this.#waiting?.reject(this.#failure)
    }
  }
}

function expectEqual (sent, received) {
  if (!sent.equals(received)) {
    throw new Error(`other bytes came back: ${received.length} of ${sent.length}`)
  }
}

async function inParallel (count, parallel, run) {
  let left = count
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, async () => {
    while (left-- > 0) {
      await run()
    }
  }))
}
