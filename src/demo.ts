/** What development mode furnishes an empty house with, so that the first minute has something to try. */
import { createAccount } from './identity/accounts.ts'
import { readClient } from './protocol/register.ts'
import type { Room } from './server.ts'

export const demo = {
  administrator: { username: 'admin', email: 'admin@example.com' },
  application: { client_id: 'demo-app', redirect_uri: 'http://localhost:3000/callback' },
  machine: { client_id: 'demo-machine', secret: 'demo-machine-secret' },
} as const

/** The administrator's password, if one was made just now: it is shown once and kept only as a hash. */
export async function furnish(room: Room, random: (bytes: number) => Buffer): Promise<string | undefined> {
  await addClients(room)
  if ((await room.store.accounts.count()) > 0) return undefined
  const password = random(12).toString('base64url')
  const { username, email } = demo.administrator
  await createAccount(
    room.accounts,
    { username, email, claims: { name: 'Administrator', email_verified: true } },
    { text: password, temporary: true },
  )
  return password
}

async function addClients({ ctx, store, tokens }: Room): Promise<void> {
  const { application, machine } = demo
  const app = {
    client_id: application.client_id,
    client_name: 'Demo application',
    application_type: 'native',
    redirect_uris: [application.redirect_uri, 'http://127.0.0.1/callback'],
    post_logout_redirect_uris: ['http://localhost:3000/'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email address phone offline_access',
  }
  const worker = {
    client_id: machine.client_id,
    client_name: 'Demo machine',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'read write',
  }
  const now = ctx.now()
  await store.clientsAdmin.add(readClient(ctx.server, app, ctx.id), [])
  const secret = { id: ctx.id(), hash: tokens.hashSecret(machine.secret), createdAt: now }
  await store.clientsAdmin.add(readClient(ctx.server, worker, ctx.id), [secret])
}
