/** Faults of back-channel and front-channel logout. Logout tokens pass a relay, to which registered URIs are changed. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { formType } from '../src/http/form.ts'
import { type HttpRequest, send } from '../src/http/wire.ts'
import { type Behaviour, both, type Fault, fault, type Request } from './fault.ts'
import { alsoPublished, type Change, resign } from './resign.ts'

const backChannel = (...names: readonly string[]) => names.map((name) => `openid-connect-back-channel-logout/${name}`)
const frontChannel = (...names: readonly string[]) => names.map((name) => `openid-connect-front-channel-logout/${name}`)

const uriMember = 'backchannel_logout_uri'

/** What is sent to the client in place of the logout token. */
type Sent = (token: string) => Promise<Omit<HttpRequest, 'url'>>

/** A behavior with a relay to the registered URIs. */
function relayed(sent: Sent): Behaviour {
  const relay = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url!, 'http://relay.invalid').searchParams.get('to')!
    let body = ''
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk
    const request = await sent(new URLSearchParams(body).get('logout_token')!)
    await send({ ...request, url }, { signal: AbortSignal.timeout(10_000) })
    outgoing.writeHead(200).end()
  })
  const ready = once(relay.listen(0, '127.0.0.1').unref(), 'listening')
  return {
    async request(request) {
      await ready
      changeRegistration(request, (relay.address() as { port: number }).port)
      return undefined
    },
  }
}

function changeRegistration(request: Request, port: number): void {
  if (request.path !== '/register' || !request.body.includes(uriMember)) return
  const metadata = JSON.parse(request.body)
  const to = `http://127.0.0.1:${port}/?${new URLSearchParams({ to: metadata[uriMember] })}`
  request.body = JSON.stringify({ ...metadata, [uriMember]: to })
}

const form = (token: string) => ({ method: 'POST', headers: formType, body: new URLSearchParams({ logout_token: token }).toString() })

/** Changes logout tokens. */
const logoutToken = (change: Change) => () =>
  both(
    relayed(async (token) => form(await resign(token, change))),
    alsoPublished('/.well-known/jwks.json'),
  )

/** Changes the addresses of frames in pages. */
const frames = (change: (address: string) => string): Behaviour => ({
  answer(answer) {
    answer.body = answer.body.replace(/(<iframe [^>]*src=")([^"]*)/g, (_, before: string, address: string) => before + change(address))
  },
})

export const logoutFaults: readonly Fault[] = [
  fault('sends logout tokens as JSON', backChannel('logout-token-comes-by-post'), () =>
    relayed(async (token) => ({ ...form(token), headers: { 'content-type': 'application/json' } })),
  ),
  ...['iss', 'aud', 'iat', 'exp', 'jti', 'events'].map((name) =>
    fault(
      `omits ${name} from logout tokens`,
      backChannel('logout-token-claims'),
      logoutToken(({ claims }) => delete claims[name]),
    ),
  ),
  fault('signs logout tokens with a key that is not published', backChannel('logout-token-claims'), () =>
    relayed(async (token) => form(await resign(token, () => {}))),
  ),
  fault(
    'names another session in logout tokens',
    backChannel('logout-token-names-the-session'),
    logoutToken(({ claims }) => Object.assign(claims, { sid: 'other' })),
  ),
  fault(
    'puts a nonce into logout tokens',
    backChannel('logout-token-has-no-nonce'),
    logoutToken(({ claims }) => Object.assign(claims, { nonce: 'logout' })),
  ),
  fault(
    'issues logout tokens of type JWT',
    backChannel('logout-token-is-typed'),
    logoutToken(({ header }) => Object.assign(header, { typ: 'JWT' })),
  ),
  fault(
    'issues logout tokens for an hour',
    backChannel('logout-token-is-short-lived'),
    logoutToken(({ claims }) => Object.assign(claims, { exp: Number(claims['iat']) + 3600 })),
  ),
  fault(
    'drops the query of a front-channel logout URI',
    frontChannel('registered-uri-is-loaded', 'frame-names-the-session'),
    frames((address) => address.split('?')[0]!),
  ),
  fault(
    'names another session in frames',
    frontChannel('frame-names-the-session'),
    frames((address) => address.replace(/sid=[^&"]*/, 'sid=other')),
  ),
]
