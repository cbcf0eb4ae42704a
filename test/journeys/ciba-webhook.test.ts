/** People who are told of requests for their approval by a webhook of the tenant — OpenID Connect CIBA Core §7, Standard Webhooks 1.0.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { signWebhook } from '../../src/crypto/webhook-secret.ts'
import { setStatus } from '../../src/identity/accounts.ts'
import { approvalEvent } from '../../src/identity/webhooks.ts'
import { type Engine, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Received, receiver } from '../receiver.ts'
import { alice, application, claimsOf, shows } from './application.ts'
import { usual } from './ciba-stage.ts'
import { type ApprovalStage, approvalStage, loop } from './ciba-webhook-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`people who are told by a webhook, on ${engine}`, () => {
    let on: ApprovalStage
    before(async () => {
      on = await approvalStage(engine)
    })
    beforeEach(() => on.anew())
    after(() => on.close())

    test('the whole way: a signed message with the link, sign-in, approval, tokens', async () => {
      const hook = await on.webhook()
      const { gatehouse, subject } = on.stage
      const phone = { phone_number: '+12025550123', phone_number_verified: true }
      await gatehouse.root.store.accounts.change(subject, { claims: { ...phone, email_verified: true, birthdate: '1815-12-10' } })
      const id = await on.asked({ binding_message: 'W4SCT', requested_expiry: '300' })
      const [{ body, headers }] = (await hook.until(1)) as [Received]
      const { type, timestamp, issuer, data } = JSON.parse(body)
      assert.deepEqual([type, issuer], [approvalEvent, gatehouse.issuer])
      assert.equal(timestamp, new Date(gatehouse.now() * 1000).toISOString())
      const { url, ...rest } = data
      assert.deepEqual(rest, {
        id: headers['webhook-id'],
        user: {
          sub: subject,
          username: alice.username,
          email: 'alice@example.org',
          email_verified: true,
          ...phone,
        },
        client: { id: 'bank', name: 'Bank' },
        binding_message: 'W4SCT',
        expires_at: new Date((gatehouse.now() + 300) * 1000).toISOString(),
      })
      const signed = { id: String(headers['webhook-id']), timestamp: Number(headers['webhook-timestamp']), body }
      assert.equal(signed.timestamp, gatehouse.now())
      assert.equal(headers['webhook-signature'], signWebhook(hook.secret, signed))
      assert.equal(await on.stage.error(id), 'authorization_pending')
      assert.ok(shows(await gatehouse.browser().open(url), 'sign-in'), 'so a preview of the link ends nothing')
      assert.match((await on.stage.answered(url, 'allow')).html, /id="request-allowed"/)
      const { id_token } = (await on.stage.poll(id)).body
      assert.equal(claimsOf(id_token).sub, subject)
      await loop(async () => (await on.waiting()).length === 0)
      assert.deepEqual([hook.received().length, on.stage.sink.waiting(), await on.losses(hook.name)], [1, 0, []], 'and no mail')
    })

    test('one that asks for everything of the audit log gets no link, and the person a mail', async () => {
      const hook = await on.webhook({ events: ['*'] })
      const { link } = await on.stage.begin()
      await on.stage.gatehouse.app.deliverDue()
      assert.ok(link.includes('/approve?request='))
      assert.deepEqual(
        hook.received().filter(({ body }) => body.includes('/approve') || body.includes(approvalEvent)),
        [],
      )
    })

    test('it reaches people without an address; whoever has no account or is suspended is asked nothing', async () => {
      const hook = await on.webhook()
      await on.asked({ login_hint: 'homer' })
      const [{ body }] = (await hook.until(1)) as [Received]
      const { sub: _, ...homerIs } = JSON.parse(body).data.user
      const unverified = { email_verified: false, phone_number_verified: false }
      assert.deepEqual(homerIs, { username: 'homer', email: null, phone_number: null, ...unverified })
      const { accounts, store } = on.stage.gatehouse.root
      const homer = (await store.accounts.byLogin('homer'))!.subject
      await setStatus(accounts, homer, 'suspended')
      for (const login_hint of ['nobody', 'homer']) assert.equal((await on.stage.ask({ login_hint })).body.error, 'unknown_user_id')
      await setStatus(accounts, homer, 'active')
      await on.stage.gatehouse.app.deliverDue()
      assert.equal(hook.received().length, 1)
    })

    test('what was answered is sent nowhere any more, which is no loss', async () => {
      const [up, down] = [await on.webhook(), await on.webhook()]
      on.refusing(down)
      await on.asked()
      const [{ body }] = (await up.until(1)) as [Received]
      await down.until(1)
      await on.attempted()
      await on.stage.answered(JSON.parse(body).data.url, 'deny')
      on.stage.gatehouse.advance(61)
      await on.stage.gatehouse.app.deliverDue()
      assert.deepEqual([down.received().length, await on.waiting(), await on.losses(down.name)], [1, [], []])
    })

    test('nor is what a person is asked who was suspended since', async () => {
      const hook = await on.webhook()
      on.refusing(hook)
      await on.asked({ login_hint: 'homer' })
      await hook.until(1)
      await on.attempted()
      const { accounts, store } = on.stage.gatehouse.root
      const homer = (await store.accounts.byLogin('homer'))!.subject
      await setStatus(accounts, homer, 'suspended')
      on.stage.gatehouse.advance(61)
      await on.stage.gatehouse.app.deliverDue()
      assert.deepEqual([hook.received().length, await on.waiting(), await on.losses(hook.name)], [1, [], []])
      await setStatus(accounts, homer, 'active')
    })

    test('nor is what a client asked that was disabled since', async () => {
      const hook = await on.webhook()
      on.refusing(hook)
      await on.asked({}, on.stage.other)
      await hook.until(1)
      await on.attempted()
      const { clientsAdmin } = on.stage.gatehouse.root.store
      await clientsAdmin.setStatus('other', 'disabled')
      on.stage.gatehouse.advance(61)
      await on.stage.gatehouse.app.deliverDue()
      assert.deepEqual([hook.received().length, await on.waiting(), await on.losses(hook.name)], [1, [], []])
      await clientsAdmin.setStatus('other', 'active')
    })

    test('one that is disabled, removed or asks for other events gets nothing of what waited, and people get mails again', async () => {
      const { webhooks } = on.stage.gatehouse.root.store
      const [disabled, removed, changed] = [await on.webhook(), await on.webhook(), await on.webhook()]
      const hooks = [disabled, removed, changed]
      for (const hook of hooks) on.refusing(hook)
      await on.asked()
      for (const { until } of hooks) await until(1)
      await on.attempted()
      await webhooks.replace({ ...disabled.declared, enabled: false })
      await webhooks.remove(removed.name)
      await webhooks.replace({ ...changed.declared, events: ['*'] })
      on.stage.gatehouse.advance(61)
      await on.stage.gatehouse.app.deliverDue()
      const got = hooks.map(({ received }) => received().filter(({ body }) => body.includes('/approve')).length)
      assert.deepEqual([got, await on.waiting()], [[1, 1, 1], []])
      for (const { name } of hooks) assert.deepEqual(await on.losses(name), [])
      assert.deepEqual((await on.stage.begin()).mail.recipients, ['alice@example.org'])
    })

    test('a person is asked so often and not more, by whatever way', async () => {
      const hook = await on.webhook()
      for (let i = 0; i < 5; i++) await on.asked()
      assert.equal((await on.stage.ask()).status, 429)
      await hook.until(5)
      await loop(async () => (await on.waiting()).length === 0)
      assert.equal(hook.received().length, 5)
    })

    test('ten webhooks are told of a request, each in its own way, and no more', async () => {
      const hooks = await Promise.all(Array.from({ length: 12 }, () => on.webhook()))
      await on.asked()
      await loop(async () => hooks.filter(({ received }) => received().length > 0).length === 10)
      await loop(async () => (await on.waiting()).length === 0)
      const received = hooks.flatMap((hook) => hook.received())
      assert.equal(received.length, 10)
      assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1)
      assert.equal(new Set(received.map(({ headers }) => headers['webhook-signature'])).size, 10)
    })

    test('a tenant tells its own people, by its own webhooks, of its own links', async () => {
      const { gatehouse } = on.stage
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const acme = (await gatehouse.app.tenant('acme'))!
      await gatehouse.addClient({ ...usual, client_id: 'bank' }, 'secret', acme)
      await gatehouse.addAccount({ username: alice.username }, alice.password, acme)
      const issuer = `${gatehouse.issuer}/t/acme`
      const theirs = application(gatehouse, { id: 'bank', secret: 'secret', issuer })
      const here = await on.webhook()
      assert.equal((await on.stage.ask({}, theirs)).body.error, 'unknown_user_id', 'a webhook of another tenant is none of its own')
      const there = await on.webhook({ tenant: acme })
      await on.asked({}, theirs)
      const [{ body }] = (await there.until(1)) as [Received]
      const { url } = JSON.parse(body).data
      assert.ok(url.startsWith(`${issuer}/backchannel_authentication/approve?`))
      const elsewhere = url.replace('/t/acme', '')
      assert.match((await gatehouse.browser().open(elsewhere)).html, /this request no longer waits/)
      await on.asked()
      await here.until(1)
      assert.deepEqual([here.received().length, there.received().length], [1, 1])
      on.refusing(there)
      await on.asked({}, theirs)
      await there.until(2)
      await gatehouse.app.tenants.setStatus('acme', 'suspended')
      gatehouse.advance(61)
      await gatehouse.app.deliverDue()
      assert.equal(there.received().length, 2, 'nothing while it is suspended')
    })
  })

  test(`without mail, too, on ${engine}`, async () => {
    const gatehouse = await testApp(engine, {}, (config) => ({ ...config, mail: {} }))
    const remote = await receiver()
    try {
      await gatehouse.addClient({ ...usual, client_id: 'bank' }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.org' }, alice.password)
      const bank = application(gatehouse, { id: 'bank', secret: 'secret' })
      const ask = () => bank.post('/backchannel_authentication', { scope: 'openid', login_hint: alice.username })
      assert.equal((await ask()).body.error, 'unknown_user_id')
      const { store, webhooks } = gatehouse.root
      await store.webhooks.add(
        { name: 'one', url: remote.url, events: [approvalEvent], enabled: true },
        webhooks.seal('one', webhooks.newSecret()),
      )
      assert.equal((await ask()).status, 200)
      await loop(async () => remote.received.length > 0)
    } finally {
      await gatehouse.close()
      await remote.close()
    }
  })
}
