/** The security policy of a client. */
import { z } from 'zod'
import { signingAlgs } from './algs.ts'
import { identifier } from './text.ts'

const seconds = z.int().min(1)
const signingAlg = z.enum([...signingAlgs, 'Ed25519'])

/** What differs between security profiles. It is data, never code; `features/profiles.ts` has the profiles. */
export const policySchema = z.strictObject({
  pkce: z.enum(['required', 'optional']).default('required').describe('Proof key for code exchange, RFC 7636'),
  pushed_requests: z.enum(['optional', 'required']).default('optional').describe('Pushed authorization requests, RFC 9126'),
  signed_requests: z
    .enum(['optional', 'required', 'unless_pushed'])
    .default('optional')
    .describe('Signed request objects, RFC 9101; unless_pushed: or pushed requests, for which the client authenticates'),
  signed_responses: z.enum(['optional', 'required']).default('optional').describe('Authorization responses as JWTs, JARM'),
  request_object_lifetime: seconds
    .max(3600)
    .optional()
    .describe('Seconds from `nbf` to `exp` of a request object, which it must then have; absent: no bound'),
  request_object_jti: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('required: a request object has a `jti`, and works once'),
  request_object_audience: z
    .enum(['liberal', 'issuer'])
    .default('liberal')
    .describe('issuer: a request object has an `iss`, and its `aud` is this issuer alone; liberal: `aud` may name others too'),
  parameters_outside_request_object: z
    .enum(['ignored', 'merged'])
    .default('ignored')
    .describe('ignored: RFC 9101 §6.3; merged: OpenID Connect Core §6.1'),
  assertion_audience: z.enum(['issuer', 'liberal']).default('issuer').describe('Which `aud` a client assertion may name, RFC 7523 §3'),
  allowed_algs: z.array(signingAlg).min(1).optional().describe('Algorithms this client may sign with and be answered in; absent: all'),
  sender_constraint: z.enum(['none', 'required']).default('none').describe('Tokens must be bound to a key, RFC 9449 or RFC 8705'),
  dpop_nonce: z.enum(['optional', 'required']).default('optional').describe('DPoP proofs with a nonce of this server, RFC 9449 §8'),
  refresh_rotation: z
    .enum(['rotate', 'keep'])
    .default('rotate')
    .describe('rotate: a new refresh token with each use; keep: the same one for its lifetime'),
  client_secret_method: z
    .enum(['any', 'registered'])
    .default('any')
    .describe('any: the secret is accepted by client_secret_basic and client_secret_post; registered: only by the registered method'),
  audience_parameter: z
    .enum(['ignore', 'resource'])
    .default('ignore')
    .describe('resource: the parameter `audience` means what `resource` means, for libraries that send that'),
  iss_parameter: z
    .enum(['send', 'omit'])
    .default('send')
    .describe('omit: authorization responses without `iss`, for libraries that misread it, RFC 9207'),
  token_exchange: z
    .enum(['none', 'delegate', 'impersonate'])
    .default('none')
    .describe('delegate: it may act for the subjects of tokens, and is named in `act`; impersonate: also without being named, RFC 8693'),
  device_sso_group: identifier(63)
    .optional()
    .describe('Group of applications of one vendor that share a sign-in on a device, for the scope device_sso; absent: it shares none'),
  code_lifetime: seconds.max(600).optional().describe('Seconds; absent: as the tenant sets it'),
  after_session: z
    .enum(['keep', 'end'])
    .default('keep')
    .describe('end: its tokens end with the session in which the person signed in, also with offline_access'),
  assignment: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('required: only people may use it who are assigned to it, or are in a group that is'),
  consent: z.enum(['ask', 'skip']).default('ask').describe("skip: one of the operator's own applications, whose users are not asked"),
})
