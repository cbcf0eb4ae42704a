/** Two nodes of one installation: what is begun at one is ended at the other, once — RFC 8628, RFC 8693, RFC 7591, RFC 7592, CIBA Core. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { type Answer, type Application, alice, application, callback, claimsOf, type Fields, shows } from './application.ts'
import { type CibaStage, grant_type as ciba, cibaStage, usual } from './ciba-stage.ts'
import { type Asked, asked, bearer } from './json.ts'

const device = 'urn:ietf:params:oauth:grant-type:device_code'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const access = 'urn:ietf:params:oauth:token-type:access_token'
const web = { client_name: 'Shop', redirect_uris: [callback] }
const notification = { client_notification_token: 'token-of-the-client-0123456789' }

for (const engine of Object.keys(engines) as Engine[])
  suite(`grants at two nodes, on ${engine}`, () => {
    let nodes: TwoNodes
    let stage: CibaStage
    let endpoint: Receiver
    let bases: string[]
    before(async () => {
      endpoint = await receiver()
      stage = await cibaStage(engine, async (env) => {
        nodes = await twoNodes(engine, env)
        return { ...nodes.one, browser: nodes.balanced }
      })
      bases = [nodes.one.issuer, nodes.other]
      const { addClient } = nodes.one
      await addClient({ ...usual, grant_types: [device, 'refresh_token'], client_id: 'tv' }, 'secret')
      const ping = { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: `${endpoint.url}/ping` }
      await addClient({ ...usual, ...ping, client_id: 'pinged' }, 'secret')
      await addClient(
        {
          client_id: 'app',
          redirect_uris: [callback],
          grant_types: ['authorization_code', exchange],
          scope: 'openid',
          policy: { token_exchange: 'delegate' },
        },
        'secret',
      )
    })
    after(async () => {
      await nodes.close()
      await stage.sink.close()
      await endpoint.close()
    })

    const of = (id: string, node: number): Application => application({ issuer: bases[node] as string }, { id, secret: 'secret' })
    /** At all nodes at once, twice. */
    const raced = <T>(ask: (node: number) => Promise<T>) => Promise.all([0, 1, 0, 1].map(ask))

    interface Waiting {
      /** What its client redeems. */
      fields: Fields
      /** The person answers, at whichever node their browser comes to. */
      answer(how: 'allow' | 'deny'): Promise<void>
    }
    /** How a client asks for tokens that a person must allow elsewhere, and how asking a second time is refused. */
    const flows: [name: string, client: string, begin: (node: number) => Promise<Waiting>, again: RegExp][] = [
      [
        'a device code',
        'tv',
        async (node) => {
          const { body } = await of('tv', node).post('/device_authorization', { scope: 'openid offline_access' })
          return {
            fields: { grant_type: device, device_code: body.device_code },
            async answer(how) {
              const browser = nodes.balanced()
              await browser.open(body.verification_uri_complete)
              const page = await browser.submit('device', { user_code: body.user_code })
              if (shows(page, 'sign-in')) await browser.submit('sign-in', { ...alice })
              await browser.submit('consent', { answer: how })
            },
          }
        },
        /^device_code was already used; the tokens it gave are revoked$/,
      ],
      ...(['bank', 'pinged'] as const).map((client): (typeof flows)[number] => [
        `an auth_req_id of ${client}`,
        client,
        async (node) => {
          const fields = { scope: 'openid offline_access', login_hint: alice.username, ...(client === 'pinged' && notification) }
          const { body } = await of(client, node).post('/backchannel_authentication', fields)
          const link = linkIn(await stage.sink.next())
          return {
            fields: { grant_type: ciba, auth_req_id: body.auth_req_id },
            answer: async (how) => void (await stage.answered(link, how)),
          }
        },
        /^auth_req_id was already used; the tokens it gave are revoked$/,
      ]),
    ]
    for (const [name, client, begin, again] of flows) {
      const redeem = (node: number, fields: Fields) => of(client, node).post('/token', fields)
      const error = async (node: number, fields: Fields) => (await redeem(node, fields)).body.error

      for (const node of [0, 1])
        test(`${name} that node ${node} gave is allowed through both, and redeemed at the other; then neither takes it`, async () => {
          const { fields, answer } = await begin(node)
          assert.equal(await error(1 - node, fields), 'authorization_pending')
          assert.equal(await error(node, fields), 'slow_down', 'the nodes count together')
          await answer('allow')
          const { status, body } = await redeem(1 - node, fields)
          assert.equal(status, 200, JSON.stringify(body))
          assert.equal((await of(client, node).refresh(body.refresh_token)).status, 200)
          assert.match((await redeem(node, fields)).body.error_description, again)
          assert.equal((await redeem(1 - node, fields)).status, 400)
          const introspected = await raced((at) => of(client, at).post('/introspect', { token: body.access_token }))
          assert.deepEqual(
            new Set(introspected.map(({ body: { active } }) => active)),
            new Set([false]),
            'what it gave is revoked everywhere',
          )
        })

      test(`${name} gives tokens once, however many ask both nodes at once`, async () => {
        const { fields, answer } = await begin(0)
        await answer('allow')
        const all = await raced((node) => redeem(node, fields))
        assert.deepEqual(all.map(({ status }) => status).sort(), [200, 400, 400, 400])
        for (const { status, body } of all) assert.ok(status === 200 || /^(invalid_grant|transaction_failed)$/.test(body.error), body.error)
      })

      test(`${name} that was refused through one node is refused at both`, async () => {
        const { fields, answer } = await begin(1)
        await answer('deny')
        assert.deepEqual(await Promise.all([0, 1].map((node) => error(node, fields))), ['access_denied', 'access_denied'])
      })
    }

    test('a client is told of each answer once, whichever node told it', async () => {
      await nodes.one.app.deliverDue()
      await nodes.two.app.deliverDue()
      const { fields, answer } = await flows[2]![2](0)
      await answer('allow')
      await Promise.all([nodes.two, nodes.one, nodes.two].map(({ app }) => app.deliverDue()))
      const told = () => endpoint.received.filter(({ body }) => JSON.parse(body).auth_req_id === fields['auth_req_id'])
      while (told().length === 0) await new Promise((resolve) => setImmediate(resolve))
      await Promise.all([nodes.two, nodes.one].map(({ app }) => app.deliverDue()))
      const ids = endpoint.received.map(({ body }) => JSON.parse(body).auth_req_id)
      assert.equal(new Set(ids).size, ids.length)
      assert.equal((await of('pinged', 1).post('/token', fields)).status, 200)
    })

    test('a token of one node is exchanged at the other, and what ends it ends both everywhere at once', async () => {
      const swap = (node: number, subject_token: string): Promise<Answer> =>
        of('app', node).post('/token', { grant_type: exchange, subject_token, subject_token_type: access })
      const active = async (node: number, token: string) => (await of('app', node).post('/introspect', { token })).body.active
      for (const node of [0, 1]) {
        const { access_token: subject } = await of('app', node).tokens(nodes.balanced())
        const { status, body } = await swap(1 - node, subject)
        assert.equal(status, 200, JSON.stringify(body))
        assert.deepEqual(claimsOf(body.access_token).act, { sub: 'app' })
        assert.deepEqual(await raced((at) => active(at, body.access_token)), [true, true, true, true])
        const [, ...late] = await Promise.all([
          nodes.one.root.store.grants.revoke(claimsOf(subject).gid, nodes.one.now()),
          ...[0, 1, 0, 1].map((at) => swap(at, subject)),
        ])
        for (const { body } of late) if (body.access_token) assert.equal(await active(node, body.access_token), false)
        assert.deepEqual(await raced((at) => active(at, body.access_token)), [false, false, false, false])
        assert.deepEqual(new Set((await raced((at) => swap(at, subject))).map(({ body }) => body.error)), new Set(['invalid_request']))
      }
    })

    const manage = (node: number, told: Asked['body'], method: string, body?: unknown): Promise<Asked> =>
      asked(told.registration_client_uri.replace(bases[0], bases[node]), method, body, bearer(told.registration_access_token))

    test('an initial access token is used up for both', async () => {
      const { root } = nodes.one
      const token = root.tokens.make('ia')
      const times = { createdAt: nodes.one.now(), expiresAt: nodes.one.now() + 60 }
      const hash = root.tokens.hash('ia', token) as string
      await root.store.initialAccessTokens.add({ id: 'twice', label: 'twice', hash, scope: undefined, usesLeft: 2, ...times })
      const all = await raced((node) => asked(`${bases[node]}/register`, 'POST', web, bearer(token)))
      assert.deepEqual(all.map(({ status }) => status).sort(), [201, 201, 401, 401])
    })

    test('a client that registered at one node signs people in at the other, and is changed and removed at either', async () => {
      const made = (await asked(`${bases[0]}/register`, 'POST', web)).body
      const shop = (node: number) => application({ issuer: bases[node]! }, { id: made.client_id, secret: made.client_secret })
      assert.ok((await shop(1).tokens(nodes.balanced())).access_token)
      const change = { ...web, client_id: made.client_id }
      const changed = { ...made, ...(await manage(1, made, 'PUT', { ...change, client_name: 'Store' })).body }
      assert.equal(changed.client_name, 'Store')
      assert.equal((await manage(0, changed, 'GET')).status, 200)
      assert.deepEqual(
        (await raced((node) => manage(node, made, 'GET'))).map(({ status }) => status),
        [401, 401, 401, 401],
        'the earlier token ended at both when the new one was used at one',
      )
      const gone = await raced((node) => manage(node, changed, 'DELETE'))
      assert.deepEqual(gone.map(({ status }) => status).sort(), [204, 401, 401, 401])
      for (const node of [0, 1]) {
        const late = () => shop(node).post('/token', { grant_type: 'refresh_token', refresh_token: 'any' })
        let answer = await late()
        while (engine === 'postgres' && answer.body.error !== 'invalid_client') answer = await late() // in half a second
        assert.equal(answer.body.error, 'invalid_client')
      }
    })

    test('of changes at both nodes with one token, one token is left', async () => {
      const made = (await asked(`${bases[1]}/register`, 'POST', web)).body
      const all = await raced((node) => manage(node, made, 'PUT', { ...web, client_id: made.client_id, client_name: `Shop ${node}` }))
      const good = all.filter(({ status }) => status === 200)
      assert.ok(good.length >= 1)
      const works = await Promise.all(good.map(({ body }) => manage(0, { ...made, ...body }, 'GET')))
      assert.equal(works.filter(({ status }) => status === 200).length, 1)
    })
  })
