/** Changes JWTs and signs them with a key that is added to the key set. */
import { generateKeyPairSync } from 'node:crypto'
import { signed } from '../src/actors/authenticate.ts'
import { decode, isJwt } from '../src/actors/jwt.ts'
import { after, afterJson, type Behaviour, both } from './fault.ts'

const key = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  alg: 'ES256',
  kid: 'fault',
  use: 'sig',
}
const { d, ...published } = key

/** Of the key that `resign` uses. */
export const publicKey: object = published

export type Change = (jwt: { claims: Record<string, unknown>; header: Record<string, unknown> }) => void

/** Changes a JWT in the token response. `keySet`: path of the keys of the server. */
export function resigned(member: 'id_token' | 'access_token', change: Change, keySet = '/jwks'): Behaviour {
  const tokens = afterJson('/token', async (said) => {
    const token = said[member]
    if (typeof token !== 'string' || !isJwt(token)) return
    said[member] = await resign(token, change)
  })
  return both(tokens, alsoPublished(keySet))
}

/** The same JWT with other contents, signed with the key of `alsoPublished`. */
export async function resign(token: string, change: Change): Promise<string> {
  const { header, claims } = decode(token)
  const jwt = { claims: { ...claims }, header: { typ: header.typ, kid: key.kid } as Record<string, unknown> }
  change(jwt)
  return signed({ ...key, kid: undefined }, jwt.claims, jwt.header)
}

/** Changes signed responses of a path. */
export function resignedAt(path: string, change: Change): Behaviour {
  return after(path, async (answer) => {
    if (answer.status === 200) answer.body = await resign(answer.body, change)
  })
}

/** Adds the key that `resign` uses to a key set. */
export function alsoPublished(keySet: string): Behaviour {
  return afterJson(keySet, (set) => {
    set['keys'] = [...(set['keys'] as object[]), publicKey]
  })
}
