/** `gatehouse clients …`: the secrets of a client, of which the old and the new one are valid during a rotation. */
import type { Command } from 'commander'
import { foreignHashProblem } from '../crypto/foreign-hashes.ts'
import { isImported } from '../crypto/imported-secrets.ts'
import { newSecret } from '../crypto/new-secret.ts'
import type { ClientMetadata } from '../protocol/client.ts'
import { hasSecret, signsWithSecret } from '../protocol/client-secret-methods.ts'
import type { SecretRow } from '../protocol/registry.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, confirm, print, printTable } from './admin-command.ts'
import { duration } from './duration.ts'
import { withTenant } from './open.ts'
import { misuse, refuse } from './problems.ts'
import { dateOf, readAll, type Terminal } from './terminal.ts'

export interface SecretFlags {
  secret?: string
  secretHash?: string
  /** Seconds. */
  secretExpiresIn?: number
  allowWeakSecret?: true
}

export function clientSecrets(group: Command, terminal: Terminal): void {
  const rotate = adminCommand(group, 'rotate-secret <id>', 'replace the secret; the new one is shown only once', [
    'gatehouse clients rotate-secret shop --overlap 24h',
    'gatehouse clients rotate-secret shop --secret-expires-in 90d',
  ]).option('--overlap <time>', 'how long the newest old secret stays valid, such as 24h', duration)
  secretFlags(rotate).action((id: string, flags: AdminFlags & SecretFlags & { overlap?: number }) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const { store } = tenant
      const client = (await store.clientsAdmin.find(id)) ?? noSuchClient(id)
      const { row, shown } = secretFor(client, flags, tenant)
      if (!row) refuse(`client ${id} does not authenticate with a secret`)
      const until = flags.overlap === undefined ? undefined : row.createdAt + flags.overlap
      if (!(await store.clientsAdmin.rotateSecret(id, row, until))) noSuchClient(id)
      await done('client.secret', id, { added: row.id })
      print(terminal, flags.json, { client_id: id, client_secret: shown })
    }),
  )

  adminCommand(group, 'secrets <id>', 'the secrets of a client, without the secrets themselves', ['gatehouse clients secrets shop']).action(
    (id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }) => {
        if (!(await store.clientsAdmin.find(id))) noSuchClient(id)
        const found = (await store.clientsAdmin.listSecrets(id)).map(shown)
        const rows = found.map(({ id, created_at: since, expires_at: expires, imported }) => [
          id,
          dateOf(since),
          expires === undefined ? 'never' : dateOf(expires),
          imported ? 'yes' : 'no',
        ])
        printTable(terminal, flags.json, found, ['secret', 'since', 'expires', 'imported'], rows)
      }),
  )

  adminCommand(group, 'delete-secret <id> <secret>', 'delete one of its secrets', [
    'gatehouse clients delete-secret shop SECRET-ID',
  ]).action((id: string, secret: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.clientsAdmin.removeSecret(id, secret)))
        refuse(`client ${id} has no secret ${secret}: see "gatehouse clients secrets ${id}"`)
      await done('client.secret', id, { removed: secret })
      confirm(terminal, flags.json, { client_id: id, secret, deleted: true }, `Secret ${secret} is deleted.`)
    }),
  )
}

/** Everything but its hash. */
function shown({ id, hash, createdAt, expiresAt }: SecretRow) {
  return { id, created_at: createdAt, expires_at: expiresAt, imported: isImported(hash) }
}

/** The secret with which APIs verify the tokens of a client that is registered for HS256. */
export function signingSecret(group: Command, terminal: Terminal): void {
  adminCommand(group, 'signing-secret <id>', 'show or choose the secret with which APIs verify its HS256 tokens', [
    'gatehouse clients signing-secret robot',
    'gatehouse clients signing-secret robot --set-stdin < secret.txt',
  ])
    .option('--set-stdin', 'read the secret from standard input, at least 32 characters')
    .option('--reset', 'go back to the generated secret')
    .action((id: string, flags: AdminFlags & { setStdin?: true; reset?: true }) => {
      if (flags.setStdin && flags.reset) misuse('--set-stdin and --reset cannot be combined')
      return withTenant(terminal, flags, async (tenant, done) => {
        const client = (await tenant.store.clientsAdmin.find(id)) ?? noSuchClient(id)
        if (client.access_token_signed_response_alg !== 'HS256') refuse(`client ${id} is not registered for HS256`)
        if (flags.setStdin) await setSigningSecret(tenant, id, (await readAll(terminal.stdin)).replace(/\r?\n$/, ''))
        if (flags.reset) await tenant.store.clientsAdmin.setSigningSecret(id, undefined)
        await done('client.secret', id, { signing: flags.setStdin ? 'chosen' : flags.reset ? 'reset' : 'shown' })
        const now = (await tenant.store.clientsAdmin.find(id)) ?? noSuchClient(id)
        print(terminal, flags.json, { client_id: id, signing_secret: tenant.signingSecrets.secretOf(now) })
      })
    })
}

async function setSigningSecret({ store, signingSecrets }: Tenant, id: string, chosen: string): Promise<void> {
  if (Buffer.byteLength(chosen) < 32) refuse('the signing secret is shorter than 32 characters')
  await store.clientsAdmin.setSigningSecret(id, signingSecrets.sealSecret(id, chosen))
}

export function secretFlags(command: Command): Command {
  return command
    .option('--secret <text>', 'a chosen secret, at least 22 characters')
    .option('--allow-weak-secret', 'accept a shorter secret')
    .option('--secret-hash <hash>', 'the hash of an existing secret: argon2, bcrypt, scrypt or PBKDF2')
    .option('--secret-expires-in <time>', 'when the secret expires, such as 90d', duration)
}

/** The secret of a client: chosen or generated, or none if it does not authenticate with one. `shown`: undefined if only a hash is known. */
export function secretFor(client: ClientMetadata, flags: SecretFlags, tenant: Tenant): { row?: SecretRow; shown?: string } {
  const method = client.token_endpoint_auth_method
  if (hasSecret(client)) return secretByFlags(flags, tenant, signsWithSecret(client))
  return flags.secret === undefined && flags.secretHash === undefined
    ? {}
    : refuse(`a client with the authentication method ${method} has no secret`)
}

/** A chosen or a generated secret; a generated one if the client signs with it. `shown`: undefined if only a hash is known. */
export function secretByFlags(
  { secret, secretHash, secretExpiresIn, allowWeakSecret }: SecretFlags,
  { ctx, tokens }: Tenant,
  signs = false,
): { row: SecretRow; shown?: string } {
  if (secret !== undefined && secretHash !== undefined) misuse('--secret and --secret-hash cannot be combined')
  if (signs && (secret !== undefined || secretHash !== undefined))
    refuse('a client with client_secret_jwt signs with its secret, which is always generated: leave --secret and --secret-hash out')
  const hashProblem = secretHash === undefined ? undefined : foreignHashProblem(secretHash)
  if (hashProblem) refuse(`--secret-hash ${hashProblem}`)
  if (secret !== undefined && secret.length < 22 && !allowWeakSecret)
    refuse('the secret is shorter than 22 characters: leave it out to have one generated, or add --allow-weak-secret')
  const made = newSecret(tokens, { id: ctx.id(), now: ctx.now(), lifetime: secretExpiresIn, text: secret, signs })
  return secretHash === undefined ? made : { row: { ...made.row, hash: secretHash } }
}

export function noSuchClient(id: string): never {
  return refuse(`there is no client ${id}: see "gatehouse clients list"`)
}
