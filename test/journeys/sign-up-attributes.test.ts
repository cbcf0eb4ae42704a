/** What a tenant asks of everybody, at each way to an account of one's own. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { attributeSchema } from '../../src/identity/attributes.ts'
import type { Engine } from '../house.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { shows } from './application.ts'
import { asked } from './json.ts'
import { headline, password, type SignUpStage, signUpStage } from './sign-up-stage.ts'

const unfit = 'more is asked of people here than when you signed up; ask an administrator for an account'
const plan = attributeSchema.parse({ name: 'plan', type: 'enum', values: ['free', 'paid'], writable_by: 'person', required: true })

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attributes at sign-up, on ${engine}`, () => {
    let stage: SignUpStage
    before(async () => {
      stage = await signUpStage(engine)
    })
    after(async () => {
      await stage.house.close()
      assert.equal(stage.sink.waiting(), 0, 'no mail came that no test expects')
      await stage.sink.close()
    })
    const register = (rule: string, email: string, attributes?: object) =>
      asked(`${stage.house.issuer}/t/${rule}/api/v1/auth/register`, 'POST', { email, password, attributes })

    test('what a program says waits with the rest until the address is proven', async () => {
      const { store } = stage.room('private')
      assert.equal(await store.attributes.define(plan), 'defined')
      const email = stage.newcomer()
      const missing = await register('private', email)
      assert.deepEqual([missing.status, missing.body.errors], [422, [{ field: 'attributes.plan', rule: 'is missing' }]])
      assert.equal((await register('private', email, { plan: 'paid' })).status, 202)
      const browser = stage.house.browser()
      await browser.open(linkIn(await stage.sink.next()))
      assert.equal(headline(await browser.submit('confirm-sign-up', { password })), 'signed-up')
      assert.deepEqual((await store.accounts.byLogin(email))?.attributes, { plan: 'paid' })
    })

    test('an account that no longer fits when its address is proven is not made, and its owner is told', async () => {
      const { store } = stage.room('verified')
      const [browser, email] = [stage.house.browser(), stage.newcomer()]
      await stage.open(browser, 'verified')
      await stage.fill(browser, email)
      assert.equal(await store.attributes.define(plan), 'defined')
      await browser.open(linkIn(await stage.sink.next()))
      const page = await browser.submit('confirm-sign-up')
      assert.deepEqual([page.status, page.html.includes(unfit)], [403, true])
      assert.equal(await store.accounts.byLogin(email), undefined)
    })

    test('the page says that it cannot ask for it', async () => {
      const { store } = stage.room('unverified')
      assert.equal(await store.attributes.define(plan), 'defined')
      const [browser, email] = [stage.house.browser(), stage.newcomer()]
      await stage.open(browser, 'unverified')
      const page = await stage.fill(browser, email)
      assert.ok(shows(page, 'sign-up'))
      assert.deepEqual([page.status, page.html.includes('More is asked of people here than this page can ask.')], [400, true])
      assert.equal(await store.accounts.byLogin(email), undefined)
    })
  })
}
