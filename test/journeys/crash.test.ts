/** The server is killed while it works: everything that it acknowledged is stored, and no code is accepted twice. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type Engine, freePort, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { browser, type TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, told } from './application.ts'
import { type KillableServer, killableServer } from './killable-server.ts'

const scope = 'openid offline_access'
const applications = 40

/** What came of one code. `doubtful`: something was under way. */
interface Family {
  code: string
  access: string
  refresh: string
  /** The refresh token that was used up. */
  rotated: string | undefined
  revoked: boolean
  doubtful: boolean
}

/** What the server has said is so. */
interface Acknowledged {
  families: Family[]
  unused: string[]
  consents: Application[]
  /** Redemptions that were under way: they may have come to pass or not. */
  doubtful: string[]
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`killed, on ${engine}`, () => {
    let server: KillableServer
    let app: Application
    let person: TinyBrowser
    const closing: (() => Promise<void>)[] = []
    before(async () => {
      const database = await engines[engine]()
      const data = mkdtempSync(join(tmpdir(), 'gatehouse-crash-'))
      closing.push(
        () => database.close(),
        () => rm(data, { recursive: true, force: true }),
      )
      const first = await testApp(engine, { DATABASE_URL: database.url, DATA_DIR: data })
      const client = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope }
      await first.addClient({ ...client, client_id: 'app', policy: { consent: 'skip' } }, 'secret')
      for (let n = 0; n < applications; n++) await first.addClient({ ...client, client_id: `app-${n}` }, 'secret')
      await first.addAccount({ username: alice.username }, alice.password)
      await first.close()
      const issuer = `http://localhost:${await freePort()}`
      server = killableServer({ issuer, database: database.url, data })
      app = application({ issuer }, { id: 'app', secret: 'secret', scope })
      person = browser(issuer)
      await server.start()
      await app.arrive(person)
    })
    after(async () => {
      await server.kill()
      for (const close of closing.reverse()) await close()
    })

    /** Works until the server has ended, and returns what it had confirmed. */
    async function work(enough: (seen: Acknowledged) => boolean): Promise<Acknowledged> {
      const seen: Acknowledged = { families: [], unused: [], consents: [], doubtful: [] }
      const workers = [consenting(seen), ...Array.from({ length: 8 }, () => signingIn(seen))]
      while (!enough(seen)) await new Promise(setImmediate)
      await Promise.all([server.kill(), ...workers])
      return seen
    }

    async function signingIn(seen: Acknowledged): Promise<void> {
      const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      for (let n = 0; !server.hasEnded(); n++) {
        let code = ''
        try {
          const { headers } = await call(app.url(), { headers: { cookie } })
          const fresh = new URL(headers.get('location') as string).searchParams.get('code') as string
          if (n % 4 === 3) {
            seen.unused.push(fresh)
            continue
          }
          code = fresh
          const { access_token: access, refresh_token: rotated } = (await app.redeem(code)).body
          const family: Family = { code, access, refresh: rotated, rotated: undefined, revoked: false, doubtful: false }
          seen.families.push(family)
          code = ''
          if (n % 4 === 0) continue
          family.doubtful = true
          const refresh = (await app.refresh(rotated)).body.refresh_token
          Object.assign(family, { rotated, refresh, doubtful: false })
          if (n % 4 === 1) continue
          family.doubtful = true
          await app.post('/revoke', { token: refresh })
          Object.assign(family, { revoked: true, doubtful: false })
        } catch {
          if (code !== '') seen.doubtful.push(code)
          return
        }
      }
    }

    async function consenting(seen: Acknowledged): Promise<void> {
      for (let n = 0; n < applications; n++) {
        const one = application({ issuer: app.issuer }, { id: `app-${n}`, secret: 'secret', scope })
        try {
          if (told(await one.arrive(person))['code']) seen.consents.push(one)
        } catch {
          return
        }
      }
    }

    test('everything acknowledged is stored, and nothing happens twice', async () => {
      const seen = await work(({ families, consents }) => families.length >= 60 && consents.length >= 5)
      await server.start()
      const active = async (token: string) => (await app.post('/introspect', { token })).body.active
      for (const { access, refresh, rotated, revoked, doubtful } of seen.families) {
        if (doubtful) continue
        assert.deepEqual([await active(access), await active(refresh)], [!revoked, !revoked])
        if (rotated !== undefined) assert.equal(await active(rotated), false)
      }
      for (const one of seen.consents) assert.ok(told(await person.open(one.url({ prompt: 'none' })))['code'], one.id)
      for (const code of seen.unused) {
        assert.equal((await app.redeem(code)).status, 200)
        assert.equal((await app.redeem(code)).status, 400)
      }
      for (const code of seen.doubtful) {
        await app.redeem(code)
        assert.equal((await app.redeem(code)).status, 400)
      }
      for (const { code } of seen.families) assert.equal((await app.redeem(code)).status, 400)
    })
  })
}
