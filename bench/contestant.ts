/** What both servers are given: the same clients, the same person, codes for the same requests. */
import { createHash } from 'node:crypto'
import type { AccessTokenAlg } from '../src/protocol/algs.ts'

export interface Registration {
  id: string
  grants: readonly string[]
  scope: string
  /** Form of its access tokens: opaque, or a JWT signed so. */
  access: 'opaque' | AccessTokenAlg
  idToken: 'ES256' | 'RS256'
  /** It authenticates by `publicKey`, not by `secret`. */
  byKey?: true
}

const machine = { grants: ['client_credentials'], scope: 'read', idToken: 'ES256' } as const
const web = { grants: ['authorization_code', 'refresh_token'], scope: 'openid profile email offline_access read' } as const

export const registrations = {
  'machine-opaque': { ...machine, access: 'opaque' },
  'machine-es256': { ...machine, access: 'ES256' },
  'machine-rs256': { ...machine, access: 'RS256' },
  'machine-key': { ...machine, access: 'ES256', byKey: true },
  'web-es256': { ...web, access: 'ES256', idToken: 'ES256' },
  'web-rs256': { ...web, access: 'ES256', idToken: 'RS256' },
  'web-opaque': { ...web, access: 'opaque', idToken: 'ES256' },
  'web-key': { ...web, access: 'ES256', idToken: 'ES256', byKey: true },
} as const satisfies Record<string, Omit<Registration, 'id'>>
export type ClientId = keyof typeof registrations

export const clients: readonly Registration[] = Object.entries(registrations).map(([id, client]) => ({ id, ...client }))

/** Every client's secret: 256 bits, as both servers would make them. */
export const secret = 'Zx3JmFhJ8tq0cW5uVnYb2kR7pLsDg4eA9oNiXfQyTwM'
/** With which clients sign assertions and proofs. */
export const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'iXdGxstg5_aJ_ybB7Va11na3tAqsr-7ImX7IL4-UXhQ',
  y: '-aBSllNkFfYEvqUR4rMU6X33wf-m8uRDXqKPzgiRtWo',
}
export const privateKey = { ...publicKey, d: 'eQI9UwflZtPdrcxU9dSKZuTJRtCDfcqXmAWeqavbkEY' }
export const redirectUri = 'https://app.example/callback'
/** What the JWT access tokens of the peer are for; its way to choose their form. */
export const audience = 'https://api.example/'

/** The seconds since the epoch at which the person signed in. */
export const authTime = Math.floor(Date.now() / 1000)
export const person = {
  sub: 'f3f8a7de-alice',
  username: 'alice',
  email: 'alice@example.org',
  claims: { name: 'Alice Example', given_name: 'Alice', family_name: 'Example', locale: 'en-GB' },
}

/** RFC 7636: the same pair for every code. */
export const verifier = 'M25iVXpKU3puUjFaYWg3T1NDTDQtcW1ROUY5YXlwalNoc0hhakxifmZHag'
export const challenge = createHash('sha256').update(verifier).digest('base64url')

/** Asks a server to keep so many codes, as its authorization endpoint would have. */
export interface CodesWanted {
  client: ClientId
  scope: string
  count: number
}
/** How a server opens: the signing keys are its own. */
export interface Opened {
  origin: string
  version: string
}

/** A provider of tests, and a refresh token of the person there. */
export interface VaultWanted {
  issuer: string
  clientId: string
  clientSecret: string
  refreshToken: string
}
