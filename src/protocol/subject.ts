/** What an application is told in place of an account's own `sub` — OpenID Connect Core §8. */
import type { ClientMetadata } from './client.ts'
import type { Ctx } from './feature.ts'
import type { Credential } from './types.ts'

/** Those that share it are told the same subject. Undefined: the client is told the account's own. §8.1 */
export function sectorOf(client: Pick<ClientMetadata, 'subject_type' | 'sector_identifier_uri' | 'redirect_uris'>): string | undefined {
  if (client.subject_type === 'public') return undefined
  return new URL(client.sector_identifier_uri ?? (client.redirect_uris[0] as string)).hostname
}

export function subjectAt({ tokens }: Pick<Ctx, 'tokens'>, sector: string | undefined, subject: string): string {
  return sector === undefined ? subject : tokens.pairwise(sector, subject)
}

export function subjectFor(ctx: Pick<Ctx, 'tokens'>, client: Parameters<typeof sectorOf>[0], subject: string): string {
  return subjectAt(ctx, sectorOf(client), subject)
}

/** How the client of this credential is told its person; whom no person allowed it speaks for itself. */
export async function toldSubject(
  ctx: Ctx,
  { clientId, grantId, subject }: Pick<Credential, 'clientId' | 'grantId' | 'subject'>,
): Promise<string> {
  const client = clientId === undefined || grantId === undefined ? undefined : await ctx.store.clients.find(clientId)
  return client ? subjectFor(ctx, client, subject) : subject
}

/** A person as an ID token names them: by a subject that holds in its sector alone. */
export interface HintedPerson {
  subject: string
  sector: string | undefined
}

/** Whom an ID token of ours is about. `audience`: its `aud`. */
export async function hintedPerson(ctx: Ctx, subject: string, audience: unknown): Promise<HintedPerson> {
  const client = typeof audience === 'string' ? await ctx.store.clients.find(audience) : undefined
  return { subject, sector: client && sectorOf(client) }
}

export function isPerson(ctx: Ctx, hinted: HintedPerson, subject: string): boolean {
  return subjectAt(ctx, hinted.sector, subject) === hinted.subject
}
