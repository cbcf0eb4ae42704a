/** `@openid4vc/openid4vci` as a wallet: both flows, to the end, under the high assurance profile where that applies. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import {
  type ClientAuthenticationCallback,
  clientAuthenticationNone,
  createClientAttestationJwt,
  type JwtSigner,
  type SignJwtCallback,
  setGlobalConfig,
} from '@openid4vc/oauth2'
import { Openid4vciClient } from '@openid4vc/openid4vci'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { z } from 'zod'
import { makeOffer } from '../../src/protocol/credential-offer.ts'
import { brokenRules, profiles } from '../../src/protocol/features/profiles.ts'
import type { Engine, TestApp } from '../app.ts'
import { alice, call, callback, shows } from '../journeys/application.ts'
import { aWallet, badge, type HolderPair, holderPair, issuing, readSdJwt } from '../journeys/credential-setup.ts'
import { engines } from '../postgres.ts'

z.config({ customError: undefined }) // the wallet's library words the errors of this whole process

setGlobalConfig({ allowInsecureUrls: true })

/** Each of its keys signs what names it. */
function signatures(pairs: readonly HolderPair[]): SignJwtCallback {
  return async (signer: JwtSigner, { header, payload }) => {
    const pair = pairs.find(({ jwk }) => signer.method === 'jwk' && jwk.x === signer.publicJwk.x) as HolderPair
    const jwt = new SignJWT(payload as JWTPayload).setProtectedHeader(header as JWTHeaderParameters)
    return { jwt: await jwt.sign(pair.privateKey), signerJwk: pair.jwk as { kty: string } }
  }
}

function walletWith(pairs: readonly HolderPair[], clientAuthentication: ClientAuthenticationCallback): Openid4vciClient {
  return new Openid4vciClient({
    callbacks: {
      hash: (data, alg) => createHash(alg.replace('-', '')).update(data).digest(),
      generateRandom: (bytes) => randomBytes(bytes),
      signJwt: signatures(pairs),
      clientAuthentication,
    },
  })
}

const provider = 'https://wallets.example'

/** What the provider of the wallet says of one instance of it, which proves its key for each request. The library knows no challenges yet. */
async function attestedInstance(
  instance: HolderPair,
  attester: HolderPair,
  { issuer, now }: TestApp,
): Promise<ClientAuthenticationCallback> {
  const attestation = await createClientAttestationJwt({
    ...{ issuer: provider, clientId: 'haip', callbacks: { signJwt: signatures([attester]) }, signer: signerOf(attester) },
    confirmation: { jwk: instance.jwk as { kty: string } },
    issuedAt: new Date(now() * 1000),
    expiresAt: new Date((now() + 3600) * 1000),
  })
  return async ({ headers }) => {
    const { attestation_challenge: challenge } = (await call(`${issuer}/challenge`, { method: 'POST' })).body
    const proof = new SignJWT({ aud: issuer, jti: randomBytes(16).toString('hex'), iat: now(), challenge })
    headers.set('OAuth-Client-Attestation', attestation)
    headers.set(
      'OAuth-Client-Attestation-PoP',
      await proof.setProtectedHeader({ typ: 'oauth-client-attestation-pop+jwt', alg: 'ES256' }).sign(instance.privateKey),
    )
  }
}
const signerOf = ({ jwk }: HolderPair) => ({ method: 'jwk', publicJwk: jwk as { kty: string }, alg: 'ES256' }) as const

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`a wallet by @openid4vc/openid4vci, on ${engine}`, () => {
    let gatehouse: TestApp
    let attester: HolderPair
    before(async () => {
      ;({ gatehouse } = await issuing(engine, { FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' }))
      attester = await holderPair()
      await gatehouse.app.tenants.set('', { client_attesters: { [provider]: { jwks: { keys: [attester.jwk] } } } } as never)
      const registered = { ...aWallet, grant_types: ['authorization_code', 'refresh_token'], client_id: 'haip' }
      const { token_endpoint_auth_method: _, ...wallet } = registered
      const root = await gatehouse.app.tenant('')
      const client = await gatehouse.addClient({ ...wallet, ...profiles.haip.members }, undefined, root)
      assert.deepEqual(brokenRules('haip', client), [])
    })
    after(() => gatehouse.close())

    const offerTo = async (subject: string | undefined, id = badge.id) => {
      const { ctx } = (await gatehouse.app.tenant(''))!
      return (await makeOffer(ctx, { configurations: [id], subject, txCode: true, lifetime: 600 }))!
    }

    test('§2.11 HAIP: the flow: an attested instance, an offer, a pushed request, a sign-in, DPoP, a nonce, two credentials, a notification', async () => {
      const [device, ...keys] = await Promise.all([holderPair(), holderPair(), holderPair()])
      const wallet = walletWith([device, ...keys], await attestedInstance(device, attester, gatehouse))
      const credentialOffer = await wallet.resolveCredentialOffer((await offerTo(undefined)).byReference)
      const issuerMetadata = await wallet.resolveIssuerMetadata(credentialOffer.credential_issuer)
      const dpop = { signer: signerOf(device) }
      const { issuer_state } = credentialOffer.grants?.authorization_code ?? {}
      const begun = await wallet.createAuthorizationRequestUrlFromOffer({
        ...{ credentialOffer, issuerMetadata, clientId: 'haip', redirectUri: callback, scope: badge.id, dpop },
        additionalRequestPayload: { issuer_state },
      })
      const browser = gatehouse.browser()
      let landing = await browser.open(begun.authorizationRequestUrl)
      assert.match(begun.authorizationRequestUrl, /request_uri=urn/)
      landing = await browser.submit('sign-in', { ...alice })
      if (shows(landing, 'consent')) landing = await browser.submit('consent', { answer: 'allow' })
      const { code, iss } = Object.fromEntries(landing.url.searchParams)
      assert.equal(iss, gatehouse.issuer)
      const { accessTokenResponse } = await wallet.retrieveAuthorizationCodeAccessTokenFromOffer({
        ...{ credentialOffer, issuerMetadata, authorizationCode: code as string, redirectUri: callback, dpop },
        pkceCodeVerifier: begun.pkce?.codeVerifier as string,
      })
      const { access_token: accessToken, token_type } = accessTokenResponse
      assert.equal(token_type, 'DPoP')
      const { c_nonce: nonce } = await wallet.requestNonce({ issuerMetadata })
      const proof = (pair: HolderPair) =>
        wallet.createCredentialRequestJwtProof({
          ...{ issuerMetadata, credentialConfigurationId: badge.id, nonce, clientId: 'haip' },
          signer: signerOf(pair),
        })
      const jwt = (await Promise.all(keys.map(proof))).map((one) => one.jwt) as [string, ...string[]]
      const { credentialResponse } = await wallet.retrieveCredentials({
        ...{ issuerMetadata, credentialConfigurationId: badge.id, accessToken, dpop },
        proofs: { jwt },
      })
      const credentials = credentialResponse.credentials as { credential: string }[]
      const read = credentials.map(({ credential }) => readSdJwt(credential))
      assert.deepEqual(
        read.map(({ payload }) => payload.cnf.jwk),
        keys.map(({ jwk }) => jwk),
      )
      assert.equal(read[0]?.disclosed['given_name'], 'Alice')
      const notificationId = credentialResponse.notification_id as string
      await wallet.sendNotification({ issuerMetadata, accessToken, dpop, notification: { notificationId, event: 'credential_accepted' } })
      assert.equal((await gatehouse.root.store.issuedCredentials.find(notificationId))?.event, 'credential_accepted')
    })

    test('pre-authorized: an offer by value, a transaction code, and a credential that an administrator approves', async () => {
      const pair = await holderPair()
      const wallet = walletWith([pair], clientAuthenticationNone({ clientId: 'wallet' }))
      const { subject } = (await gatehouse.root.store.accounts.byLogin(alice.username))!
      const { byValue, txCode } = await offerTo(subject, 'approved-badge')
      const credentialOffer = await wallet.resolveCredentialOffer(byValue)
      const issuerMetadata = await wallet.resolveIssuerMetadata(credentialOffer.credential_issuer)
      const redeem = (code: string) =>
        wallet.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata, txCode: code })
      await assert.rejects(redeem(txCode === '000000' ? '000001' : '000000'), /tx_code is wrong/)
      const { access_token: accessToken } = (await redeem(txCode as string)).accessTokenResponse
      const { c_nonce: nonce } = await wallet.requestNonce({ issuerMetadata })
      const credentialConfigurationId = 'approved-badge'
      const { jwt } = await wallet.createCredentialRequestJwtProof({
        ...{ issuerMetadata, credentialConfigurationId, nonce },
        signer: signerOf(pair),
      })
      const first = await wallet.retrieveCredentials({ issuerMetadata, credentialConfigurationId, accessToken, proofs: { jwt: [jwt] } })
      const transactionId = first.credentialResponse.transaction_id as string
      const { deferredCredentials } = gatehouse.root.store
      const [waiting] = await deferredCredentials.waiting({ limit: 1, now: gatehouse.now() })
      await deferredCredentials.decide(waiting!.id, 'approved', gatehouse.now())
      // Its own method refuses a notification_id beside credentials, which §9.2 allows.
      const { body } = await call(`${gatehouse.issuer}/deferred-credential`, {
        body: JSON.stringify({ transaction_id: transactionId }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      })
      const [{ credential }] = body.credentials as [{ credential: string }]
      assert.deepEqual(readSdJwt(credential).payload.cnf.jwk, pair.jwk)
    })
  })
}
