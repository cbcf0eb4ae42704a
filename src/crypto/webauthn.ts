/** Passkeys: options for the browser, and verification of what its authenticator signed — Web Authentication Level 3 §7.1, §7.2. Attestation is neither requested nor verified. */
import { z } from 'zod'

const base64url = z.string().regex(/^[\w-]{1,16384}$/)
const credential = z.object({ id: base64url, rawId: base64url, type: z.literal('public-key') })
const transports = z.array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])).max(8)

const registrationSchema = credential.extend({
  response: z.object({ clientDataJSON: base64url, attestationObject: base64url, transports: transports.catch([]) }),
})
const assertionSchema = credential.extend({
  response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url, userHandle: base64url.nullish() }),
})

/** A new passkey, as its authenticator made it. */
export interface NewPasskey {
  id: string
  /** COSE, in base64url. */
  publicKey: string
  counter: number
  transports: readonly string[]
  /** May be on several devices. */
  synced: boolean
  backedUp: boolean
  /** The person proved to the authenticator who they are. */
  verified: boolean
}

/** What was signed with a passkey. */
export interface Assertion {
  counter: number
  backedUp: boolean
  verified: boolean
}

/** What a response says before anything is verified. */
export interface Claimed {
  id: string
  challenge: string
  userHandle: string | undefined
}

/** A tenant as relying party. `response`: JSON from our page; `challenge`: any text of ours. */
export interface WebAuthn {
  /** Options for `navigator.credentials.create`, as JSON. `handle`: of the person, 32 bytes in base64url. */
  creation(ask: { challenge: string; handle: string; username: string; name: string; known: readonly string[] }): string
  /** Options for `navigator.credentials.get`, as JSON. `allowed`: only these passkeys, or any when empty. */
  request(ask: { challenge: string; allowed: readonly { id: string; transports: readonly string[] }[]; verified: boolean }): string
  /** What names a passkey that is not stored here, as JSON. */
  unknown(id: string): string
  /** What names all passkeys of a person, as JSON. */
  accepted(handle: string, ids: readonly string[]): string
  /** Undefined when it is not a well-formed response. */
  read(response: string): Claimed | undefined
  /** Undefined when it is invalid. */
  created(ask: { response: string; challenge: string }): Promise<NewPasskey | undefined>
  /** Undefined when it is invalid: its origin, its signature, a counter that does not increase. `verified`: whether user verification is required. */
  signed(ask: {
    response: string
    challenge: string
    passkey: { id: string; publicKey: string; counter: number }
    verified: boolean
  }): Promise<Assertion | undefined>
}

/** EdDSA, ES256 and RS256, as browsers and authenticators have them — RFC 9053 §2, RFC 8812 §2. */
const algorithms = [-8, -7, -257]
const type = 'public-key'

/** Loaded with the first passkey, since it takes half the time and memory of the server's start. */
const verifiers = () => import('@simplewebauthn/server')

/** How long a browser waits for the person, in milliseconds. */
const timeout = 300_000

/** `issuer`: its host is the RP ID, its origin the only one whose pages may ask. `name`: shown by the browser. */
export function webAuthn({ issuer, name }: { issuer: string; name: string }): WebAuthn {
  const { hostname: rpId, origin } = new URL(issuer)
  return {
    creation({ challenge, handle, username, name: displayName, known }) {
      return JSON.stringify({
        rp: { id: rpId, name },
        user: { id: handle, name: username, displayName },
        challenge: encoded(challenge),
        pubKeyCredParams: algorithms.map((alg) => ({ type, alg })),
        timeout,
        excludeCredentials: known.map((id) => ({ type, id })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
        attestation: 'none',
      })
    },
    request({ challenge, allowed, verified }) {
      const allowCredentials = allowed.map(({ id, transports: known }) => ({ type, id, transports: known }))
      const userVerification = verified ? 'required' : 'preferred'
      return JSON.stringify({ rpId, challenge: encoded(challenge), timeout, userVerification, allowCredentials })
    },
    unknown: (credentialId) => JSON.stringify({ rpId, credentialId }),
    accepted: (userId, allAcceptedCredentialIds) => JSON.stringify({ rpId, userId, allAcceptedCredentialIds }),
    read(response) {
      const found = credential
        .extend({ response: z.object({ clientDataJSON: base64url, userHandle: base64url.nullish() }) })
        .safeParse(parsed(response))
      if (!found.success) return undefined
      const { clientDataJSON, userHandle } = found.data.response
      const said = z.object({ challenge: base64url }).safeParse(parsed(textOf(clientDataJSON)))
      return said.success ? { id: found.data.id, challenge: textOf(said.data.challenge), userHandle: userHandle ?? undefined } : undefined
    },
    created: ({ response, challenge }) =>
      unlessWrong(async () => {
        const { response: said, ...named } = registrationSchema.parse(parsed(response))
        const expected = {
          expectedChallenge: encoded(challenge),
          expectedOrigin: origin,
          expectedRPID: rpId,
          requireUserVerification: false,
          supportedAlgorithmIDs: algorithms,
        }
        const { verifyRegistrationResponse } = await verifiers()
        const { registrationInfo } = await verifyRegistrationResponse({
          response: { ...named, response: said, clientExtensionResults: {} },
          ...expected,
        })
        if (!registrationInfo || registrationInfo.credential.id !== named.id) return undefined
        const { credential: made, credentialDeviceType, credentialBackedUp: backedUp, userVerified: verified } = registrationInfo
        const publicKey = Buffer.from(made.publicKey).toString('base64url')
        const synced = credentialDeviceType === 'multiDevice'
        return { id: made.id, publicKey, counter: made.counter, transports: said.transports, synced, backedUp, verified }
      }),
    signed: ({ response, challenge, passkey, verified: requireUserVerification }) =>
      unlessWrong(async () => {
        const { response: said, ...named } = assertionSchema.parse(parsed(response))
        const { userHandle, ...rest } = said
        const { verifyAuthenticationResponse } = await verifiers()
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: { ...named, response: { ...rest, ...(userHandle ? { userHandle } : {}) }, clientExtensionResults: {} },
          expectedChallenge: encoded(challenge),
          expectedOrigin: origin,
          expectedRPID: rpId,
          requireUserVerification,
          credential: { ...passkey, publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')) },
        })
        if (!verified || named.id !== passkey.id) return undefined
        const { newCounter: counter, credentialBackedUp: backedUp, userVerified } = authenticationInfo
        return { counter, backedUp, verified: userVerified }
      }),
  }
}

/** The library throws when anything is invalid. */
async function unlessWrong<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}

const encoded = (text: string) => Buffer.from(text).toString('base64url')
const textOf = (encodedText: string) => Buffer.from(encodedText, 'base64url').toString()

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
