/** What a credential issuer refuses, and how — OpenID for Verifiable Credential Issuance 1.0 §8.3.1, §9.3, §11.3, appendix F. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK, UnsecuredJWT } from 'jose'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, call, encode } from './application.ts'
import { aWallet, badge, declare, holderPair, issuing, type Wallet, walletOf } from './credential-setup.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`what a credential issuer refuses, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    let token: string
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
      await declare(gatehouse.root, {
        ...badge,
        id: 'demanding-badge',
        claims: [{ name: 'birthdate', source: 'account.birthdate', mandatory: true }],
      })
      await gatehouse.addClient({ ...aWallet, client_id: 'wide', scope: 'staff-badge demanding-badge' })
      token = (await walletOf(gatehouse, { id: 'wide' }).token({ scope: 'staff-badge demanding-badge' })).access_token
      wallet = walletOf(gatehouse, { id: 'wide' })
    })
    after(() => gatehouse.close())

    /** `body`: what is sent; undefined leaves out what is usual. */
    const refused = async (body: unknown, error: string, description: string, status = 400) => {
      const answer = await wallet.ask(token, body as object)
      assert.deepEqual([answer.status, answer.body], [status, { error, error_description: description }])
      assert.equal(answer.headers.get('cache-control'), 'no-store')
    }
    const withProof = async (jwt: unknown, error: string, description: string, id = badge.id) =>
      refused({ credential_configuration_id: id, proofs: { jwt: [await jwt].flat() } }, error, description)

    test('§2.11: credential errors: requests for what is unknown, or not as the token says', async () => {
      const proofs = { jwt: [await wallet.proof()] }
      await refused({ proofs }, 'invalid_credential_request', 'send either credential_configuration_id or credential_identifier')
      await refused(
        { proofs, credential_configuration_id: badge.id, credential_identifier: badge.id },
        'invalid_credential_request',
        'send either credential_configuration_id or credential_identifier',
      )
      await refused([1], 'invalid_credential_request', 'the request must be a JSON object')
      await refused(
        { proofs, credential_configuration_id: 'unknown' },
        'unknown_credential_configuration',
        'credential_configuration_id is not in the metadata of this issuer',
      )
      await refused(
        { proofs, credential_identifier: badge.id },
        'unknown_credential_identifier',
        'credential_identifier is not one that came with the access token',
      )
      await refused(
        { proofs, credential_configuration_id: 'approved-badge' },
        'insufficient_scope',
        'the access token is not for this credential',
        403,
      )
      const identified = await wallet.token({ authorization_details: JSON.stringify([detail]), scope: 'demanding-badge' })
      const other = await wallet.ask(identified.access_token, { proofs, credential_configuration_id: badge.id })
      assert.equal(other.body.error_description, 'the access token came with credential_identifiers; send one of these')
    })
    const detail = { type: 'openid_credential', credential_configuration_id: badge.id }

    test('§2.11: access tokens that are missing, in the query, of a machine, or of nobody', async () => {
      const url = `${gatehouse.issuer}/credential`
      const json = { 'content-type': 'application/json' }
      assert.equal((await call(url, { body: '{}', headers: json })).status, 401)
      const query = await call(`${url}?access_token=${token}`, { body: '{}', headers: json })
      assert.equal(query.status, 401)
      await gatehouse.addClient({ client_id: 'machine', grant_types: ['client_credentials'], scope: 'staff-badge' }, 'secret')
      const form = encode({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'secret' })
      const machine = (await call(`${gatehouse.issuer}/token`, { body: form })).body.access_token
      const answer = await wallet.ask(machine)
      assert.deepEqual(
        [answer.status, answer.body.error_description],
        [401, 'credentials are issued to people; this access token is not for one'],
      )
    })

    test('§2.11: credential errors: proofs that are missing, too many, of another kind, or say the wrong thing', async () => {
      const id = badge.id
      const one = await wallet.proof()
      await refused({ credential_configuration_id: id }, 'invalid_proof', 'proofs is missing; it is an object with one type of proof')
      for (const proofs of [{}, { ldp_vp: [{}] }, { jwt: [one], attestation: [one] }, { attestation: [one] }])
        await refused(
          { credential_configuration_id: id, proofs },
          'invalid_proof',
          'proofs must hold one type of proof, of proof_types_supported',
        )
      for (const jwt of [one, [], [1]])
        await refused({ credential_configuration_id: id, proofs: { jwt } }, 'invalid_proof', 'proofs must hold a list of texts')
      await withProof(Array(11).fill(one), 'invalid_proof', 'there are more proofs than this issuer takes')
      const pair = await holderPair()
      const twice = [await wallet.proof({ pair }), await wallet.proof({ pair })]
      await withProof(twice, 'invalid_proof', 'each credential needs a key of its own')
      const mixed = [await wallet.proof(), await wallet.proof()]
      await withProof(mixed, 'invalid_nonce', 'all proofs of a request need the same c_nonce')
      for (const text of ['x', 'a.b.c', `${'a'.repeat(16_400)}.b.c`])
        await withProof(text, 'invalid_proof', 'a proof is not a signed JWT of at most 16384 characters')
      await withProof(wallet.proof({ header: { typ: 'JWT' } }), 'invalid_proof', 'the typ of a proof is not that of its type')
    })

    test('§2.11: credential errors: proofs by none, of another algorithm, with a private or unfit key, or with a wrong signature', async () => {
      const pair = await holderPair()
      const nonce = await wallet.nonce()
      const claims = { aud: gatehouse.issuer, iat: gatehouse.now(), nonce }
      const unsigned = new UnsecuredJWT(claims).encode()
      const header = Buffer.from(JSON.stringify({ typ: 'openid4vci-proof+jwt', alg: 'none', jwk: pair.jwk })).toString('base64url')
      const none = `${header}.${unsigned.split('.')[1]}.AA`
      await withProof(none, 'invalid_proof', 'alg of a proof is not one of proof_signing_alg_values_supported')
      const secret = await exportJWK(pair.privateKey)
      await withProof(wallet.proof({ pair, header: { jwk: secret } }), 'invalid_proof', 'a key must be a public JWK')
      const named = { kid: 'did:example:1' }
      await withProof(wallet.proof({ header: named }), 'invalid_proof', 'a proof must name its key by jwk, not by kid or x5c')
      await withProof(
        wallet.proof({ pair, header: { jwk: (await holderPair()).jwk } }),
        'invalid_proof',
        'the signature of a proof is wrong',
      )
      const unfit = 'a key is not one for proof_signing_alg_values_supported'
      await withProof(wallet.proof({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } }), 'invalid_proof', unfit)
      const ed = (await holderPair('EdDSA')).jwk
      await withProof(wallet.proof({ header: { jwk: ed } }), 'invalid_proof', 'jwk of a proof is not a valid key for its alg')
    })

    test('§2.11: credential errors: proofs for another issuer, of another client, too old, or with a nonce that is missing, old, foreign or used', async () => {
      const claims = (change: object) => wallet.proof({ claims: change })
      await withProof(claims({ aud: 'https://other.example' }), 'invalid_proof', 'aud of a proof must be the credential issuer')
      await withProof(claims({ iss: 'somebody' }), 'invalid_proof', 'iss of a proof must be the client_id of the wallet')
      for (const iat of [gatehouse.now() - 301, gatehouse.now() + 61, 'now'])
        await withProof(claims({ iat }), 'invalid_proof', 'iat of a proof is not the current time; check the clock of the wallet')
      for (const iat of [gatehouse.now() - 300, gatehouse.now() + 60]) {
        const proofs = { jwt: [await claims({ iat })] }
        assert.equal((await wallet.ask(token, { credential_configuration_id: badge.id, proofs })).status, 200)
      }
      await withProof(claims({ nonce: undefined }), 'invalid_proof', 'a proof has no nonce; get one at the nonce endpoint')
      const stale = 'nonce of a proof is not a c_nonce of this issuer that is in force'
      const old = await wallet.nonce()
      gatehouse.advance(301)
      token = (await wallet.token({ scope: 'staff-badge demanding-badge' })).access_token
      await gatehouse.app.tenants.create({ slug: 'other', name: 'Other' })
      const other = (await gatehouse.app.tenant('other'))!
      await declare(other, badge)
      const foreign = await walletOf(gatehouse, { issuer: `${gatehouse.issuer}/t/other` }).nonce()
      const ofDpop = gatehouse.root.tokens.nonce('dpop', gatehouse.now())
      for (const nonce of [old, foreign, ofDpop, `${(await wallet.nonce()).split('.')[0]}.${ofDpop}`, `${await wallet.nonce()}.again`, 1])
        await withProof(claims({ nonce }), 'invalid_nonce', stale)
      const proof = await wallet.proof()
      const body = { credential_configuration_id: badge.id, proofs: { jwt: [proof] } }
      const answers = await Promise.all([wallet.ask(token, body), wallet.ask(token, body)])
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 400])
      await refused(body, 'invalid_nonce', 'the c_nonce was used before; get a new one for each request')
    })

    test('§2.11: credential errors: encryption that is missing, unfit or not asked for in secret', async () => {
      const metadata = (await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer`)).body
      const [target] = metadata.credential_request_encryption.jwks.keys as JWK[]
      const send = async (encryption: unknown, key: JWK = target!, jwt?: string[]) => {
        const body = {
          credential_configuration_id: badge.id,
          proofs: { jwt: jwt ?? [await wallet.proof()] },
          credential_response_encryption: encryption,
        }
        const jwe = await new CompactEncrypt(Buffer.from(JSON.stringify(body)))
          .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', ...(key.kid === undefined ? {} : { kid: key.kid }) })
          .encrypt(await importJWK(key, 'ECDH-ES'))
        const headers = { 'content-type': 'application/jwt', authorization: `Bearer ${token}` }
        return call(`${gatehouse.issuer}/credential`, { body: jwe, headers })
      }
      const own = await exportJWK((await generateKeyPair('ECDH-ES', { extractable: true })).publicKey)
      const jwk = { ...own, alg: 'ECDH-ES' }
      const wrong = await send({ jwk, enc: 'A128GCM' }, target!, [await wallet.proof({ claims: { aud: 'https://other.example' } })])
      assert.deepEqual(
        [wrong.status, wrong.headers.get('content-type'), wrong.body],
        [400, 'application/json', { error: 'invalid_proof', error_description: 'aud of a proof must be the credential issuer' }],
        'an error is never encrypted',
      )
      const unfit = 'jwk must be a public key with an alg, and enc an algorithm, of credential_response_encryption'
      for (const asked of [1, {}, { jwk: own, enc: 'A128GCM' }, { jwk, enc: 'A1GCM' }, { jwk: { ...jwk, d: 'x' }, enc: 'A128GCM' }])
        assert.deepEqual((await send(asked)).body, { error: 'invalid_encryption_parameters', error_description: unfit })
      assert.equal((await send({ jwk, enc: 'A128GCM', zip: 'DEF' })).body.error_description, 'zip is not offered')
      assert.equal(
        (await send(undefined, { ...own, kid: 'unknown' })).body.error_description,
        'the request cannot be decrypted; encrypt it for a key of credential_request_encryption',
      )
      await refused(
        { credential_configuration_id: badge.id, credential_response_encryption: { jwk, enc: 'A128GCM' } },
        'invalid_encryption_parameters',
        'encrypt the request too when it asks for an encrypted answer',
      )
    })

    test('a person who lacks what the credential must say', async () => {
      const proofs = { jwt: [await wallet.proof()] }
      const lacking = 'the account lacks what this credential must say'
      await refused({ credential_configuration_id: 'demanding-badge', proofs }, 'credential_request_denied', lacking)
    })

    test('deferred ids and notification ids that are unknown, or of another person or wallet', async () => {
      const mine = walletOf(gatehouse)
      const { access_token } = await mine.token({ scope: 'staff-badge approved-badge' })
      const { transaction_id } = (
        await mine.ask(access_token, { credential_configuration_id: 'approved-badge', proofs: { jwt: [await mine.proof()] } })
      ).body
      const { notification_id } = (await mine.ask(access_token)).body
      await gatehouse.addAccount({ username: 'mallory', claims: { given_name: 'Mallory' } }, alice.password)
      const stranger = (
        await mine.app.tokens(gatehouse.browser(), { scope: 'staff-badge approved-badge' }, { ...alice, username: 'mallory' })
      ).access_token
      const narrow = (await mine.app.tokens(gatehouse.browser(), { scope: 'staff-badge' })).access_token
      for (const [by, id] of [
        [stranger, transaction_id],
        [token, transaction_id],
        [access_token, 'x'],
        [access_token, 1],
      ]) {
        const { status, body } = await mine.ask(by, { transaction_id: id }, '/deferred-credential')
        const error_description = 'transaction_id is unknown, expired, used or of another wallet'
        assert.deepEqual([status, body], [400, { error: 'invalid_transaction_id', error_description }])
      }
      assert.equal((await mine.ask(narrow, { transaction_id }, '/deferred-credential')).body.error, 'insufficient_scope')
      for (const [by, id] of [
        [stranger, notification_id],
        [token, notification_id],
        [access_token, 'x'],
      ]) {
        const { status, body } = await mine.ask(by, { notification_id: id, event: 'credential_accepted' }, '/notification')
        const error_description = 'notification_id is unknown, or of another wallet'
        assert.deepEqual([status, body], [400, { error: 'invalid_notification_id', error_description }])
      }
      const incomplete = 'send notification_id, and event: credential_accepted, credential_failure or credential_deleted'
      for (const body of [{ notification_id }, { notification_id, event: 'x' }, { event: 'credential_accepted' }])
        assert.equal((await mine.ask(access_token, body, '/notification')).body.error_description, incomplete)
      assert.equal((await mine.ask(access_token, [], '/notification')).body.error, 'invalid_notification_request')
    })
  })
}
