/** Fills a database with many tenants. Rows are written through the store's own ports; keys come when a tenant is first asked. */
import { join } from 'node:path'
import { type App, openApp } from '../src/app.ts'
import { loadConfig } from '../src/config/load.ts'
import { importedSecrets } from '../src/crypto/imported-secrets.ts'
import { unlock } from '../src/crypto/installation.ts'
import { readKek } from '../src/crypto/kek.ts'
import { sealer } from '../src/crypto/seal.ts'
import { tokens } from '../src/crypto/tokens.ts'
import { logger, readFile, systemPlatform } from '../src/platform.ts'
import { readClient } from '../src/protocol/register.ts'
import { openDatabase } from '../src/store/open.ts'
import { systemStore } from '../src/store/system.ts'
import { tenantStore } from '../src/store/tenant.ts'
import { answerAsks } from './child.ts'

const secret = 'one-secret-for-all-clients-of-the-bench'

answerAsks({ fill })

interface Place {
  folder: string
  port: number
}
const platform = systemPlatform(logger({ level: 'warn', format: 'json' }))

function appIn({ folder, port }: Place): Promise<App> {
  const loaded = loadConfig({ mode: 'dev', env: { ...envOf(folder), GATEHOUSE_LISTEN_PORT: String(port) }, readFile })
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
  return openApp(loaded.config, platform, { migrations: 'apply', makeKey: true })
}

function envOf(folder: string): Record<string, string> {
  return {
    GATEHOUSE_LISTEN_HOST: '127.0.0.1',
    GATEHOUSE_DATA_DIR: folder,
    GATEHOUSE_DATABASE_URL: `sqlite:${join(folder, 'gatehouse.db')}`,
  }
}

/** In a separate process, so that the memory used for filling the database is not counted. Returns the secret of all clients. */
async function fill({ tenants, clients, ...place }: Place & { tenants: number; clients: number }): Promise<{ secret: string }> {
  const { folder } = place
  const app = await appIn(place)
  const db = await openDatabase(`sqlite:${join(folder, 'gatehouse.db')}`)
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
    const hash = tokens(installation.keys(id), platform.random, importedSecrets(platform)).hashSecret(secret)
    const add = (n: number) => {
      const metadata = {
        client_id: `c${n}`,
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'work',
      }
      return clientsAdmin.add(
        readClient(app.server, ['ES256', 'RS256'], metadata, () => ''),
        [{ id: 's', hash, createdAt: platform.now() }],
      )
    }
    await Promise.all(Array.from({ length: each }, (_, i) => add(t * each + i)))
  }
  await db.close()
  await app.close()
  return { secret }
}
