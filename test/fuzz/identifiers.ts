/** What stands for an id, or in place of a token: nothing, dots, a thing of another kind, one of another tenant. */
import { type Forgery, forgedToken, garbledClaims } from './forged-tokens.ts'
import type { Random } from './random.ts'
import { hostileText } from './text.ts'
import type { World } from './world.ts'

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

/** For a place in a path, percent-encoded as far as it is to be. */
export function hostileId(random: Random, { ids, tokens }: World): string {
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

/** Any token there is, of whatever kind, alive or used up. */
export function anyToken(random: Random, { tokens }: World): string {
  return random.pick([...tokens.values()].flat())
}

/** What no place that takes bearer tokens may take: it was never issued, or for something else. */
export function worthlessToken(random: Random, world: World): string {
  const { tokens } = world
  const kinds = ['id', 'refresh', 'code', 'secret', 'cookie', 'elsewhere']
  if (random.chance(0.3)) return random.pick(kinds.flatMap((kind) => tokens.get(kind) ?? []))
  if (random.chance(0.2)) return headerSafe(hostileText(random, anyToken(random, world)))
  return forged(random, world)
}

/** A JWT that was never issued. */
export function forged(random: Random, world: World): string {
  return forgedToken(random, forgeryOf(world))
}

/** One that may be worth something: signed by a client with its secret, saying odd things. */
export function garbledToken(random: Random, world: World): string {
  return garbledClaims(random, forgeryOf(world))
}

function forgeryOf({ hmac, ids, people, probe, resource, publicKeys }: World): Forgery {
  return {
    genuine: hmac.token,
    revoked: hmac.revoked,
    clientId: hmac.id,
    signingSecret: hmac.signingSecret,
    issuer: probe.issuer,
    subjects: [...ids['users']!, ...ids['clients']!, people.superadmin.subject],
    audiences: [probe.issuer, `${probe.issuer}/api/v1/admin`, resource.identifier, ...ids['clients']!],
    publicKeys,
  }
}

function headerSafe(text: string): string {
  return Buffer.from(`${text.replace(/[\r\n\0]/g, '')}x`).toString('latin1')
}
