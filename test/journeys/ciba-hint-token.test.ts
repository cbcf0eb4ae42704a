/** Requests about somebody whom a trusted issuer names: login_hint_token — OpenID Connect CIBA Core §7.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TrustedIssuer, trustedIssuerSchema } from '../../src/protocol/trusted-issuer.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { alice, type Fields } from './application.ts'
import { bob, type CibaStage, cibaStage } from './ciba-stage.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

const broker = 'https://broker.example'

for (const engine of Object.keys(engines) as Engine[])
  suite(`login_hint_token, on ${engine}`, () => {
    let nodes: TwoNodes
    let stage: CibaStage
    let key: ClientKey
    let serial = 0
    before(async () => {
      key = await aClientKey('ES256', 'broker')
      stage = await cibaStage(engine, async (env) => {
        nodes = await twoNodes(engine, env)
        return nodes.one
      })
      await trust()
    })
    after(async () => {
      await nodes.close()
      await stage.sink.close()
    })

    async function trust(members: Partial<TrustedIssuer> = {}): Promise<void> {
      const { trustedIssuersAdmin } = stage.gatehouse.root.store
      const usual = {
        issuer: broker,
        jwks: { keys: [key.jwk] },
        clients: ['bank'],
        subject_kind: 'login',
        assertion_types: ['login-hint+jwt'],
      }
      const issuer = trustedIssuerSchema.parse({ ...usual, ...members })
      if (!(await trustedIssuersAdmin.add(issuer))) await trustedIssuersAdmin.replace(issuer)
    }
    const token = (more: object = {}, header: object = {}, by = key) => {
      const now = stage.gatehouse.now()
      const claims = { iss: broker, sub: alice.username, aud: stage.gatehouse.issuer, iat: now, exp: now + 60, jti: `jti ${++serial}` }
      return signedWith(by, { ...claims, ...more }, { typ: 'login-hint+jwt', ...header })
    }
    const named = (login_hint_token: string, fields: Fields = {}) => ({ login_hint: undefined, login_hint_token, ...fields })

    test('the person whom it names is asked, and nobody else can answer', async () => {
      const { id, mail, link } = await stage.begin(named(await token()))
      assert.deepEqual(mail.recipients, ['alice@example.org'])
      const { page } = await stage.toConsent(link, bob)
      assert.ok(!page.html.includes('id="consent"'))
      await stage.answered(link, 'allow')
      assert.equal((await stage.poll(id)).status, 200)
    })

    test('it works once, whichever node is asked', async () => {
      const hint = await token()
      const at = [stage.gatehouse.issuer, nodes.other]
      const answers = await Promise.all(
        at.map((base) =>
          fetch(`${base}/backchannel_authentication`, {
            method: 'POST',
            headers: stage.bank.header,
            body: new URLSearchParams({ scope: 'openid', login_hint_token: hint }),
          }),
        ),
      )
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 400])
      const said = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Record<string, string>)['error_description']))
      assert.ok(said.includes('the assertion was used before; get a new one for each request'))
      await stage.sink.next()
    })

    test('a request that is refused for another reason does not use it up', async () => {
      const hint = await token()
      assert.equal((await stage.ask(named(hint, { binding_message: 'a\nb' }))).body.error, 'invalid_binding_message')
      await stage.begin(named(hint))
    })

    test('it is only a hint: it gives no tokens as a grant, and a grant is no hint', async () => {
      await trust({ assertion_types: ['jwt', 'login-hint+jwt'] })
      const plain = await stage.ask(named(await token({}, { typ: 'JWT' })))
      assert.equal(plain.body.error_description, 'typ of the assertion is that of a JWT for another purpose')
      const fields = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await token() }
      assert.equal((await stage.bank.post('/token', fields)).body.error, 'unauthorized_client')
      await trust()
    })

    const foreign = 'assertion is of an issuer, or of a type, that this client may not present'
    const refused: Record<string, [hint: () => Promise<string> | string, error: string, description: string]> = {
      'one that has expired': [
        () => token({ iat: stage.gatehouse.now() - 60, exp: stage.gatehouse.now() }),
        'expired_login_hint_token',
        'login_hint_token has expired; get a new one',
      ],
      'a text': [() => 'x', 'invalid_request', 'assertion must be one signed JWT of at most 16384 characters'],
      'another signature': [
        async () => token({}, {}, await aClientKey('ES256', 'broker')),
        'invalid_request',
        'assertion is not signed by a key of its issuer with an algorithm that the issuer may use',
      ],
      'another issuer': [() => token({ iss: 'https://other.example' }), 'invalid_request', foreign],
      'this server itself': [() => token({ iss: stage.gatehouse.issuer }), 'invalid_request', foreign],
      'another audience': [
        () => token({ aud: 'https://other.example' }),
        'invalid_request',
        'aud of the assertion must be this server alone',
      ],
      'no jti': [() => token({ jti: undefined }), 'invalid_request', 'jti of the assertion must be a text of 1 to 255 characters'],
      nobody: [() => token({ sub: 'nobody' }), 'unknown_user_id', 'the hint names nobody who can be asked here'],
    }
    for (const [what, [hint, error, description]] of Object.entries(refused))
      test(`refused: ${what}`, async () => {
        const { status, body } = await stage.ask(named(await hint()))
        assert.deepEqual([status, body.error, body.error_description], [400, error, description])
      })

    test('refused: a client that the issuer does not serve, and an issuer that may give no hints', async () => {
      assert.equal((await stage.ask(named(await token()), stage.other)).body.error_description, foreign)
      await trust({ assertion_types: ['jwt'] })
      assert.equal((await stage.ask(named(await token()))).body.error_description, foreign)
      await trust()
    })
  })
