/** Proof key for code exchange, from the request to the code's redemption — RFC 7636, RFC 9700 §2.1.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, callback, challenge, type Fields, verifier } from './application.ts'

const none = { code_challenge: undefined, code_challenge_method: undefined }

/** A request, a redemption of its code, and whether it works. */
const rows: Record<string, [asked: Fields, redeemed: Fields, good: boolean]> = {
  'the right verifier': [{}, {}, true],
  'of 43 characters': [{ code_challenge: sha256('a'.repeat(43)) }, { code_verifier: 'a'.repeat(43) }, true],
  'of 128 characters': [{ code_challenge: sha256('-._~'.repeat(32)) }, { code_verifier: '-._~'.repeat(32) }, true],
  'no verifier': [{}, { code_verifier: undefined }, false],
  'an empty verifier': [{}, { code_verifier: '' }, false],
  'another verifier': [{}, { code_verifier: `${verifier}x` }, false],
  'the challenge as verifier': [{}, { code_verifier: challenge }, false],
  'of 42 characters': [{ code_challenge: sha256('a'.repeat(42)) }, { code_verifier: 'a'.repeat(42) }, false],
  'of 129 characters': [{ code_challenge: sha256('a'.repeat(129)) }, { code_verifier: 'a'.repeat(129) }, false],
  'with a character that none may have': [{ code_challenge: sha256(`${verifier}+`) }, { code_verifier: `${verifier}+` }, false],
  'in another case': [{}, { code_verifier: verifier.toUpperCase() }, false],
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`PKCE, on ${engine}`, () => {
    let gatehouse: TestApp
    let browser: TinyBrowser
    const apps: Record<string, Application> = {}
    before(async () => {
      gatehouse = await testApp(engine)
      const client = { redirect_uris: [callback], policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...client, client_id: 'public', token_endpoint_auth_method: 'none' })
      await gatehouse.addClient({ ...client, client_id: 'confidential' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'legacy', policy: { consent: 'skip', pkce: 'optional' } }, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      for (const id of ['public', 'confidential', 'legacy'])
        apps[id] = application(gatehouse, id === 'public' ? { id } : { id, secret: 'secret' })
      browser = gatehouse.browser()
      await apps['public']!.arrive(browser)
    })
    after(() => gatehouse.close())

    for (const id of ['public', 'confidential', 'legacy']) {
      for (const [name, [asked, redeemed, good]] of Object.entries(rows)) {
        test(`${id}: ${name}`, async () => {
          const app = apps[id]!
          const code = await app.code(browser, asked)
          const { status, body } = await app.redeem(code, redeemed)
          assert.equal(good ? status : body.error, good ? 200 : 'invalid_grant')
          if (good) return
          const { code_challenge = challenge } = asked
          if (code_challenge === challenge) assert.equal((await app.redeem(code)).status, 200) // a wrong verifier does not spend it
        })
      }
    }

    test('optional: neither challenge nor verifier', async () => {
      const app = apps['legacy']!
      assert.equal((await app.redeem(await app.code(browser, none), { code_verifier: undefined })).status, 200)
    })
    test('optional: a verifier without a challenge is a sign of an attack', async () => {
      const app = apps['legacy']!
      assert.equal((await app.redeem(await app.code(browser, none))).body.error, 'invalid_grant')
    })
    test('required: no challenge, no code', async () => {
      await assert.rejects(apps['confidential']!.code(browser, none), /invalid_request/)
    })
  })
}
