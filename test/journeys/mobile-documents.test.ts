/** Mobile documents, as a library of others reads and verifies them — ISO/IEC 18013-5, OpenID for Verifiable Credential Issuance 1.0 appendix A.2. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { DeviceResponse, type IssuerSignedDocument, Verifier } from '@auth0/mdl'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { Encoder } from 'cbor-x/index-no-eval'
import { exportJWK } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, call } from './application.ts'
import { aWallet, declare, type HolderPair, holderPair, type Wallet, walletOf } from './credential-setup.ts'

const namespace = 'org.iso.18013.5.1'
const license = {
  id: 'mdl',
  format: 'mso_mdoc',
  doctype: 'org.iso.18013.5.1.mDL',
  display: [{ name: 'Driving licence' }],
  claims: [
    { namespace, name: 'family_name', source: 'account.family_name', mandatory: true },
    { namespace, name: 'birth_date', source: 'account.birthdate', mandatory: true },
    { namespace, name: 'issuing_country', value: 'ZZ' },
    { namespace, name: 'driving_privileges', value: [{ vehicle_category_code: 'B', issue_date: '2020-02-29' }] },
    { namespace: 'org.iso.18013.5.1.UT', name: 'groups', source: 'account.groups' },
  ],
}

const plain = { useRecords: false, mapsAsObjects: false, useTag259ForMaps: false, tagUint8Array: false, variableMapSize: true }
const cbor = new Encoder(plain)
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
const decode = (bytes: Uint8Array): any => cbor.decode(Buffer.from(bytes))

/** What a wallet shows a verifier: all of it, signed with the device key. */
async function presented(credential: string, { privateKey }: HolderPair) {
  const documents = [
    new Map<string, unknown>([
      ['docType', license.doctype],
      ['issuerSigned', decode(Buffer.from(credential, 'base64url'))],
    ]),
  ]
  const held = cbor.encode(
    new Map<string, unknown>([
      ['version', '1.0'],
      ['documents', documents],
      ['status', 0],
    ]),
  )
  const encodedSessionTranscript = cbor.encode([null, null, 'a session'])
  const fields = license.claims.map(({ namespace, name }) => ({ path: [`$['${namespace}']['${name}']`], intent_to_retain: false }))
  const format = { mso_mdoc: { alg: ['ES256'] } }
  const definition = {
    id: 'all',
    input_descriptors: [{ id: license.doctype, format, constraints: { limit_disclosure: 'required', fields } }],
  }
  const response = await DeviceResponse.from(new Uint8Array(held))
    .usingPresentationDefinition(definition)
    .usingSessionTranscriptBytes(encodedSessionTranscript)
    .authenticateWithSignature({ ...(await exportJWK(privateKey)), kid: 'device' }, 'ES256')
    .sign()
  return [response.encode(), { encodedSessionTranscript }] as const
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`mobile documents, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    before(async () => {
      gatehouse = await testApp(engine)
      const claims = { family_name: 'Liddell', birthdate: '1852-05-04' }
      await gatehouse.addAccount({ username: alice.username, claims }, alice.password)
      await declare(gatehouse.root, license)
      await gatehouse.addClient({ ...aWallet, scope: 'mdl' })
      wallet = walletOf(gatehouse)
    })
    after(() => gatehouse.close())

    test('§2.11: mdoc: the digests, the signature and its chain are right, and only the holder of the device key can present it', async () => {
      const { access_token } = await wallet.token({ scope: 'mdl' })
      const pairs = await Promise.all([holderPair(), holderPair()])
      const nonce = await wallet.nonce()
      const jwt = await Promise.all(pairs.map((pair) => wallet.proof({ pair, claims: { nonce } })))
      const { status, body } = await wallet.ask(access_token, { credential_configuration_id: 'mdl', proofs: { jwt } })
      assert.equal(status, 200, JSON.stringify(body))
      const verifier = new Verifier([readFileSync(join(gatehouse.data, 'credential-authority', 'authority.pem'), 'utf8')])
      const [mine, other] = (body.credentials as { credential: string }[]).map(({ credential }) => credential)
      assert.match(mine as string, /^[\w-]+$/)
      const shown = await presented(mine as string, pairs[0] as HolderPair)
      const { documents } = await verifier.verify(...shown)
      const [document] = documents as [IssuerSignedDocument]
      assert.equal(document.docType, license.doctype)
      const own = document.getIssuerNameSpace(namespace)
      assert.deepEqual([own['family_name'], own['issuing_country'], String(own['birth_date'])], ['Liddell', 'ZZ', '1852-05-04'])
      assert.deepEqual(document.getIssuerNameSpace('org.iso.18013.5.1.UT'), { groups: [] })
      await assert.rejects(async () => verifier.verify(...(await presented(other as string, pairs[0] as HolderPair))), /Device signature/)
      const stranger = new Verifier([])
      await assert.rejects(stranger.verify(...shown), /No valid certificate paths|certificate/i)
    })

    test('§2.11: mdoc: its validity is rounded, its elements have salts of their own, and its status can be changed', async () => {
      const { access_token } = await wallet.token({ scope: 'mdl' })
      const { body } = await wallet.ask(access_token, { credential_configuration_id: 'mdl', proofs: { jwt: [await wallet.proof()] } })
      const signed = decode(Buffer.from(body.credentials[0].credential, 'base64url'))
      const items = signed
        .get('nameSpaces')
        .get(namespace)
        .map(({ value }: { value: Uint8Array }) => decode(value))
      assert.ok(items.every((item: Map<string, Uint8Array>) => item.get('random')?.length === 16))
      assert.deepEqual(
        items.map((item: Map<string, unknown>) => item.get('elementIdentifier')),
        license.claims.slice(0, 4).map(({ name }) => name),
      )
      const mso = decode(decode(signed.get('issuerAuth')[2]).value)
      assert.equal((mso.get('validityInfo').get('signed') as Date).getTime() % 86_400_000, 0)
      const { idx, uri } = Object.fromEntries(mso.get('status').get('status_list'))
      await gatehouse.root.store.issuedCredentials.setStatus(body.notification_id, 'revoked')
      assert.equal(getListFromStatusListJWT((await call(uri)).text).getStatus(idx), 1)
    })

    test('§2.11: mdoc: its metadata has its doctype, COSE algorithms and keys, and paths with a namespace', async () => {
      const supported = (await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer`)).body.credential_configurations_supported
      const { doctype, format, credential_signing_alg_values_supported, cryptographic_binding_methods_supported, credential_metadata } =
        supported.mdl
      assert.deepEqual(
        [doctype, format, credential_signing_alg_values_supported, cryptographic_binding_methods_supported],
        [license.doctype, 'mso_mdoc', [-7], ['cose_key']],
      )
      assert.deepEqual(credential_metadata.claims[0].path, [namespace, 'family_name'])
    })

    test('proofs by keys that no mobile document can be bound to are refused', async () => {
      const { access_token } = await wallet.token({ scope: 'mdl' })
      const proof = await wallet.proof({ pair: await holderPair('EdDSA'), header: { alg: 'EdDSA' } })
      const { body } = await wallet.ask(access_token, { credential_configuration_id: 'mdl', proofs: { jwt: [proof] } })
      assert.equal(body.error, 'invalid_proof')
    })
  })
}
