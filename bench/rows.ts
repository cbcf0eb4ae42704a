/** The operations that are measured: what is sent, and what a right answer has. */
import type { Child } from './child.ts'
import { assertions, dpopProofs } from './client-jwts.ts'
import { type ClientId, type CodesWanted, challenge, redirectUri, secret, verifier } from './contestant.ts'
import type { Signature } from './floor.ts'
import type { Bodies, Job } from './load.ts'

export interface Server {
  name: string
  origin: string
  child: Child
  /** Of a server that the bench did not start: a client of its own, and where it answers. */
  remote?: { id: string; secret: string; paths: Readonly<Record<'token' | 'discovery' | 'jwks', string>> }
}

export interface Row {
  name: string
  /** The signatures it cannot be done without. */
  signatures: readonly Signature[]
  /** Any server can be asked, with a client of its own. */
  anywhere?: true
  /** Made before the measured window. `most`: requests that this window can see. */
  prepare(server: Server, most: number, connections: number): Promise<Asked>
}
type Asked = Pick<Job, 'method' | 'path' | 'headers' | 'bodies' | 'next' | 'member'>

export const rows: readonly Row[] = [
  machineRow('client_credentials, opaque', 'machine-opaque', []),
  machineRow('client_credentials, RS256', 'machine-rs256', ['RS256']),
  machineRow('client_credentials, ES256', 'machine-es256', ['ES256']),
  {
    name: 'client_credentials, private_key_jwt + DPoP',
    signatures: ['ES256'],
    async prepare({ origin }, most) {
      const fields = { grant_type: 'client_credentials', scope: 'read' }
      const bodies: Bodies = {
        kind: 'each',
        texts: withAssertions('machine-key', origin, most, fields),
        proofs: dpopProofs(`${origin}/token`, most),
      }
      return {
        method: 'POST',
        path: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        bodies,
        member: 'access_token',
      }
    },
  },
  {
    name: 'PAR, private_key_jwt',
    signatures: [],
    prepare: async ({ origin }, most) => pushing(withAssertions('web-key', origin, most, pushed)),
  },
  {
    name: 'PAR and code, private_key_jwt',
    signatures: ['ES256', 'ES256'],
    async prepare({ child, origin }, most) {
      const codes = await child.ask<string[]>('codes', { client: 'web-key', scope: 'openid read', count: most } satisfies CodesWanted)
      const signed = withAssertions('web-key', origin, most, {})
      const texts = codes.map((code, i) => `${signed[i]}&${codeBody(code)}`)
      return { ...pushing(withAssertions('web-key', origin, most, pushed)), next: { path: '/token', texts, member: 'id_token' } }
    },
  },
  codeRow('code, ID token ES256', 'web-es256', ['ES256', 'ES256']),
  codeRow('code, ID token RS256', 'web-rs256', ['ES256', 'RS256']),
  {
    name: 'refresh, rotating',
    signatures: ['ES256', 'ES256'],
    async prepare(server, _most, connections) {
      const tokens = await tokensFor(server, { client: 'web-es256', scope: 'openid offline_access read', count: connections })
      return tokenRequest('web-es256', { kind: 'chains', heads: tokens.map((answer) => answer['refresh_token']!) }, 'refresh_token')
    },
  },
  {
    name: 'introspection',
    signatures: [],
    async prepare(server) {
      const token = await userToken(server)
      const bodies: Bodies = { kind: 'same', text: `token=${token}` }
      return { ...tokenRequest('web-opaque', bodies, 'client_id'), path: '/introspect' }
    },
  },
  {
    name: 'userinfo',
    signatures: [],
    async prepare(server) {
      const headers = { authorization: `Bearer ${await userToken(server)}` }
      return { method: 'GET', path: '/userinfo', headers, bodies: { kind: 'same' }, member: 'email' }
    },
  },
  documentRow('discovery', { path: '/.well-known/openid-configuration', member: 'token_endpoint' }),
  documentRow('JWKS', { path: '/.well-known/jwks.json', member: 'keys' }),
]

const pushed = {
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: 'openid read',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}

function pushing(texts: readonly string[]): Asked {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', path: '/par', headers, bodies: { kind: 'each', texts }, member: 'request_uri' }
}

function machineRow(name: string, client: ClientId, signatures: readonly Signature[]): Row {
  const bodies: Bodies = { kind: 'same', text: 'grant_type=client_credentials&scope=read' }
  return { name, signatures, anywhere: true, prepare: async ({ remote }) => tokenRequest(client, bodies, 'access_token', remote) }
}

function codeRow(name: string, client: ClientId, signatures: readonly Signature[]): Row {
  return {
    name,
    signatures,
    async prepare({ child }, most) {
      const codes = await child.ask<string[]>('codes', { client, scope: 'openid read', count: most } satisfies CodesWanted)
      return tokenRequest(client, { kind: 'each', texts: codes.map(codeBody) }, 'id_token')
    },
  }
}

function documentRow(name: 'discovery' | 'JWKS', { path, member }: { path: string; member: string }): Row {
  const kind = name === 'JWKS' ? 'jwks' : name
  const asked = { method: 'GET', headers: {}, bodies: { kind: 'same' }, member } as const
  return { name, signatures: [], anywhere: true, prepare: async ({ remote }) => ({ ...asked, path: remote?.paths[kind] ?? path }) }
}

function tokenRequest(client: ClientId, bodies: Bodies, member: string, remote?: Server['remote']): Asked {
  const authorization = `Basic ${Buffer.from(remote ? `${remote.id}:${remote.secret}` : `${client}:${secret}`).toString('base64')}`
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', path: remote?.paths.token ?? '/token', headers, bodies, member }
}

function withAssertions(client: ClientId, issuer: string, count: number, fields: Record<string, string>): string[] {
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const rest = new URLSearchParams({ ...fields, client_id: client, client_assertion_type }).toString()
  return assertions(client, issuer, count).map((assertion) => `${rest}&client_assertion=${assertion}`)
}

function codeBody(code: string): string {
  return new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }).toString()
}

/** Opaque, of a person, good for UserInfo and for introspection by its own client. */
async function userToken(server: Server): Promise<string> {
  const [answer] = await tokensFor(server, { client: 'web-opaque', scope: 'openid profile email', count: 1 })
  return answer!['access_token']!
}

async function tokensFor({ child, origin }: Server, wanted: CodesWanted): Promise<Record<string, string>[]> {
  const codes = await child.ask<string[]>('codes', wanted)
  const { headers, path } = tokenRequest(wanted.client, { kind: 'same' }, '')
  return Promise.all(
    codes.map(async (code) => {
      const response = await fetch(origin + path, { method: 'POST', headers, body: codeBody(code) })
      if (!response.ok) throw new Error(`${origin} gives no tokens: ${await response.text()}`)
      return response.json() as Promise<Record<string, string>>
    }),
  )
}
