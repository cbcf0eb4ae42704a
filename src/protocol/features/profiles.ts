/** Security profiles: named sets of registered values. They are only data; rules read a client's policy, never its profile. */
import type { z } from 'zod'
import type { clientSchema } from '../client.ts'

export const profiles = {
  /** OAuth 2.1 and RFC 9700: the default for a new client. */
  oauth21: {},
  /** FAPI 2.0 Security Profile. Refresh tokens are not rotated: clients are sender-constrained, and must survive a lost answer. */
  fapi2: {
    id_token_signed_response_alg: 'ES256',
    policy: {
      pushed_requests: 'required',
      assertion_audience: 'issuer',
      allowed_algs: ['PS256', 'ES256', 'EdDSA'],
      sender_constraint: 'required',
      refresh_rotation: 'keep',
      code_lifetime: 60,
    },
  },
  /** Clients older than PKCE. */
  legacy: { policy: { pkce: 'optional' } },
} satisfies Record<string, Partial<z.input<typeof clientSchema>>>

export type ProfileName = keyof typeof profiles
