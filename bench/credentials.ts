/**
 * `npm run bench:credentials`: credentials per second for each format beside the bare signature, and what a trust chain costs a sign-in that is
 * found anew or known. In this process, with the rules and the store as they are, without HTTP. `--seconds 2`: for each row.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { credentialConfigurationSchema } from '../src/protocol/credential-configuration.ts'
import { issueCredentials } from '../src/protocol/features/credential-issuance/issue-credentials.ts'
import type { HolderKey } from '../src/protocol/features/credential-issuance/key-proofs.ts'
import { entitySchema } from '../src/protocol/federation/entity.ts'
import { findTrustChain } from '../src/protocol/federation/own-federation.ts'
import { trustChains } from '../src/protocol/federation/trust-chains.ts'
import type { Tenant } from '../src/tenant.ts'
import { type Engine, testApp } from '../test/app.ts'
import { type Entity, federation } from '../test/federation.ts'
import { startPostgres } from '../test/postgres-server.ts'
import { table } from './table.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '2' } } })
const seconds = Number(values.seconds)

/** Microseconds for one, of so many at a time. */
async function cost(work: () => unknown, atOnce: number): Promise<number> {
  await Promise.all(Array.from({ length: atOnce }, work))
  const begin = performance.now()
  let count = 0
  const line = async () => {
    for (; performance.now() - begin < seconds * 1000; count++) await work()
  }
  await Promise.all(Array.from({ length: atOnce }, line))
  return ((performance.now() - begin) * 1000) / count
}

const display = [{ name: 'Badge' }]
const claims = ['given_name', 'family_name', 'email'].map((name) => ({ name, source: `account.${name}` }))
const namespace = 'org.iso.18013.5.1'
const badges = [
  { id: 'sd-jwt', format: 'dc+sd-jwt', display, claims },
  { id: 'mdoc', format: 'mso_mdoc', doctype: 'org.iso.18013.5.1.mDL', display, claims: claims.map((one) => ({ ...one, namespace })) },
].map((one) => credentialConfigurationSchema.parse(one))

const holder = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }) as HolderKey
const bare = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const text = Buffer.alloc(900, 'x') // about what the signature of a credential covers

/** Each gets some hundreds of credentials, as many as one person has. */
const people = 100

async function issuing(engine: Engine): Promise<string[][]> {
  const gatehouse = await testApp(engine)
  await gatehouse.app.tenants.set('', { credentials_per_person: 1_000_000 })
  for (const one of badges) await gatehouse.root.store.credentialConfigurations.add(one)
  const person = { given_name: 'Ada', family_name: 'Lovelace' }
  const subjects: string[] = []
  for (let n = 0; n < people; n++)
    subjects.push(await gatehouse.addAccount({ username: `ada${n}`, email: `ada${n}@example.com`, claims: person }))
  let turn = 0
  const { ctx } = (await gatehouse.app.tenant('')) as Tenant
  const rows: string[][] = []
  for (const configuration of badges)
    for (const copies of [1, 10]) {
      const keys = Array.from({ length: copies }, () => holder)
      const issue = () => {
        const subject = subjects[turn++ % people] as string
        return issueCredentials(ctx, { configuration, subject, clientId: 'wallet', keys, fulfils: undefined })
      }
      const took = await cost(issue, 16)
      rows.push(row(`${configuration.format}, ${copies} ${copies === 1 ? 'copy' : 'copies'} a request, ${engine}`, took / copies))
    }
  await gatehouse.close()
  return rows
}

async function chains(): Promise<string[][]> {
  const gatehouse = await testApp('sqlite')
  await gatehouse.app.tenants.set('', { federation: true })
  const world = federation(gatehouse.now)
  const anchor = await world.entity()
  let entity: Entity = anchor
  for (let depth = 0; depth < 3; depth++) entity = await world.entity({ superiors: [entity] })
  const tenant = (await gatehouse.app.tenant('')) as Tenant
  await tenant.store.federation.put(entitySchema.parse({ role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] } }))
  const { anchors } = await tenant.store.federation.own()
  const anew = await cost(() => trustChains(tenant.ctx).find(anchors, entity.id), 4)
  const known = await cost(() => findTrustChain(tenant.ctx, entity.id), 16)
  await world.close()
  await gatehouse.close()
  return [row('trust chain of two intermediates, found anew', anew), row('the same, known', known)]
}

const row = (name: string, micros: number) => [name, Math.round(1_000_000 / micros).toLocaleString('en'), micros.toFixed(1)]
const server = await startPostgres({ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' })
process.env['GATEHOUSE_TEST_POSTGRES'] = server.url
const signature = await cost(() => sign('sha256', text, { key: bare, dsaEncoding: 'ieee-p1363' }), 1)
const rows = [row('bare ES256 signature', signature), ...(await issuing('sqlite')), ...(await issuing('postgres')), ...(await chains())]
process.stdout.write(`${table(['', 'per second', 'µs each'], rows)}\n`)
await server.stop()
