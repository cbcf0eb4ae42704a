/** The attributes that a tenant requires, at each way of self-registration. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { addDemoData } from '../../src/demo-data.ts'
import { attributeSchema } from '../../src/identity/attributes.ts'
import { random } from '../../src/platform.ts'
import type { Tenant } from '../../src/tenant.ts'
import type { Engine } from '../app.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { callback, shows } from './application.ts'
import { asked } from './json.ts'
import { headline, password, type SignUpStage, signUpStage } from './sign-up-setup.ts'

const unfit = 'more details are required here than when you signed up; sign up again, or ask an administrator for an account'
const closed = 'sign-up is closed here; ask an administrator for an account'
const plan = attributeSchema.parse({ name: 'plan', type: 'enum', values: ['free', 'paid'], writable_by: 'person', required: true })
const desk = attributeSchema.parse({ name: 'desk', title: 'Desk', type: 'number', min: 1, writable_by: 'person', required: true })
const shoe = attributeSchema.parse({ name: 'shoe', type: 'number', writable_by: 'person' })
const grade = attributeSchema.parse({ name: 'grade', type: 'string', required: true })

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attributes at sign-up, on ${engine}`, () => {
    let stage: SignUpStage
    before(async () => {
      stage = await signUpStage(engine)
    })
    after(async () => {
      await stage.gatehouse.close()
      assert.equal(stage.sink.waiting(), 0, 'no mail came that no test expects')
      await stage.sink.close()
    })
    const register = (rule: string, email: string, attributes?: object) =>
      asked(`${stage.gatehouse.issuer}/t/${rule}/api/v1/auth/register`, 'POST', { email, password, attributes })

    test('what a program says waits with the rest until the address is proven', async () => {
      const { store } = stage.tenant('private')
      assert.equal(await store.attributes.define(plan), 'defined')
      const email = stage.newcomer()
      const missing = await register('private', email)
      assert.deepEqual([missing.status, missing.body.errors], [422, [{ field: 'attributes.plan', rule: 'is missing' }]])
      assert.equal((await register('private', email, { plan: 'paid' })).status, 202)
      const browser = stage.gatehouse.browser()
      await browser.open(linkIn(await stage.sink.next()))
      assert.equal(headline(await browser.submit('confirm-sign-up', { password })), 'signed-up')
      assert.deepEqual((await store.accounts.byLogin(email))?.attributes, { plan: 'paid' })
    })

    test('an account that is no longer valid when its address is confirmed is not created, and its owner learns so', async () => {
      const { store } = stage.tenant('verified')
      const [browser, email] = [stage.gatehouse.browser(), stage.newcomer()]
      await stage.open(browser, 'verified')
      await stage.fill(browser, email)
      assert.equal(await store.attributes.define(plan), 'defined')
      await browser.open(linkIn(await stage.sink.next()))
      const page = await browser.submit('confirm-sign-up')
      assert.deepEqual([page.status, page.html.includes(unfit)], [403, true])
      assert.equal(await store.accounts.byLogin(email), undefined)
    })

    test('the page asks for what everybody must say, and for no more', async () => {
      const { store } = stage.tenant('unverified')
      for (const attribute of [plan, desk, shoe]) assert.equal(await store.attributes.define(attribute), 'defined')
      const [browser, email] = [stage.gatehouse.browser(), stage.newcomer()]
      const { html } = await stage.open(browser, 'unverified')
      assert.match(
        html,
        /<label for="attribute_desk">Desk<\/label>\s*<input id="attribute_desk"[^>]* required type="number" step="any" min="1" value="">/,
      )
      assert.match(html, /<select id="attribute_plan"[^>]* required>/)
      assert.doesNotMatch(html, /attribute_shoe/)
      const refused = await stage.fill(browser, email, { name: 'Ada', attribute_desk: '0', attribute_plan: '' })
      assert.ok(shows(refused, 'sign-up'))
      assert.equal(refused.status, 400)
      for (const [field, fault] of [
        ['desk', 'This must be a number, at least 1.'],
        ['plan', 'This is missing.'],
      ] as const) {
        assert.ok(refused.html.includes(`<p id="attribute_${field}-fault" class="fault">${fault}</p>`), fault)
        assert.match(
          refused.html,
          new RegExp(`id="attribute_${field}"[^>]* aria-describedby="attribute_${field}-fault" aria-invalid="true"`),
        )
      }
      for (const kept of [/name="name" value="Ada"/, /id="attribute_desk"[^>]* value="0"/]) assert.match(refused.html, kept)
      assert.equal(await store.accounts.byLogin(email), undefined)
      const forged = { attribute_grade: 'best', attribute_shoe: '44', attribute_role: 'superadmin' }
      const page = await stage.fill(browser, email, { attribute_desk: '7', attribute_plan: 'free', ...forged })
      assert.ok(shows(page, 'consent'))
      const account = await store.accounts.byLogin(email)
      assert.deepEqual([account?.attributes, account?.role], [{ plan: 'free', desk: 7 }, 'viewer'])
    })

    test('what is typed on the page waits with the rest until the address is proven', async () => {
      const { store } = stage.tenant('private')
      const [browser, email] = [stage.gatehouse.browser(), stage.newcomer()]
      await stage.open(browser, 'private')
      assert.equal(headline(await stage.fill(browser, email, { attribute_plan: 'free' })), 'sign-up-mail-sent')
      await browser.open(linkIn(await stage.sink.next()))
      await browser.submit('confirm-sign-up')
      assert.deepEqual((await store.accounts.byLogin(email))?.attributes, { plan: 'free' })
    })

    test('a required attribute that only administrators set closes sign-up on every path', async () => {
      const { gatehouse } = stage
      await gatehouse.app.tenants.create({ slug: 'ranks', name: 'Ranks' })
      await gatehouse.app.tenants.set('ranks', { sign_up_email: 'verified' })
      const tenant = (await gatehouse.app.tenant('ranks')) as Tenant
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid profile email' }, 'secret', tenant)
      const [browser, late] = [gatehouse.browser(), gatehouse.browser()]
      for (const one of [browser, late]) await stage.open(one, 'ranks')
      const [email, waiting] = [stage.newcomer(), stage.newcomer()]
      await stage.fill(late, waiting)
      const link = linkIn(await stage.sink.next())
      assert.equal(await tenant.store.attributes.define(grade), 'defined')
      const page = await stage.fill(browser, email)
      assert.deepEqual([page.status, page.html.includes(closed)], [403, true])
      for (const attributes of [undefined, { grade: 'best' }]) {
        const person = { email, password, attributes }
        for (const [path, body] of [
          ['/t/ranks/api/v1/auth/register', person],
          ['/register', { ...person, tenant_slug: 'ranks', username: 'newcomer' }],
        ] as const) {
          const answer = await asked(gatehouse.issuer + path, 'POST', body)
          assert.deepEqual([answer.status, answer.text.includes(closed)], [403, true], path)
        }
      }
      await late.open(link)
      const refused = await late.submit('confirm-sign-up')
      assert.deepEqual([refused.status, refused.html.includes(unfit)], [403, true])
      for (const login of [email, waiting]) assert.equal(await tenant.store.accounts.byLogin(login), undefined)
      gatehouse.advance(6) // until every node has seen it
      const signIn = await gatehouse.browser().open(stage.app('ranks').url())
      assert.ok(shows(signIn, 'sign-in'))
      assert.doesNotMatch(signIn.html, /id="sign-up"/, 'no link leads to a closed sign-up')
      await tenant.store.attributes.remove('grade')
      gatehouse.advance(6)
      await stage.open(browser, 'ranks')
      assert.equal(headline(await stage.fill(browser, email)), 'sign-up-mail-sent')
      await stage.sink.next()
    })

    test('the administrator of development mode is not made where everybody must have more', async () => {
      const { gatehouse } = stage
      await gatehouse.app.tenants.create({ slug: 'demo', name: 'Demo' })
      const tenant = (await gatehouse.app.tenant('demo')) as Tenant
      assert.equal(await tenant.store.attributes.define(grade), 'defined')
      assert.equal(await addDemoData(tenant, random), 'unfit')
      assert.equal(await tenant.store.accounts.count(), 0)
      await tenant.store.attributes.remove('grade')
      assert.ok(typeof (await addDemoData(tenant, random)) === 'object')
      assert.equal(await addDemoData(tenant, random), 'there')
    })
  })
}
