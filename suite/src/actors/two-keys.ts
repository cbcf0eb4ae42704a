/** A client that has a key for ES256 and one for RS256, and registers one algorithm of them. */
import { generateKeyPairSync } from 'node:crypto'
import type { CheckContext } from '../context.ts'
import { accepted, NotApplicable } from '../expect.ts'
import type { Application } from './application.ts'

export interface TwoKeys {
  /** It signs with the key of the algorithm that is registered. */
  registered: Application
  /** It signs with the other one. */
  other: Application
}

/** Registers it for RS256, where the server takes both. `member`: the metadata that names the algorithm. */
export async function twoKeys(
  { app, metadata: ofServer, random, register }: CheckContext,
  member: string,
  metadata: object = {},
): Promise<TwoKeys> {
  const algs = ofServer.list(`${member}_values_supported`) ?? []
  if (!algs.includes('RS256') || !algs.includes('ES256')) throw new NotApplicable('the server does not take both RS256 and ES256')
  const es256 = { ...random.key(), kid: 'ec', alg: 'ES256', use: 'sig' }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const named = { kid: 'rsa', alg: 'RS256', use: 'sig' }
  const { d, ...ecPublic } = es256
  const keys = [ecPublic, { ...publicKey.export({ format: 'jwk' }), ...named }]
  const { reply, registration } = await register({ ...metadata, [member]: 'RS256', jwks: { keys } })
  accepted(reply)
  const client = app().with({ ...registration, client_secret: registration.client_secret })
  return {
    registered: client.with({ private_key: { ...privateKey.export({ format: 'jwk' }), ...named } }),
    other: client.with({ private_key: es256 }),
  }
}
