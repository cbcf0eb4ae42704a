/** Members of a client for the grants that need no browser of its own — CIBA Core §4, OAuth 2.0 Identity Assertion JWT Authorization Grant §5. */
import { z } from 'zod'
import { clientSigningAlgs } from './codec/public-key.ts'
import { isIdentifier } from './resource.ts'
import { identifier } from './text.ts'

export const identityAssertionAudiences = z
  .record(
    z.string().max(2000),
    z.strictObject({
      client_id: identifier(255),
      scope: z.string().max(2000).default(''),
      resource: z.array(z.string().max(2000).refine(isIdentifier, 'must be an absolute URI without a fragment')).max(20).default([]),
      signs_in_as: identifier(255).optional(),
    }),
  )
  .refine((table) => Object.keys(table).length <= 50, 'must not name more than 50 authorization servers')
  .default({})
  .describe(
    'Other authorization servers for which it may get identity assertions, as {"https://auth.chat.example": {"client_id": "its identifier there", "scope": "chat.read", "resource": ["https://api.chat.example"], "signs_in_as": "the client here whose people that server signs in"}}',
  )

/** `url`: what the address of a client may be. */
export function backchannelMembers(url: z.ZodType<string, string>) {
  return {
    backchannel_token_delivery_mode: z
      .enum(['poll', 'ping', 'push'])
      .default('poll')
      .describe(
        'How it learns that a person has answered its backchannel request: it asks, it is told to ask, or it is sent the tokens, CIBA Core §4',
      ),
    backchannel_client_notification_endpoint: url.optional().describe('Where it is told, or sent its tokens: for ping and push'),
    backchannel_authentication_request_signing_alg: z
      .enum(clientSigningAlgs)
      .optional()
      .describe('The one algorithm of its backchannel requests, which it must then sign; absent: it may send them unsigned'),
  }
}
