/** A server that is killed in the middle of a refresh, again and again: no entry is lost that could be kept, and a loss is told once. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectionSchema } from '../../src/connections/connection.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import { type Engine, freePort, testApp } from '../app.ts'
import { asked, bearer } from '../journeys/json.ts'
import { killableServer } from '../journeys/killable-server.ts'
import { engines } from '../postgres.ts'
import { type UpstreamAnswer, upstreamProvider } from '../upstream.ts'
import { seeded } from './order.ts'

/** People, each with one entry. */
const people = 4
/** Longest time from the answer of the provider to the kill, in milliseconds: about as long as a commit takes. */
const longest = 12

/** Where the refresh is when the server is killed: asked, and the provider has done nothing; answered, but not received; answered. */
const moments = ['asked', 'unanswered', 'answered'] as const

interface Ask {
  engine: Engine
  seed: number
  kills: number
  progress?(text: string): void
}

/** What happened, in words. Rejects when something is not as it must be. */
export async function killServers({ engine, seed, kills, progress }: Ask): Promise<string> {
  const stage = await openStage(engine)
  const chance = seeded(seed)
  const counts = { asked: 0, unanswered: 0, answered: 0, lost: 0, calls: 0 }
  try {
    for (let n = 1; n <= kills; n++) {
      const moment = moments[n % moments.length]!
      const strict = chance() < 0.5
      counts[moment]++
      counts.calls += await stage.killIn(moment, { strict, delay: Math.floor(chance() * longest), who: Math.floor(chance() * people) })
      counts.lost += await stage.check(strict && moment !== 'asked')
      if (n % 20 === 0) progress?.(`${engine}: ${n} kills`)
    }
  } finally {
    await stage.close()
  }
  const where = moments.map((moment) => `${counts[moment]} ${moment}`).join(', ')
  return `${kills} kills in mid-refresh (${where}) with ${counts.calls} callers: ${counts.lost} entries ended by a provider that takes each token once, each told once and given again; none lost that could be kept, none refreshed twice at once, no token of another owner`
}

async function openStage(engine: Engine) {
  const database = await engines[engine]()
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-kills-'))
  const upstream = await upstreamProvider()
  upstream.lifetime = 20 // less than an access token must last: each call refreshes
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const first = await testApp(engine, { DATABASE_URL: database.url, DATA_DIR: data, ISSUER: issuer })
  const { connections, store } = first.root
  const connection = { name: 'keycloak', issuer: upstream.issuer, client_id: upstream.clientId, vault: { enabled: true } }
  await store.connections.add(connectionSchema.parse(connection), connections.secrets.seal('keycloak', upstream.secret))
  await first.close()
  const { start, kill } = killableServer({ issuer, database: database.url, data })
  const tokens = Array.from({ length: people }, (_, n) =>
    bearer(upstream.accessTokenFor({ sub: nameOf(n), sid: `session of ${nameOf(n)}` })),
  )
  const ids: string[] = []

  const call = (method: string, path: string, n: number) => asked(issuer + path, method, undefined, tokens[n])

  async function consent(n: number): Promise<void> {
    const begun = await call('GET', '/v1/offline-token', n)
    assert.equal(begun.status, 200, begun.text)
    upstream.person = { sub: nameOf(n) }
    const { headers } = await fetch(begun.body.data.consent_url, { redirect: 'manual' })
    const kept = await asked(headers.get('location') as string, 'GET')
    assert.equal(kept.status, 200, kept.text)
    ids[n] = kept.body.data.persistent_token_id
  }

  /** A token for its owner; 'consent': the entry is over. */
  async function vended(n: number): Promise<'token' | 'consent'> {
    const { status, body, text } = await call('POST', `/v1/access-token?id=${ids[n]}`, n)
    if (status === 502 && body.reason === 'the person must consent again') return 'consent'
    assert.equal(status, 200, text)
    assert.equal(upstream.ownerOf(body.data.access_token), nameOf(n), 'a token of another owner')
    return 'token'
  }

  /** As when the time of all leases has passed. */
  async function leasesPass(): Promise<void> {
    const db = await openDatabase(database.url)
    await db.write(sql`update vault_entries set lease_until = 0 where tenant_id in (select id from tenants) returning id`)
    await db.close()
  }

  await start()
  for (let n = 0; n < people; n++) await consent(n)

  return {
    /** Callers ask at once; the server is killed in the refresh of one of them, and starts again. Returns how many asked. */
    async killIn(moment: (typeof moments)[number], { strict, delay, who }: { strict: boolean; delay: number; who: number }) {
      upstream.reuse = strict ? 'refused' : 'allowed'
      const killed = Promise.withResolvers<void>()
      const die = () => void kill().then(killed.resolve, killed.reject)
      upstream.down = moment === 'asked'
      upstream.twist.set('/token', async (answer): Promise<UpstreamAnswer> => {
        if (moment === 'answered') setTimeout(die, delay)
        else await kill().then(killed.resolve, killed.reject)
        return answer
      })
      const callers = Array.from({ length: 5 }, () => vended(who).catch(() => 'killed'))
      await Promise.all([killed.promise, ...callers])
      upstream.twist.clear()
      upstream.down = false
      await leasesPass()
      await start()
      return callers.length
    },
    /** Every entry opens, for its owner. `mayBeLost`: one may have ended, which is told without asking again; its owner consents again. */
    async check(mayBeLost: boolean): Promise<number> {
      let lost = 0
      for (let n = 0; n < people; n++) {
        await vended(n) // the refresh: where it is refused, the kept token is given once more
        if ((await vended(n)) === 'token') continue
        assert.ok(mayBeLost, 'an entry was lost that could be kept')
        const before = upstream.requests.filter(({ path }) => path === '/token').length
        assert.equal(await vended(n), 'consent')
        assert.equal(upstream.requests.filter(({ path }) => path === '/token').length, before, 'it was tried again')
        await consent(n)
        lost++
      }
      assert.ok(lost <= 1, 'more entries ended than were being refreshed')
      assert.ok(upstream.mostAtOnce() <= 1, `${upstream.mostAtOnce()} refreshes at once`)
      return lost
    },
    async close() {
      await kill()
      await upstream.close()
      await database.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const nameOf = (n: number) => `person ${n}`
