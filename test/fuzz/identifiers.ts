/** Hostile ids and tokens: empty, dots, of another kind, of another tenant, forged. */

import type { Fixture } from './fixture.ts'
import { type Forgery, forgedToken, mutatedClaims } from './forged-tokens.ts'
import type { Random } from './random.ts'
import { hostileText } from './text.ts'

const odd = [
  '',
  '',
  '',
  '.',
  '..',
  '...',
  '%2e%2e',
  '%00',
  'a%00b',
  '%2F',
  '%ff',
  '%ED%A0%BD',
  '%0d%0aX-Fuzz:%201',
  '__proto__',
  'constructor',
  '*',
  ':id',
  '-',
  '0',
  '%20',
  '%C2%9B31m',
  '%E2%80%AE',
  '~',
  'null',
]

/** A path segment, percent-encoded where that is intended. */
export function hostileId(random: Random, { ids, tokens }: Fixture): string {
  switch (random.below(6)) {
    case 0:
      return encodeURIComponent(hostileText(random, 'x').toWellFormed())
    case 1:
      return encodeURIComponent(random.pick(Object.values(ids).flat()))
    case 2:
      return encodeURIComponent(random.pick([...tokens.values()].flat()).slice(0, 900))
    case 3:
      return 'a'.repeat(random.pick([255, 256, 1000, 1001, 8000]))
    default:
      return random.pick(odd)
  }
}

/** Any token that the server issued, of any kind, live or spent. */
export function anyToken(random: Random, { tokens }: Fixture): string {
  return random.pick([...tokens.values()].flat())
}

/** A token that no endpoint may accept as an access token: forged, malformed, of another kind or of another tenant. */
export function invalidToken(random: Random, fixture: Fixture): string {
  const { tokens } = fixture
  const kinds = ['id', 'refresh', 'code', 'secret', 'cookie', 'elsewhere']
  if (random.chance(0.3)) return random.pick(kinds.flatMap((kind) => tokens.get(kind) ?? []))
  if (random.chance(0.2)) return headerSafe(hostileText(random, anyToken(random, fixture)))
  return forged(random, fixture)
}

/** A JWT that was never issued. */
export function forged(random: Random, fixture: Fixture): string {
  return forgedToken(random, forgeryOf(fixture))
}

/** Correctly signed by an HS256 client, with arbitrary claims. It may be valid. */
export function mutatedToken(random: Random, fixture: Fixture): string {
  return mutatedClaims(random, forgeryOf(fixture))
}

function forgeryOf({ hmac, ids, people, harness, resource, publicKeys }: Fixture): Forgery {
  return {
    genuine: hmac.token,
    revoked: hmac.revoked,
    clientId: hmac.id,
    signingSecret: hmac.signingSecret,
    issuer: harness.issuer,
    subjects: [...ids['users']!, ...ids['clients']!, people.superadmin.subject],
    audiences: [harness.issuer, `${harness.issuer}/api/v1/admin`, resource.identifier, ...ids['clients']!],
    publicKeys,
  }
}

function headerSafe(text: string): string {
  return Buffer.from(`${text.replace(/[\r\n\0]/g, '')}x`).toString('latin1')
}
