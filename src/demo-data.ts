/** What development mode puts into an empty database, so that there is something to try; and what of it production must not hold. */
import { z } from 'zod'
import { demoAddresses, demoMachine } from './demo-constants.ts'
import { createAccount, LoginTaken } from './identity/accounts.ts'
import { readClient } from './protocol/register.ts'
import type { SecretRow } from './protocol/registry.ts'
import { type ResourceMetadata, resourceSchema } from './protocol/resource.ts'
import type { Tenant } from './tenant.ts'

export const demo = {
  administrator: { username: 'admin', email: 'admin@example.com' },
  application: { client_id: 'demo-app', redirect_uri: `${demoAddresses.application}/callback` },
  machine: { client_id: demoMachine.id, secret: demoMachine.secret },
  /** The two clients in the README of the minimal M2M server. */
  m2m: { client_id: 'm2m-client', secret: 'm2m-secret' },
  m2mHs256: { client_id: 'm2m-hs256', secret: 'm2m-hs256-secret', signingSecret: 'm2m-hs256-signing-secret-for-development' },
  /** What the compliance suite of the Authlete reference server takes for given. The password of each person is the user name. */
  authlete: {
    client: { client_id: '3345476919', secret: '3345476919-secret', redirect_uri: 'https://oidcdebugger.com/debug' },
    resourceServer: { resource_id: 'rs0', secret: 'rs0-secret' },
    people: [
      { sub: '1001', username: 'john', email: 'john@example.com', name: 'John Smith' },
      { sub: '1002', username: 'jane', email: 'jane@example.com', name: 'Jane Smith' },
      { sub: '1003', username: 'max', email: 'max@example.com', name: 'Max Meier' },
    ],
  },
} as const

/**
 * A problem for each client, API and account that still has a secret which everyone can read here: one by which it authenticates, or one
 * with which tokens are signed in its name. A disabled client and a suspended account count too, because they can be enabled.
 */
export async function publishedSecrets(tenant: Tenant): Promise<string[]> {
  const { store, tokens, signingSecrets } = tenant
  const problems = await publishedAtAuthlete(tenant)
  for (const { client_id: id, secret } of [demo.machine, demo.m2m, demo.m2mHs256, demo.authlete.client]) {
    const client = await store.clientsAdmin.find(id)
    if (client && (await tokens.matchesSecret(secret, client.secretHashes)))
      problems.push(
        `the database holds the demo client ${id} of development mode, whose secret is published — run "gatehouse clients delete ${id}", or set database_url`,
      )
    if (client?.sealedSigningSecret !== undefined && signingSecrets.secretOf(client) === demo.m2mHs256.signingSecret)
      problems.push(`the signing secret of client ${id} is published — run "gatehouse clients signing-secret ${id} --reset"`)
  }
  return problems
}

/** The secrets of the people and of the resource server that the Authlete reference server has. */
async function publishedAtAuthlete({ store, tokens, signIn, accounts }: Tenant): Promise<string[]> {
  const problems: string[] = []
  const { people, resourceServer } = demo.authlete
  for (const { sub, username } of people) {
    const account = await accounts.store.accounts.bySubject(sub)
    if (account && (await signIn.passwords.verify(username, account.passwordHash)))
      problems.push(
        `the password of the demo account ${username} of development mode is published — run "gatehouse users delete ${username}"`,
      )
  }
  const resource = await store.resources.named(resourceServer.resource_id)
  if (resource && (await tokens.matchesSecret(resourceServer.secret, resource.secretHashes)))
    problems.push(
      `the secret of the API ${resourceServer.resource_id} is published — run "gatehouse resources delete ${resource.identifier}"`,
    )
  return problems
}

/**
 * The outcome for the administrator. `password`: of the account made just now; it is shown once and stored only as a hash. 'unfit': the
 * tenant requires attributes that this account does not have.
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
  await addAuthletePeople(tenant)
  return { password }
}

/** Into an empty database alone: people may delete them. */
async function addAuthletePeople({ accounts }: Tenant): Promise<void> {
  for (const { sub, username, email, name } of demo.authlete.people) {
    const account = { sub, username, email, claims: { name, email_verified: true } }
    await createAccount(accounts, account, { text: username, temporary: false })
  }
}

/** The example API, so that the consent page can say what its scopes allow. */
const notes = resourceSchema.parse({
  identifier: demoAddresses.api,
  name: 'Notes',
  scopes: { read: 'Read your notes', write: 'Write notes for you' },
})

async function addClients(tenant: Tenant, signingSecret: string): Promise<void> {
  const { application, machine, m2m, m2mHs256 } = demo
  await addResource(tenant, notes)
  await addClient(tenant, {
    client_id: application.client_id,
    client_name: 'Demo application',
    application_type: 'native',
    redirect_uris: [application.redirect_uri, 'http://127.0.0.1/callback'],
    post_logout_redirect_uris: [`${demoAddresses.application}/`],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email address phone offline_access read write',
    default_resource: notes.identifier,
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
  await setSigningSecret(tenant, m2mHs256.client_id, signingSecret)
  await addAuthlete(tenant)
}

async function setSigningSecret({ store, signingSecrets }: Tenant, id: string, secret: string): Promise<void> {
  const client = await store.clientsAdmin.find(id)
  if (client?.sealedSigningSecret !== undefined && signingSecrets.secretOf(client) === secret) return
  await store.clientsAdmin.setSigningSecret(id, signingSecrets.sealSecret(id, secret))
}

async function addAuthlete(tenant: Tenant): Promise<void> {
  const { client, resourceServer } = demo.authlete
  const isHybrid = tenant.ctx.server.responseTypes.has('code id_token')
  const metadata = {
    client_id: client.client_id,
    client_name: 'Authlete demo',
    redirect_uris: [client.redirect_uri],
    grant_types: ['authorization_code', 'refresh_token', ...(isHybrid ? ['implicit'] : [])],
    response_types: ['code', ...(isHybrid ? ['code id_token'] : [])],
    scope: 'openid profile email offline_access grant_management_query grant_management_revoke',
    policy: { pkce: 'optional' },
  }
  await addClient(tenant, metadata, client.secret)
  const { resource_id, secret } = resourceServer
  const resource = resourceSchema.parse({ identifier: tenant.ctx.issuer, resource_id, name: 'Authlete demo' })
  await addResource(tenant, resource, secret)
}

/** Unless it is there: to find that out is far quicker than to write it. */
async function addResource(tenant: Tenant, resource: ResourceMetadata, secret?: string): Promise<void> {
  const { identifier, resource_id: name = identifier } = resource
  const { resources, resourcesAdmin } = tenant.store
  if ((await resources.find(identifier)) ?? (await resources.named(name))) return
  await resourcesAdmin.add(resource, ...secretRows(tenant, secret))
}

/** Unless it is there. Leaves out a client that needs a feature which is switched off. */
async function addClient(tenant: Tenant, metadata: Record<string, unknown>, secret?: string): Promise<void> {
  const { ctx, store } = tenant
  if (await store.clientsAdmin.find(String(metadata['client_id']))) return
  try {
    await store.clientsAdmin.add(readClient(ctx.server, ctx.keys.algs, metadata, ctx.id), secretRows(tenant, secret))
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
  }
}

function secretRows({ ctx, tokens }: Tenant, secret: string | undefined): SecretRow[] {
  return secret === undefined ? [] : [{ id: 'demo', hash: tokens.hashSecret(secret), createdAt: ctx.now() }]
}
