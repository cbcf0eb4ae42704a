/** Claims that a registration adds to access tokens, with a fixed value or one that is looked up — RFC 9068 §2.2.3. */
import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { line } from './text.ts'

const claimSource =
  /^(client\.(client_id|client_name|client_uri|contacts)|account\.((?!attributes$)\w{1,60}|attributes\.[a-z][a-z0-9_]{0,39})|token\.scope)$/
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
  .record(name, z.string().regex(claimSource, 'must be client., account., account.attributes. or token. with the name of a member'))
  .superRefine((sources, check) => {
    const isItself = (claim: string) => claim === 'groups' && sources[claim] === 'account.groups' // RFC 9068 §2.2.3.1
    for (const claim of Object.keys(sources)) if (reservedClaims.has(claim) && !isItself(claim)) refused(check, claim)
  })

function refused(check: z.core.$RefinementCtx, claim: string): void {
  check.addIssue({ code: 'custom', path: [claim], message: 'can only be set by the server' })
}
