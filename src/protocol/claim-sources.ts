/** Claims that a registration adds to access tokens, with a fixed value or one that is looked up — RFC 9068 §2.2.3. */
import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { standardClaims } from './claims.ts'
import { line } from './text.ts'

const named = (group: string, members: readonly string[]) => members.map((member) => `${group}.${member}`)
const ofAccount = named('account', [...standardClaims, 'role', 'groups'])
const ofClient = named('client', ['client_id', 'client_name', 'client_uri', 'contacts'])
const attribute = /^account\.attributes\.[a-z][a-z0-9_]{0,39}$/

/** The members of an account that can become claims: by name, or any attribute of the tenant. */
export function isAccountSource(source: string): boolean {
  return ofAccount.includes(source) || attribute.test(source)
}
export const accountSources = `${ofAccount.join(', ')}, account.attributes.NAME`

/** Every source, for people. */
export const everySource = `${accountSources}, ${ofClient.join(', ')}, token.scope`
const isSource = (source: string) => isAccountSource(source) || ofClient.includes(source) || source === 'token.scope'
const name = line(100)

/** A registration cannot set the claims that say who issued a token, for whom and until when. RFC 9068 §2.2, RFC 7800. */
export const reservedClaims: ReadonlySet<string> = new Set(
  'iss sub aud exp nbf iat jti client_id scope cnf act may_act gid fid sid auth_time acr amr roles groups active token_type userinfo_claims authorization_details'.split(
    ' ',
  ),
)

/** By name of the claim. */
export const fixedClaims = z
  .record(name, z.json())
  .refine((claims) => Buffer.byteLength(JSON.stringify(claims)) <= 4096, 'must not be longer than 4096 bytes as JSON')
  .superRefine((claims, check) => {
    for (const claim of Object.keys(claims)) if (reservedClaims.has(claim)) refused(check, claim)
  })

/** By name of the claim: the member of the client, the account or the token that it is read from. */
export const claimSources = z
  .record(name, z.string().refine(isSource, `must be client.…, account.… or token.scope: one of ${everySource}`))
  .superRefine((sources, check) => {
    for (const [claim, source] of Object.entries(sources)) if (reservedClaims.has(claim) && !isOwn(claim, source)) refused(check, claim)
  })

/** Groups and roles say what a person is in, as this server knows it, and nothing else. RFC 9068 §2.2.3.1 */
function isOwn(claim: string, source: string): boolean {
  if (claim === 'groups') return source === 'account.groups'
  return claim === 'roles' && (source === 'account.groups' || attribute.test(source))
}

function refused(check: z.core.$RefinementCtx, claim: string): void {
  check.addIssue({ code: 'custom', path: [claim], message: 'can only be set by the server' })
}
