/** What development mode furnishes an empty house with, so that the first minute has something to try. */
import { z } from 'zod'
import { createAccount, LoginTaken } from './identity/accounts.ts'
import { readClient } from './protocol/register.ts'
import type { Tenant } from './tenant.ts'

export const demo = {
  administrator: { username: 'admin', email: 'admin@example.com' },
  application: { client_id: 'demo-app', redirect_uri: 'http://localhost:3000/callback' },
  machine: { client_id: 'demo-machine', secret: 'demo-machine-secret' },
  /** The two clients that the minimal M2M server's README knows. */
  m2m: { client_id: 'm2m-client', secret: 'm2m-secret' },
  m2mHs256: { client_id: 'm2m-hs256', secret: 'm2m-hs256-secret', signingSecret: 'm2m-hs256-signing-secret-for-development' },
} as const

/** Clients whose secrets everyone can read here. */
export const published = [demo.machine, demo.m2m, demo.m2mHs256] as const

/**
 * What became of the administrator. `password`: of the one made just now; it is shown once and kept only as a hash. 'unfit': everybody must
 * have attributes here that this one has not.
 */
export type DemoData = { password: string } | 'there' | 'unfit'

export async function addDemoData(tenant: Tenant, random: (bytes: number) => Buffer, jwtSecret?: string): Promise<DemoData> {
  await addClients(tenant, jwtSecret ?? demo.m2mHs256.signingSecret)
  if ((await tenant.store.accounts.count()) > 0) return 'there'
  const password = random(12).toString('base64url')
  const { username, email } = demo.administrator
  const account = { username, email, role: 'superadmin', claims: { name: 'Administrator', email_verified: true } } as const
  try {
    await createAccount(tenant.accounts, account, { text: password, temporary: true })
  } catch (error) {
    if (error instanceof z.ZodError) return 'unfit'
    if (error instanceof LoginTaken) return 'there' // another node was first
    throw error
  }
  return { password }
}

async function addClients(tenant: Tenant, signingSecret: string): Promise<void> {
  const { application, machine, m2m, m2mHs256 } = demo
  await addClient(tenant, {
    client_id: application.client_id,
    client_name: 'Demo application',
    application_type: 'native',
    redirect_uris: [application.redirect_uri, 'http://127.0.0.1/callback'],
    post_logout_redirect_uris: ['http://localhost:3000/'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email address phone offline_access',
  })
  const grant_types = ['client_credentials']
  await addClient(tenant, { client_id: machine.client_id, client_name: 'Demo machine', grant_types, scope: 'read write' }, machine.secret)
  const emr = { grant_types, token_endpoint_auth_method: 'client_secret_post', scope: 'user/*.read user/*.write' }
  const access_token_claim_sources = { scp: 'token.scope' }
  const practitioner = (id: string, name: string, email: string) => ({
    access_token_claims: { fhirUser: `Practitioner/${id}`, azp: 'emr-backend', name, email },
    access_token_claim_sources,
  })
  const rs256 = { ...emr, ...practitioner('123', 'Machine Client', 'machine@example.com'), access_token_signed_response_alg: 'RS256' }
  await addClient(tenant, { ...rs256, client_id: m2m.client_id, client_name: 'M2M demo' }, m2m.secret)
  const hs256 = { ...emr, ...practitioner('456', 'HS256 Client', 'hs256@example.com'), access_token_signed_response_alg: 'HS256' }
  await addClient(tenant, { ...hs256, client_id: m2mHs256.client_id, client_name: 'M2M demo with HS256' }, m2mHs256.secret)
  const sealed = tenant.signingSecrets.sealSecret(m2mHs256.client_id, signingSecret)
  await tenant.store.clientsAdmin.setSigningSecret(m2mHs256.client_id, sealed)
}

/** What the configuration has switched off is not offered to try either. */
async function addClient({ ctx, store, tokens }: Tenant, metadata: Record<string, unknown>, secret?: string): Promise<void> {
  const secrets = secret === undefined ? [] : [{ id: 'demo', hash: tokens.hashSecret(secret), createdAt: ctx.now() }]
  try {
    await store.clientsAdmin.add(readClient(ctx.server, ctx.keys.algs, metadata, ctx.id), secrets)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
  }
}
