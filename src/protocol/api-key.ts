/** Makes API keys and checks what they may hold — Gatehouse API keys, with the scopes of RFC 6749 §3.3 and the resources of RFC 8707. */
import { z } from 'zod'
import type { Ctx } from './feature.ts'
import type { ApiKey, StoredApiKey } from './registry.ts'
import { line } from './text.ts'

export const apiKeySchema = z.strictObject({
  label: line(120).describe('What the key is for, to recognise it by'),
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e ]*$/, 'has a character that no scope may have')
    .optional()
    .describe('What it allows: scopes, separated by spaces; absent: none'),
  resource: z.array(z.string()).max(20).default([]).describe('Identifiers of the APIs it is for; each may introspect it'),
})

/**
 * A key for this owner, and its text, which is never shown again. `lifetime`: seconds; undefined: it does not expire. Throws a `ZodError`
 * whose issues name the member and the rule.
 */
export async function makeApiKey(
  ctx: Ctx,
  { owner, subject }: Pick<ApiKey, 'owner' | 'subject'>,
  input: unknown,
  lifetime: number | undefined,
): Promise<{ key: StoredApiKey; text: string }> {
  const served = apiKeySchema.superRefine(async ({ scope = '', resource }, check) => {
    // UserInfo would be asked about a person who does not exist.
    if (owner === 'service' && scope.split(' ').includes('openid'))
      check.addIssue({ code: 'custom', path: ['scope'], message: 'cannot have openid: a service is not a person' })
    for (const [i, identifier] of resource.entries())
      if (!(await ctx.store.resources.find(identifier)))
        check.addIssue({ code: 'custom', path: ['resource', i], message: 'is not registered as a resource' })
  })
  const { label, scope = '', resource } = await served.parseAsync(input)
  const [id, now, { text, hash }] = [ctx.id(), ctx.now(), newText(ctx)]
  const words = [...new Set(scope.split(' ').filter(Boolean))]
  const times = { createdAt: now, lifetime, expiresAt: lifetime === undefined ? undefined : now + lifetime, lastUsedAt: undefined }
  return { key: { id, hash, owner, subject, label, scope: words, resource: [...new Set(resource)], chain: id, ...times }, text }
}

/** The text of a new key, and the hash under which it is stored. */
export function newText({ tokens }: Pick<Ctx, 'tokens'>): { text: string; hash: string } {
  const text = tokens.make('ak')
  return { text, hash: tokens.hash('ak', text) as string }
}
