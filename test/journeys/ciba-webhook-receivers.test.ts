/** Receivers that are down, slow or hostile, where people are told of requests for their approval by a webhook. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, beforeEach, suite, test } from 'node:test'
import { tellOfRequest } from '../../src/identity/approval-requests.ts'
import { approvalEvent } from '../../src/identity/webhooks.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Received, Receiver } from '../receiver.ts'
import { type ApprovalStage, approvalStage, loop } from './ciba-webhook-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`receivers of requests for approval, on ${engine}`, () => {
    let on: ApprovalStage
    before(async () => {
      on = await approvalStage(engine)
    })
    beforeEach(() => on.anew())
    after(() => on.close())

    test('a receiver that is down gets it when it is up again; until then the link is sealed, and never in the log', async () => {
      const hook = await on.webhook()
      on.refusing(hook)
      const id = await on.asked()
      const [first] = (await hook.until(1)) as [Received]
      const { url } = JSON.parse(first.body).data
      await on.attempted()
      const token = new URL(url).searchParams.get('request')!
      const stored = JSON.stringify(await on.waiting())
      for (const secret of [token, 'alice', 'Bank']) assert.ok(!stored.includes(secret), secret)
      const log = on.stage.gatehouse.logged()
      assert.match(log, /a webhook could not be delivered and will be tried again/)
      for (const secret of [token, 'alice@', 'Bank']) assert.ok(!log.includes(secret), secret)
      on.remote.answers.delete(hook.path)
      on.stage.gatehouse.advance(31)
      await on.stage.gatehouse.app.deliverDue()
      const [, second] = (await hook.until(2)) as [Received, Received]
      assert.deepEqual([second.body, second.headers['webhook-id']], [first.body, first.headers['webhook-id']])
      assert.notEqual(second.headers['webhook-signature'], first.headers['webhook-signature'])
      await on.stage.answered(url, 'allow')
      assert.equal((await on.stage.poll(id)).status, 200)
    })

    const hostile: [what: string, reason: RegExp, answer: Parameters<Receiver['answers']['set']>[1] | undefined, url?: string][] = [
      ['is down', /^503$|expired/, (response) => response.writeHead(503).end()],
      ['redirects', /^302$|expired/, (response) => response.writeHead(302, { location: `${on.remote.url}/elsewhere` }).end()],
      ['answers without end', /too-large|expired/, (response) => response.writeHead(200).end('x'.repeat(1_000_000))],
      ['breaks the connection', /unreachable|paused|expired/, (response) => response.destroy()],
      ['wants it no more', /^410$/, (response) => response.writeHead(410).end()],
      ['is at a private address', /^address$/, undefined, 'https://10.0.0.1/'],
      ['is where machines are told their secrets', /^address$/, undefined, 'http://169.254.169.254/latest'],
    ]
    for (const [what, reason, answer, url] of hostile)
      test(`a receiver that ${what}: it is over with the request, and the loss is recorded without the link`, async () => {
        const hook = await on.webhook(url === undefined ? {} : { url })
        if (answer) on.remote.answers.set(hook.path, answer)
        const id = await on.asked({ binding_message: 'W4SCT' })
        if (answer) await hook.until(1)
        await on.attempted()
        await loop(async () => {
          await on.stage.gatehouse.app.deliverDue()
          on.stage.gatehouse.advance(31)
          return (await on.waiting()).length === 0
        })
        const calls = hook.received().length
        on.stage.gatehouse.advance(700)
        await on.stage.gatehouse.app.deliverDue()
        assert.equal(hook.received().length, calls)
        assert.equal(await on.stage.error(id), 'expired_token')
        const [loss, ...more] = await on.losses(hook.name)
        const { reason: told, attempts, event, ...rest } = loss ?? assert.fail('it is recorded')
        assert.deepEqual([rest, more, typeof event], [{ type: approvalEvent, user: on.stage.subject, client: 'bank' }, [], 'string'])
        assert.match(String(told), reason)
        assert.ok(Number(attempts) < 12)
        assert.ok(on.remote.received.every(({ path }) => path !== '/elsewhere'))
        assert.ok(!JSON.stringify(await on.stage.gatehouse.root.store.audit.search({ limit: 50, newestFirst: true })).includes('/approve'))
      })

    test('of a request that soon ends nothing is sent after its end', async () => {
      const hook = await on.webhook()
      on.refusing(hook)
      await on.asked({ requested_expiry: '10' })
      await hook.until(1)
      await loop(async () => (await on.waiting()).length === 0)
      assert.equal((await on.losses(hook.name)).length, 1)
      on.remote.answers.delete(hook.path)
      on.stage.gatehouse.advance(11)
      await on.stage.gatehouse.app.deliverDue()
      assert.equal(hook.received().length, 1)
    })

    test('a process that ends before the first attempt: another makes it at once', async () => {
      const hook = await on.webhook()
      await on.asked()
      const [{ body }] = (await hook.until(1)) as [Received]
      const { url } = JSON.parse(body).data
      const { ctx, store } = on.stage.gatehouse.root
      const account = (await store.accounts.bySubject(on.stage.subject))!
      const request = ctx.tokens.hash('ba', new URL(url).searchParams.get('request')!)!
      const seal = (id: string, content: Buffer) => ctx.pings.sealAnew(id, JSON.parse(content.toString()))
      const ending = { ...{ store, seal, mail: undefined, attempt: () => {} }, now: ctx.now, id: ctx.id }
      const about = { clientId: 'bank', application: 'Bank', message: undefined, url, request, lifetime: 60 }
      assert.equal(await tellOfRequest(ending, account, about), true)
      await on.stage.gatehouse.app.deliverDue()
      assert.equal(hook.received().length, 2)
    })

    test('a receiver that does not answer delays no client and no other receiver', async () => {
      const [hook, quick] = [await on.webhook(), await on.webhook()]
      const held: ServerResponse[] = []
      on.remote.answers.set(hook.path, (response) => void held.push(response))
      const id = await on.asked()
      assert.equal(await on.stage.error(id), 'authorization_pending')
      await loop(async () => held.length > 0)
      await quick.until(1)
      assert.deepEqual([held.length, held[0]?.destroyed], [1, false], 'it still waits')
      held[0]!.writeHead(204).end()
      await loop(async () => (await on.waiting()).length === 0)
    })
  })
}
