/** What ends a shared sign-in, and what is refused — OpenID Connect Native SSO for Mobile Apps 1.0, draft 07, §4.3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, claimsOf, type Fields, told } from './application.ts'
import { access, type NativeStage, nativeStage, said, subject_token_type, type Tokens, unknown } from './native-sso-stage.ts'

for (const engine of Object.keys(engines) as Engine[])
  suite(`the end of a shared sign-in, on ${engine}`, () => {
    let stage: NativeStage
    let gatehouse: TestApp
    let mail: Application
    let calendar: Application
    let subject: string
    let signedIn: NativeStage['signedIn']
    let exchange: NativeStage['exchange']
    before(async () => {
      stage = await nativeStage(engine)
      ;({ gatehouse, mail, calendar, subject, signedIn, exchange } = stage)
    })
    after(() => gatehouse.close())

    const endings: Record<string, (tokens: Tokens) => Promise<unknown>> = {
      'the session ended': () => gatehouse.root.store.sessions.end({ subject }),
      'the password changed': async () => {
        const account = (await gatehouse.root.store.accounts.bySubject(subject))!
        const hash = account.passwordHash!
        const ask = { subject, from: hash, to: hash, keep: undefined, now: gatehouse.now(), until: gatehouse.now() + 60 }
        assert.ok(await gatehouse.root.store.accounts.replacePassword(ask))
      },
      'the account was suspended': async () => {
        await setStatus(gatehouse.root.accounts, subject, 'suspended')
        await setStatus(gatehouse.root.accounts, subject, 'active')
      },
      'the grant was revoked': ({ access_token }) =>
        gatehouse.root.store.grants.revoke(claimsOf(access_token)['gid'] as string, gatehouse.now()),
      'the tokens were revoked': ({ refresh_token }) => mail.post('/revoke', { token: refresh_token }),
      'the secret was revoked by its owner': ({ device_secret }) => mail.post('/revoke', { token: device_secret }),
      'the secret was revoked by another of the group': ({ device_secret }) => calendar.post('/revoke', { token: device_secret }),
      'the first application was disabled, and enabled again': async () => {
        for (const status of ['disabled', 'active'] as const) await gatehouse.root.store.clientsAdmin.setStatus('mail', status)
        gatehouse.advance(1)
      },
    }
    for (const [what, end] of Object.entries(endings))
      test(`no longer exchanged: ${what}`, async () => {
        const tokens = await signedIn()
        assert.equal((await exchange(tokens)).status, 200)
        await end(tokens)
        assert.deepEqual(said(await exchange(tokens)), ['invalid_grant', unknown])
      })

    test('an application that does not share revokes nothing', async () => {
      const tokens = await signedIn()
      assert.equal((await stage.stranger.post('/revoke', { token: tokens.device_secret })).status, 200)
      assert.equal((await exchange(tokens)).status, 200)
    })

    const refused: Record<string, [fields: (tokens: Tokens) => Fields, error: string, description: string]> = {
      'no audience': [() => ({ audience: undefined }), 'invalid_request', 'audience is missing'],
      'another audience': [() => ({ audience: 'https://other.example' }), 'invalid_target', 'audience must be the issuer'],
      'an access token as subject': [
        ({ access_token }) => ({ subject_token: access_token, subject_token_type: access }),
        'invalid_request',
        'subject_token_type must be that of an ID token',
      ],
      'an access token, called an ID token': [
        ({ access_token }) => ({ subject_token: access_token }),
        'invalid_grant',
        'subject_token must be an ID token that came with this device secret',
      ],
      'another type of token': [
        () => ({ requested_token_type: subject_token_type }),
        'invalid_request',
        'requested_token_type must be that of an access token',
      ],
      details: [
        () => ({ authorization_details: '[]' }),
        'invalid_authorization_details',
        'a shared sign-in cannot give authorization_details',
      ],
      'a secret that is none': [() => ({ actor_token: 'x' }), 'invalid_grant', unknown],
    }
    for (const [what, [fields, error, description]] of Object.entries(refused))
      test(`refused: ${what}`, async () => {
        const tokens = await signedIn()
        assert.deepEqual(said(await exchange(tokens, fields(tokens))), [error, description])
      })

    test('refused: the ID token of another sign-in, of another server, and one with the hash written into it', async () => {
      const [one, two] = [await signedIn(), await signedIn()]
      const foreign = 'subject_token must be an ID token that came with this device secret'
      assert.deepEqual(said(await exchange({ ...one, id_token: two.id_token })), ['invalid_grant', foreign])
      const [header, , signature] = two.id_token.split('.')
      const written = { ...claimsOf(two.id_token), ds_hash: sha256(one.device_secret) }
      const forged = [header, Buffer.from(JSON.stringify(written)).toString('base64url'), signature].join('.')
      assert.deepEqual(said(await exchange({ ...one, id_token: forged })), ['invalid_grant', foreign])
    })

    test('refused: a client of another group, of none, one that the person is not assigned to', async () => {
      const tokens = await signedIn()
      assert.deepEqual(said(await exchange(tokens, {}, stage.stranger)), ['invalid_grant', unknown])
      const { alone } = stage
      assert.deepEqual(said(await exchange(tokens, {}, alone)), [
        'unauthorized_client',
        'this client shares sign-ins with no other: its policy names no device_sso_group',
      ])
      const { error, error_description } = told(await gatehouse.browser().open(alone.url()))
      assert.deepEqual(
        [error, error_description],
        ['invalid_scope', 'device_sso is for clients that share sign-ins: the policy of this client names no device_sso_group'],
      )
      const { clientsAdmin } = gatehouse.root.store
      const before = metadataOf((await clientsAdmin.find('calendar'))!)
      await clientsAdmin.replace({ ...before, policy: { ...before.policy, assignment: 'required' } })
      assert.deepEqual(said(await exchange(tokens)), ['invalid_grant', 'this person is not assigned to the client'])
      await clientsAdmin.replace(before)
    })

    test('of an end and ten exchanges at once none comes after the end', async () => {
      const tokens = await signedIn()
      const answers = Promise.all(Array.from({ length: 10 }, () => exchange(tokens)))
      await gatehouse.root.store.sessions.end({ subject })
      for (const { status, body } of await answers) assert.ok(status === 200 || body.error === 'invalid_grant', JSON.stringify(body))
      assert.deepEqual(said(await exchange(tokens)), ['invalid_grant', unknown])
    })
  })
