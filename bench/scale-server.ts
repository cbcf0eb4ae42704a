/** A server with many tenants, as a process of the bench. Rows are written through the store's own ports; keys come when a tenant is first asked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../src/config/load.ts'
import { logger, readFile, systemPlatform } from '../src/platform.ts'
import { readClient } from '../src/protocol/register.ts'
import { importedSecrets } from '../src/secrets/imported-secrets.ts'
import { unlock } from '../src/secrets/installation.ts'
import { readKek } from '../src/secrets/kek.ts'
import { sealer } from '../src/secrets/seal.ts'
import { tokens } from '../src/secrets/tokens.ts'
import { openHouse } from '../src/server.ts'
import { openDatabase } from '../src/store/open.ts'
import { systemStore } from '../src/store/system.ts'
import { tenantStore } from '../src/store/tenant.ts'
import { answerAsks } from './child.ts'
import { freePort } from './free-port.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-scale-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const secret = 'one-secret-for-all-clients-of-the-bench'

answerAsks({ fill, memory })

async function fill({ tenants, clients }: { tenants: number; clients: number }): Promise<{ origin: string; secret: string }> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const env = {
    GATEHOUSE_ISSUER: origin,
    GATEHOUSE_LISTEN_HOST: '127.0.0.1',
    GATEHOUSE_LISTEN_PORT: String(port),
    GATEHOUSE_DATABASE_URL: `sqlite:${join(folder, 'gatehouse.db')}`,
    GATEHOUSE_DATA_DIR: folder,
  }
  const loaded = loadConfig({ mode: 'dev', env, readFile })
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
  const platform = systemPlatform(logger({ level: 'warn', format: 'json' }))
  const house = await openHouse(loaded.config, platform, { migrations: 'apply', makeKey: true })

  const db = await openDatabase(loaded.config.database_url)
  const system = systemStore(db)
  const installation = await unlock(
    system.installation,
    sealer([await readKek(join(folder, 'key-encryption-key'), { strict: true })], platform.random),
    platform.random,
  )
  const each = Math.ceil(clients / tenants)
  for (let t = 0; t < tenants; t += 100) {
    await Promise.all(Array.from({ length: Math.min(100, tenants - t) }, (_, i) => addTenant(t + i)))
  }
  async function addTenant(t: number): Promise<void> {
    const id = `tenant-${t}`
    await system.tenants.add({
      id,
      slug: `t${t}`,
      name: `Tenant ${t}`,
      host: undefined,
      settings: {},
      status: 'active',
      createdAt: platform.now(),
    })
    const { clientsAdmin } = tenantStore(db, id, platform.now)
    const hash = tokens(installation, id, platform.random, importedSecrets(platform)).hashSecret(secret)
    const add = (n: number) => {
      const metadata = {
        client_id: `c${n}`,
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'work',
      }
      return clientsAdmin.add(
        readClient(house.server, ['ES256', 'RS256'], metadata, () => ''),
        [{ id: 's', hash, createdAt: platform.now() }],
      )
    }
    await Promise.all(Array.from({ length: each }, (_, i) => add(t * each + i)))
  }
  await db.close()
  await house.serve()
  return { origin, secret }
}

/** Resident, in MB. */
function memory(): number {
  return Math.round(process.memoryUsage.rss() / 1_048_576)
}
