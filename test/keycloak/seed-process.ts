/** A Gatehouse process that is set up by nothing but the environment of the Auth Manager, as its README names it, on PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../app.ts'
import { startPostgres } from '../postgres-server.ts'
import type { Keycloak } from './server.ts'

const program = fileURLToPath(new URL('../../bin/gatehouse.js', import.meta.url))

export async function startSeedProcess(keycloak: Keycloak): Promise<{ issuer: string; close(): Promise<void> }> {
  const postgres = await startPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-seed-'))
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const env = {
    PATH: process.env['PATH'],
    APP_NAME: 'Auth Manager Service',
    APP_VERSION: '1.0.0',
    DEBUG: 'false',
    ENV: 'development',
    LOG_LEVEL: 'WARNING',
    DATABASE_URL: postgres.url.replace(/^postgres\w*:/, 'postgresql+asyncpg:'),
    DATABASE_POOL_SIZE: '10',
    KEYCLOAK_ISSUER: `${keycloak.server}/`,
    KEYCLOAK_REALM: keycloak.realm,
    KEYCLOAK_CLIENT_ID: keycloak.clientId,
    KEYCLOAK_CLIENT_SECRET: keycloak.clientSecret,
    KEYCLOAK_CONSENT_REDIRECT_URI: `${issuer}/v1/offline-token/callback`,
    KEYCLOAK_AFTER_CONSENT_REDIRECT_URI: 'http://localhost:3000/done',
    AUTH_MANAGER_TOKEN_VAULT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    STATE_TOKEN_SECRET: randomBytes(32).toString('base64'),
    STATE_TOKEN_EXPIRY: '600',
    CORS_ORIGINS: 'http://localhost:3000',
    CORS_ALLOW_CREDENTIALS: 'true',
    // Its port is taken on many machines.
    GATEHOUSE_LISTEN_PORT: String(port),
    GATEHOUSE_ISSUER: issuer,
  }
  const child = spawn(process.execPath, [program, 'dev'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] })
  await answering(child, issuer)
  return {
    issuer,
    async close() {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answering(child: ChildProcess, issuer: string): Promise<void> {
  for (let second = 0; second < 120; second++) {
    const isUp = await fetch(`${issuer}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    if (child.exitCode !== null) throw new Error(`Gatehouse ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error('Gatehouse did not start')
}
