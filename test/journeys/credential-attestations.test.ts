/** What others attest of the keys of a wallet, and which attestations are refused — OpenID for Verifiable Credential Issuance 1.0 appendices D, F.1, F.3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { exportJWK, SignJWT } from 'jose'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { aWallet, badge, declare, type HolderPair, holderPair, issuing, type Wallet, walletOf } from './credential-setup.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attestations of keys, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    let token: string
    let attester: HolderPair
    before(async () => {
      ;({ gatehouse } = await issuing(engine))
      attester = await holderPair()
      const key_attestation = { keys: [attester.jwk], key_storage: ['iso_18045_high'] }
      await declare(gatehouse.root, { ...badge, id: 'attested-badge', key_attestation })
      await gatehouse.addClient({ ...aWallet, client_id: 'wide', scope: 'staff-badge attested-badge' })
      wallet = walletOf(gatehouse, { id: 'wide' })
      token = (await wallet.token({ scope: 'staff-badge attested-badge' })).access_token
    })
    after(() => gatehouse.close())

    const attestation = async (change: object = {}, key = attester, typ = 'key-attestation+jwt', header = {}) =>
      new SignJWT({
        iat: gatehouse.now(),
        exp: gatehouse.now() + 60,
        attested_keys: [(await holderPair()).jwk],
        key_storage: ['iso_18045_high'],
        nonce: await wallet.nonce(),
        ...change,
      })
        .setProtectedHeader({ alg: 'ES256', typ, ...header })
        .sign(key.privateKey)
    const attested = (proofs: object) => wallet.ask(token, { credential_configuration_id: 'attested-badge', proofs })

    test('attestations of keys: by themselves, and in the header of a proof', async () => {
      const keys = (await Promise.all([holderPair(), holderPair()])) as HolderPair[]
      const attested_keys = keys.map(({ jwk }) => jwk)
      const alone = await attested({ attestation: [await attestation({ attested_keys })] })
      assert.equal(alone.body.credentials?.length, 2, JSON.stringify(alone.body))
      const nonce = await wallet.nonce()
      const header = { key_attestation: await attestation({ attested_keys, nonce }) }
      const within = await attested({ jwt: [await wallet.proof({ pair: keys[0]!, header, claims: { nonce } })] })
      assert.equal(within.body.credentials?.length, 2, JSON.stringify(within.body))
    })

    test('what is just within the limits is accepted: times, and ten keys', async () => {
      const now = gatehouse.now()
      const attested_keys = (await Promise.all(Array.from({ length: 10 }, () => holderPair()))).map(({ jwk }) => jwk)
      for (const change of [{ iat: now + 60 }, { exp: now + 1 }, { attested_keys }]) {
        const { status, text } = await attested({ attestation: [await attestation(change)] })
        assert.equal(status, 200, text)
      }
    })

    test('§2.11: credential errors: attestations of strangers, that have expired, are about other keys, or do not say enough', async () => {
      const inHeader = async (change: object = {}) => {
        const [nonce, pair] = [await wallet.nonce(), await holderPair()]
        const key_attestation = await attestation({ attested_keys: [pair.jwk], nonce, ...change })
        return { jwt: [await wallet.proof({ pair, header: { key_attestation }, claims: { nonce } })] }
      }
      const incomplete = 'a key attestation in the header of a proof needs exp, and as nonce the c_nonce of the proof'
      const table: [proofs: object, description: string][] = [
        [{ jwt: [await wallet.proof()] }, 'a proof needs a key_attestation in its header'],
        [await inHeader({ attested_keys: [(await holderPair()).jwk] }), 'key_attestation is not about the key of the proof'],
        [await inHeader({ exp: undefined }), incomplete],
        [await inHeader({ nonce: undefined }), incomplete],
        [await inHeader({ nonce: await wallet.nonce() }), incomplete],
        [{ attestation: [await attestation({}, await holderPair())] }, 'the key attestation is not signed by a key that is trusted here'],
        [
          { attestation: [await attestation({}, attester, undefined, { jwk: await exportJWK(attester.privateKey) })] },
          'the key attestation is not signed by a key that is trusted here',
        ],
        [{ attestation: [await attestation({}, attester, 'JWT')] }, 'the typ of a proof is not that of its type'],
        [{ attestation: [await attestation({ exp: gatehouse.now() })] }, 'the key attestation has expired, or is not valid yet'],
        [{ attestation: [await attestation({ iat: gatehouse.now() + 61 })] }, 'the key attestation has expired, or is not valid yet'],
        [{ attestation: [await attestation({ iat: 'now' })] }, 'the key attestation has expired, or is not valid yet'],
        [{ attestation: [await attestation({ exp: 'later' })] }, 'the key attestation has expired, or is not valid yet'],
        [
          { attestation: [await attestation({ attested_keys: Array(11).fill(attester.jwk) })] },
          'attested_keys must be a list of 1 to batch_size keys',
        ],
        [{ attestation: [await attestation({ attested_keys: [] })] }, 'attested_keys must be a list of 1 to batch_size keys'],
        [{ attestation: [await attestation({ attested_keys: [await exportJWK(attester.privateKey)] })] }, 'a key must be a public JWK'],
        [
          { attestation: [await attestation({ key_storage: ['none'] })] },
          'the key attestation does not reach what key_attestations_required demands',
        ],
        [{ attestation: [await attestation({ nonce: undefined })] }, 'a proof has no nonce; get one at the nonce endpoint'],
        [{ attestation: [await attestation(), await attestation()] }, 'there are more proofs than this issuer takes'],
      ]
      for (const [proofs, description] of table) {
        const { status, body } = await attested(proofs)
        assert.deepEqual([status, body], [400, { error: 'invalid_proof', error_description: description }])
      }
      const many = await Promise.all(Array.from({ length: 6 }, holderPair as () => Promise<HolderPair>))
      const nonce = await wallet.nonce()
      const jwt = await Promise.all(
        many.slice(0, 2).map(async (pair, i) => {
          const attested_keys = (i === 0 ? many : await Promise.all(Array.from({ length: 5 }, () => holderPair()))).map(({ jwk }) => jwk)
          const key_attestation = await attestation({
            attested_keys: [pair.jwk, ...attested_keys.filter((one) => one !== pair.jwk)],
            nonce,
          })
          return wallet.proof({ pair, header: { key_attestation }, claims: { nonce } })
        }),
      )
      assert.equal((await attested({ jwt })).body.error_description, 'there are more keys than batch_size says')
      const proof = await wallet.proof({ header: { key_attestation: await attestation() } })
      const elsewhere = await wallet.ask(token, { credential_configuration_id: badge.id, proofs: { jwt: [proof] } })
      assert.equal(elsewhere.body.error_description, 'key_attestation is not taken for this credential')
    })
  })
}
