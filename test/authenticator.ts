/** An authenticator of passkeys for tests, and the browser around it: what it says can be bent in every way — Web Authentication Level 3 §6. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What an honest one says unless a test bends it. */
export interface Bent {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  /** Flags: the person was there, and proved who they are. */
  present?: boolean
  verified?: boolean
  counter?: number
  userHandle?: string | undefined
  id?: string
  /** Signs with another key. */
  forged?: true
}

export interface Authenticator {
  /** Answers `navigator.credentials.create`. */
  create(options: string, bent?: Bent): string
  /** Answers `navigator.credentials.get`. */
  get(options: string, bent?: Bent): string
  id: string
  userHandle: string | undefined
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest()
const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url')

/** One passkey. `synced`: it says that it may be on several devices. `counts`: whether it has a counter. */
export function authenticator(
  origin: string,
  { synced = false, counts = true }: { synced?: boolean; counts?: boolean } = {},
): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rawId = randomBytes(32)
  let counter = 0

  function clientData(type: string, options: { challenge: string }, bent: Bent): Buffer {
    const said = {
      type: bent.type ?? type,
      challenge: bent.challenge ?? options.challenge,
      origin: bent.origin ?? origin,
      crossOrigin: false,
    }
    return Buffer.from(JSON.stringify(said))
  }

  function authData(rpId: string, bent: Bent, attested: Uint8Array): Buffer {
    const flags =
      (bent.present === false ? 0 : 1) | (bent.verified === false ? 0 : 4) | (synced ? 8 + 16 : 0) | (attested.length > 0 ? 64 : 0)
    const count = Buffer.alloc(4)
    if (counts) counter += 1
    count.writeUInt32BE(bent.counter ?? counter)
    return Buffer.concat([sha256(bent.rpId ?? rpId), Buffer.from([flags]), count, attested])
  }

  const it: Authenticator = {
    id: base64url(rawId),
    userHandle: undefined,
    create(json, bent = {}) {
      const options = JSON.parse(json)
      it.userHandle = options.user.id
      const length = Buffer.alloc(2)
      length.writeUInt16BE(rawId.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, rawId, coseKey(publicKey)])
      const data = authData(options.rp.id, bent, attested)
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', data],
        ]),
      )
      const response = {
        clientDataJSON: base64url(clientData('webauthn.create', options, bent)),
        attestationObject: base64url(attestationObject),
        transports: ['internal'],
      }
      return JSON.stringify({ id: bent.id ?? it.id, rawId: bent.id ?? it.id, type: 'public-key', response })
    },
    get(json, bent = {}) {
      const options = JSON.parse(json)
      const client = clientData('webauthn.get', options, bent)
      const data = authData(options.rpId, bent, new Uint8Array())
      const key = bent.forged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : privateKey
      const userHandle = 'userHandle' in bent ? bent.userHandle : it.userHandle
      const response = {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(sign('sha256', Buffer.concat([data, sha256(client)]), key)),
        ...(userHandle === undefined ? {} : { userHandle }),
      }
      return JSON.stringify({ id: bent.id ?? it.id, rawId: bent.id ?? it.id, type: 'public-key', response })
    },
  }
  return it
}

/** RFC 9053 §7.1.1: an ES256 key on P-256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const parts: [number, Cbor][] = [
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ]
  return cbor(new Map(parts))
}

type Cbor = number | string | Uint8Array | Map<string, Cbor> | Map<number, Cbor>

/** RFC 8949 §3, as much of it as is needed. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])])
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  if (length < 256) return Buffer.from([(major << 5) | 24, length])
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255])
}
