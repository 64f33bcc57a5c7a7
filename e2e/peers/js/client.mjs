// Dials Culvert's control port and serves the streams it opens.
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { address, onWritable, Session } from './session.mjs'

export async function runClient (options) {
  if (options.connect == null || (options.local == null) !== (options.echo === true)) {
    console.error('--connect, and one of --local and --echo')
    return 2
  }
  const socket = net.connect(address(options.connect))
  await once(socket, 'connect')

  let ended = 0
  const serve = options.echo ? echo : stream => bridge(stream, options.local)
  const session = new Session(socket, 'outbound', stream => {
    stream.addEventListener('close', () => {
      ended++
      // Go-away comes with a FIN on every stream, so it waits for them instead of cutting their answers short.
      if (ended === Number(options['go-away-after'])) {
        setImmediate(() => session.close())
      }
    })
    serve(stream)
  })
  // Yamux has no handshake: a first pong is what shows that the server took the session.
  const ready = session.muxer.ping({ signal: AbortSignal.timeout(10_000) }).then(() => true)
  if (!await Promise.race([ready, session.ended.then(() => false)])) {
    console.error('the server closed before it answered a ping')
    return 1
  }
  console.log('ready')

  let pings = 0
  if (options.ping) {
    pingWhileOpen(session, () => pings++)
  }
  const failure = await session.ended
  await sleep(100) // resets for local services are still on their way
  if (options.ping) {
    console.log(`pings ${pings}`)
  }
  if (failure != null && !session.closing) {
    console.error('session ended:', failure.message)
    return 1
  }
  return 0
}

async function pingWhileOpen (session, onPong) {
  while (session.muxer.status === 'open') {
    try {
      await session.muxer.ping()
      onPong()
    } catch (err) {
      console.error('ping:', err.message)
    }
    await sleep(100)
  }
}

function echo (stream) {
  stream.addEventListener('message', ({ data }) => {
    if (stream.writeStatus === 'writable' && !stream.send(data)) {
      pause(stream)
    }
  })
  onWritable(stream, () => resume(stream))
  stream.addEventListener('end', () => stream.close().catch(() => {}))
}

function bridge (stream, local) {
  const service = net.connect({ ...address(local), allowHalfOpen: true })
  let received = false
  let sent = false
  service.on('error', err => {
    console.error(`stream ${stream.id}:`, err.message)
    stream.abort(err)
  })
  service.on('data', bytes => {
    if (stream.writeStatus === 'writable' && !stream.send(bytes)) {
      service.pause()
    }
  })
  onWritable(stream, () => service.resume())
  const endOfService = () => {
    sent = true
    stream.close().catch(() => {})
  }
  service.on('end', () => {
    if (service.writableEnded) {
      endOfService()
      return
    }
    // Node tells of a reset that comes right behind bytes as of an end: libuv takes the hang-up for one. A write, though
    // of nothing, still fails with what it was, and 'error' above passes it on.
    service.write(new Uint8Array(0), err => {
      if (err == null) {
        endOfService()
      }
    })
  })

  stream.addEventListener('message', ({ data }) => {
    let writable = true
    for (const bytes of data instanceof Uint8Array ? [data] : data) {
      writable = service.write(bytes)
    }
    if (!writable) {
      pause(stream)
    }
  })
  service.on('drain', () => resume(stream))
  stream.addEventListener('remoteCloseWrite', () => { received = true })
  // When a session dies the library's streams end as if by FIN; only the event above tells the two apart.
  stream.addEventListener('end', () => received ? service.end() : service.resetAndDestroy())
  stream.addEventListener('close', ({ error }) => {
    if (error != null || !received || !sent) {
      service.resetAndDestroy()
    }
  })
}

const resuming = new WeakSet()

function pause (stream) {
  // Paused by what resume() delivers, a stream would go on granting window until its read buffer is too long.
  if (resuming.has(stream)) {
    queueMicrotask(() => pause(stream))
  } else if (stream.readStatus === 'readable') {
    stream.pause()
  }
}

function resume (stream) {
  if (stream.readStatus !== 'paused') {
    return
  }
  resuming.add(stream)
  try {
    stream.resume()
  } catch (err) { // it grants more window at once, and the session may be gone
    stream.abort(err)
  } finally {
    resuming.delete(stream)
  }
}
