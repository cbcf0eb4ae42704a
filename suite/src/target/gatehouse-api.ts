/** An API with Gatehouse's guard, in a process of its own, which trusts the certificate of the server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Unjudgeable } from '../errors.ts'
import { type Around, freePort, passOn } from './proxy.ts'
import type { Api } from './target.ts'

const program = fileURLToPath(new URL('guarded-api.ts', import.meta.url))

export function apiAt(port: number): Api {
  const identifier = `http://localhost:${port}/notes`
  return { identifier, scope: 'notes:read', step_up_url: `${identifier}/recent` }
}

interface Start {
  issuer: string
  caFile: string
  /** Where callers reach it. */
  port: number
  around: Around | undefined
}

export async function startApi({ issuer, caFile, port, around }: Start): Promise<{ stop(): void }> {
  const inner = around ? await freePort() : port
  const { identifier, scope } = apiAt(port)
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile, ISSUER: issuer, RESOURCE: identifier, SCOPE: scope, PORT: String(inner) }
  const api = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => api.kill())
  await Promise.race([once(api.stdout, 'data'), once(api, 'exit')])
  if (api.exitCode !== null) throw new Unjudgeable(`the API ended with status ${api.exitCode} before it was ready`)
  const proxy = around && createServer(around(passOn([inner]))).listen(port, 'localhost')
  return {
    stop() {
      proxy?.close()
      proxy?.closeAllConnections()
      api.kill()
    },
  }
}
