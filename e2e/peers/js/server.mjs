// Accepts one Culvert client and runs a scenario on it.
import { once } from 'node:events'
import net from 'node:net'
import { defaults, scenarios } from './scenarios.mjs'
import { address, listen, Session } from './session.mjs'

export async function runServer (options) {
  const name = options.scenario
  if (options.control == null || !(name in scenarios)) {
    console.error(`--control, and --scenario ${Object.keys(scenarios).join('|')}`)
    return 2
  }
  const size = { ...defaults[name] }
  for (const key of ['streams', 'parallel', 'bytes']) {
    size[key] = Number(options[key] ?? size[key])
  }

  let report
  const reported = new Promise(resolve => { report = resolve })
  setTimeout(() => report([1, `FAIL ${name} not done within ${options.timeout} s`]), options.timeout * 1000).unref()
  // The library sends some frames from microtasks, where a session that is gone throws at nobody.
  process.on('uncaughtException', err => report([1, `FAIL ${name} ${err.message}`]))
  run(name, size, address(options.control))
    .then(detail => report([0, `PASS ${name} ${detail}`]), err => report([1, `FAIL ${name} ${err.message}`]))
  const [code, line] = await reported
  console.log(line)
  return code
}

async function run (name, size, control) {
  const server = net.createServer()
  await listen(server, control)
  const [socket] = await once(server, 'connection')
  server.close()
  // A client opens no streams in the raw dialect.
  const session = new Session(socket, 'inbound', stream => stream.abort(new Error('not expected')))
  const detail = await scenarios[name](session, size)
  await session.close()
  return detail
}
