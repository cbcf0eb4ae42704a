/** `npm start`: Gatehouse in development mode, with the example application and the example API beside it. Options are those of `gatehouse dev`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const issuer = process.env['GATEHOUSE_ISSUER'] ?? 'http://localhost:8000'

const server = spawn(process.execPath, [fileOf('../bin/gatehouse.js'), 'dev', '--demo', ...process.argv.slice(2)], { stdio: 'inherit' })
const examples: ChildProcess[] = []
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => {
    stopping = true
    for (const child of [server, ...examples]) child.kill(signal)
  })
server.on('exit', (status) => {
  stopping = true
  for (const child of examples) child.kill()
  process.exitCode = status ?? 1
})

while (!stopping && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, 200))
for (const name of ['web-app.ts', 'api.ts']) if (!stopping) start(name)

async function isReady(): Promise<boolean> {
  return fetch(`${issuer}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** What an example prints does not matter here; that it has ended does. */
function start(name: string): void {
  const child = spawn(process.execPath, [fileOf(name)], { env: { ...process.env, ISSUER: issuer }, stdio: ['ignore', 'ignore', 'pipe'] })
  examples.push(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said = (said + part).slice(-2000)
  })
  child.on('exit', () => {
    const port = /EADDRINUSE.*:(\d+)/.exec(said)?.[1]
    if (!stopping) console.error(`The example ${name} has ended: ${port === undefined ? said : `port ${port} is used by another program.`}`)
  })
}
