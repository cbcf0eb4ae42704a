/** Security profiles: named sets of client policy. Data only; the frame reads the policy, never the profile. */
import type { ClientPolicy } from '../client.ts'

export const profiles = {
  /** OAuth 2.1 and RFC 9700: what a new client gets. */
  oauth21: {},
  /** FAPI 2.0 Security Profile. Refresh tokens are kept: its clients are sender-constrained, and must survive a lost answer. */
  fapi2: {
    pushed_requests: 'required',
    assertion_audience: 'issuer',
    allowed_algs: ['PS256', 'ES256', 'EdDSA'],
    sender_constraint: 'required',
    refresh_rotation: 'keep',
    code_lifetime: 60,
  },
  /** Clients older than PKCE. */
  legacy: { pkce: 'optional' },
} as const satisfies Record<string, Partial<ClientPolicyInput>>

type ClientPolicyInput = {
  [K in keyof ClientPolicy]: ClientPolicy[K] extends (infer A)[] | undefined ? readonly A[] | undefined : ClientPolicy[K]
}
export type ProfileName = keyof typeof profiles
