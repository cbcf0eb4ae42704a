/** Entities of a federation for tests, each on a port of its own on loopback, whose statements and answers a test can change. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Claims = Record<string, unknown>
type Handler = (req: IncomingMessage, res: ServerResponse) => void

export interface Signer {
  kid: string
  jwk: Claims
  /** A compact JWS with ES256. */
  sign(typ: string | undefined, claims: Claims, header?: Claims): string
}

export interface Entity extends Signer {
  id: string
  /** Claims of its configuration, besides the usual or in their place; undefined removes one. */
  configuration: Claims
  /** Claims of its statements about others, by their identifier. */
  about: Map<string, Claims>
  /** Replaces the answer at a path, such as `/fetch`. */
  answers: Map<string, Handler>
  /** The paths that were asked for, oldest first. */
  requests: string[]
  configurationJwt(): string
  statementJwt(sub: string): string
}

export interface Federation {
  /** `superiors`: they vouch for it, and it names them. */
  entity(options?: { superiors?: readonly Entity[]; metadata?: Claims }): Promise<Entity>
  close(): Promise<void>
}

let count = 0

export function signer(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = `key-${++count}`
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }
  return { kid, jwk, sign: (typ, claims, header = {}) => signedWith(privateKey, { alg: 'ES256', kid, typ, ...header }, claims) }
}

export function signedWith(key: KeyObject, header: object, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** Statements are valid for an hour from `now`, in seconds since the epoch. */
export function federation(now: () => number): Federation {
  const servers: ReturnType<typeof createServer>[] = []

  async function entity({ superiors = [], metadata = {} }: { superiors?: readonly Entity[]; metadata?: Claims } = {}): Promise<Entity> {
    const keys = signer()
    const server = createServer((req, res) => answer(it, req, res))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const id = `http://localhost:${(server.address() as AddressInfo).port}`
    const times = () => ({ iat: now(), exp: now() + 3600 })
    const it: Entity = {
      ...keys,
      id,
      configuration: {},
      about: new Map(),
      answers: new Map(),
      requests: [],
      configurationJwt() {
        const usual = {
          ...{ iss: id, sub: id, ...times(), jwks: { keys: [keys.jwk] } },
          ...(superiors.length > 0 ? { authority_hints: superiors.map((one) => one.id) } : {}),
          metadata: {
            ...metadata,
            ...(it.about.size > 0 ? { federation_entity: { federation_fetch_endpoint: `${id}/fetch` } } : {}),
          },
        }
        return keys.sign('entity-statement+jwt', { ...usual, ...it.configuration })
      },
      statementJwt: (sub) => keys.sign('entity-statement+jwt', { iss: id, sub, ...times(), ...it.about.get(sub) }),
    }
    for (const superior of superiors) superior.about.set(id, { jwks: { keys: [keys.jwk] } })
    return it
  }

  return {
    entity,
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

/** Anchor, two intermediates, relying party. */
export async function usualChain(world: Federation) {
  const anchor = await world.entity()
  const second = await world.entity({ superiors: [anchor] })
  const first = await world.entity({ superiors: [second] })
  const rp = await world.entity({ superiors: [first], metadata: { openid_relying_party: { client_name: 'RP' } } })
  return { anchor, second, first, rp, anchors: new Map([[anchor.id, [anchor.jwk]]]) }
}

function answer(it: Entity, req: IncomingMessage, res: ServerResponse): void {
  const url = new URL(req.url ?? '/', it.id)
  it.requests.push(url.pathname)
  const replaced = it.answers.get(url.pathname)
  const sub = url.searchParams.get('sub') ?? ''
  if (replaced) replaced(req, res)
  else if (url.pathname === '/.well-known/openid-federation') sendStatement(res, it.configurationJwt())
  else if (url.pathname === '/fetch' && it.about.has(sub)) sendStatement(res, it.statementJwt(sub))
  else res.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}')
}

export function sendStatement(res: ServerResponse, jwt: string): void {
  res.writeHead(200, { 'content-type': 'application/entity-statement+jwt' }).end(jwt)
}
