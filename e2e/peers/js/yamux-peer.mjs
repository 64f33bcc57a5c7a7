// The other end of Culvert's raw dialect, on @chainsafe/libp2p-yamux.
import net from 'node:net'
import { parseArgs } from 'node:util'
import { runClient } from './client.mjs'
import { runServer } from './server.mjs'
import { address, listen } from './session.mjs'

const USAGE = `usage: yamux-peer client --connect HOST:PORT (--local HOST:PORT | --echo) [--go-away-after N] [--ping]
       yamux-peer server --control HOST:PORT --scenario NAME [--streams N] [--parallel N] [--bytes N] [--timeout SECONDS]
       yamux-peer service --listen HOST:PORT
`

const MODES = {
  client: [runClient, {
    connect: { type: 'string' },
    local: { type: 'string' },
    echo: { type: 'boolean' },
    'go-away-after': { type: 'string' },
    ping: { type: 'boolean' }
  }],
  server: [runServer, {
    control: { type: 'string' },
    scenario: { type: 'string' },
    streams: { type: 'string' },
    parallel: { type: 'string' },
    bytes: { type: 'string' },
    timeout: { type: 'string', default: '120' }
  }],
  service: [runService, { listen: { type: 'string', default: '127.0.0.1:0' } }]
}

const [run, options] = MODES[process.argv[2]] ?? usage('client, server or service?')
try {
  const { values } = parseArgs({ args: process.argv.slice(3), options })
  process.exit(await run(values))
} catch (err) {
  if (err instanceof TypeError && err.code?.startsWith('ERR_PARSE_ARGS')) {
    usage(err.message)
  }
  console.error(err)
  process.exit(1)
}

function usage (message) {
  process.stderr.write(`${message}\n${USAGE}`)
  process.exit(2)
}

// An echo service that keeps half-close, for when no test brings its own.
async function runService (options) {
  const server = net.createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  await listen(server, address(options.listen))
  return new Promise(() => {})
}
