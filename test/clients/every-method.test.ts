/** Every way to authenticate, under every security profile, with `openid-client` and with `oauth4webapi`, at one node and at two. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Engine } from '../app.ts'
import { selfSigned } from '../certificates.ts'
import { claimsOf } from '../journeys/application.ts'
import { fetchWith } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'
import { type Case, methods, openWorld, register, securityProfiles, type World } from './every-method.ts'
import { byOauth4webapi } from './journey-of-oauth4webapi.ts'
import { byOpenidClient } from './journey-of-openid-client.ts'

/** What a client with a library did: what it was given, by code and by refresh. */
export interface Travelled {
  access: string
  next: string
  refresh: string
  nextRefresh: string
  subjects: readonly string[]
  /** What the address at the application held. */
  response: URLSearchParams
}

const libraries: Record<string, (world: World, one: Case) => Promise<Travelled>> = {
  'openid-client': byOpenidClient,
  oauth4webapi: byOauth4webapi,
}
const members = { certificate: ['x5t#S256'], key: ['jkt'], nothing: [] }

for (const engine of Object.keys(engines) as Engine[])
  for (const nodes of [1, 2] as const)
    suite(`clients by method, profile and library, ${nodes === 1 ? 'one node' : 'two nodes'} on ${engine}`, () => {
      const trusted = getCACertificates('default')
      let world: World
      before(async () => {
        world = await openWorld(engine, nodes)
        setDefaultCACertificates([...trusted, world.ca]) // for the browser
      })
      after(async () => {
        setDefaultCACertificates(trusted)
        await world.close()
      })

      for (const [library, travel] of Object.entries(libraries))
        for (const profile of securityProfiles)
          for (const method of methods)
            test(`${library}: ${profile}, ${method}`, async () => {
              const one = await register(world, profile, method, library)
              if (!one) return
              const { access, next, refresh, nextRefresh, subjects, response } = await travel(world, one)
              for (const token of [access, next])
                assert.deepEqual(Object.keys(claimsOf(token)['cnf'] ?? {}), members[one.constraint], 'what binds it')
              assert.equal(new Set(subjects).size, 1)
              assert.equal(response.has('response'), one.signed)
              assert.equal(nextRefresh === refresh, profile.startsWith('fapi2'), 'FAPI 2.0 keeps the refresh token')
              await isRefusedAs(one, access)
            })

      /** Whoever has a token that is bound, and nothing else, has nothing. */
      async function isRefusedAs({ constraint }: Case, access_token: string): Promise<void> {
        const thief = fetchWith(await selfSigned(), world.ca)
        const answer = await thief(`${world.gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
        assert.equal(answer.status, constraint === 'nothing' ? 200 : 401)
      }
    })
