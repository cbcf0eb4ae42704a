/** A tenant that issues a credential, and a wallet that asks for it. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { credentialConfigurationSchema } from '../../src/protocol/credential-configuration.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Answer, type Application, alice, application, call, callback } from './application.ts'

export const preAuthorizedGrant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

/** What a member of staff is told. */
export const badge = {
  id: 'staff-badge',
  display: [{ name: 'Staff badge', locale: 'en', background_color: '#12107c' }],
  claims: [
    { name: 'given_name', source: 'account.given_name', mandatory: true, display: [{ name: 'First name', locale: 'en' }] },
    { name: 'family_name', source: 'account.family_name' },
    { name: 'groups', source: 'account.groups' },
    { name: 'organisation', value: 'Wonderland', disclosure: 'always' },
  ],
}

export interface HolderPair {
  privateKey: CryptoKey
  jwk: JWK
}

export async function holderPair(alg: 'ES256' | 'EdDSA' = 'ES256'): Promise<HolderPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey) }
}

export async function declare(tenant: Tenant, ...configurations: object[]): Promise<void> {
  for (const one of configurations) await tenant.store.credentialConfigurations.add(credentialConfigurationSchema.parse(one))
}

export const aWallet = {
  client_id: 'wallet',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', preAuthorizedGrant],
  redirect_uris: [callback],
  scope: 'staff-badge approved-badge offline_access',
  authorization_details_types: ['openid_credential'],
}

export interface Wallet {
  app: Application
  issuer: string
  /** An access token that a person gave. */
  token(fields?: Record<string, string>): Promise<Answer['body']>
  nonce(): Promise<string>
  proof(change?: { pair?: HolderPair; header?: object; claims?: object }): Promise<string>
  /** With one proof unless the body says otherwise. */
  ask(accessToken: string, body?: object, path?: string): Promise<Answer>
}

export function walletOf(gatehouse: TestApp, { id = 'wallet', issuer = gatehouse.issuer } = {}): Wallet {
  const app = application(gatehouse, { id, scope: 'staff-badge', issuer })
  const nonce = async () => (await call(`${issuer}/nonce`, { method: 'POST' })).body.c_nonce
  const proof: Wallet['proof'] = async ({ pair, header = {}, claims = {} } = {}) => {
    const { privateKey, jwk } = pair ?? (await holderPair())
    return new SignJWT({ aud: issuer, iat: gatehouse.now(), nonce: await nonce(), ...claims })
      .setProtectedHeader({ typ: 'openid4vci-proof+jwt', alg: 'ES256', jwk, ...header })
      .sign(privateKey)
  }
  return {
    app,
    issuer,
    nonce,
    proof,
    token: (fields = {}) => app.tokens(gatehouse.browser(), fields, alice),
    async ask(accessToken, body, path = '/credential') {
      const usual = { credential_configuration_id: badge.id, proofs: { jwt: [await proof()] } }
      return call(issuer + path, {
        body: JSON.stringify(body ?? usual),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      })
    },
  }
}

/** The issuer-signed part, and the disclosures, of an SD-JWT VC. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
export function readSdJwt(text: string): { header: any; payload: any; disclosed: Record<string, unknown>; salts: string[] } {
  const [jwt = '', ...disclosures] = text.split('~')
  const parts = jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
  const read = disclosures.filter(Boolean).map((one) => JSON.parse(Buffer.from(one, 'base64url').toString()) as [string, string, unknown])
  return {
    header: parts[0],
    payload: parts[1],
    disclosed: Object.fromEntries(read.map(([, name, value]) => [name, value])),
    salts: read.map(([salt]) => salt),
  }
}

/** A proof for any issuer. */
export async function proofOf({ privateKey, jwk }: HolderPair, { issuer, now }: { issuer: string; now: number }): Promise<string> {
  const { c_nonce: nonce } = (await call(`${issuer}/nonce`, { method: 'POST' })).body
  const header = { typ: 'openid4vci-proof+jwt', alg: 'ES256', jwk }
  return new SignJWT({ aud: issuer, iat: now, nonce }).setProtectedHeader(header).sign(privateKey)
}

export interface IssuingStage {
  gatehouse: TestApp
  wallet: Wallet
}

/** A server with two credentials, a person who can have both, and a wallet. */
export async function issuing(engine: Engine, settings: Record<string, string> = {}): Promise<IssuingStage> {
  const gatehouse = await testApp(engine, settings)
  const claims = { given_name: 'Alice', family_name: 'Liddell' }
  const subject = await gatehouse.addAccount({ username: alice.username, claims }, alice.password)
  const { groups } = gatehouse.root.store
  await groups.add({ id: 'g', name: 'Crew', description: undefined, createdAt: 1, updatedAt: 1 })
  await groups.addMembers({ id: 'g', subjects: [subject], maxPerAccount: 9 })
  await declare(gatehouse.root, badge, { ...badge, id: 'approved-badge', approval: 'required' })
  await gatehouse.addClient(aWallet)
  return { gatehouse, wallet: walletOf(gatehouse) }
}
