/** The authentication device of oidc-provider, which leaves it to its operator: messages with a link, and the page behind it. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { people } from './prepared.ts'

/** The parts of the library that are used here. */
export interface ApprovingProvider {
  Grant: new (of: { clientId: string; accountId: string }) => { addOIDCScope(scope: string): void; save(): Promise<string> }
  backchannelResult(request: string, result: string | Error): Promise<void>
}

interface Waiting {
  person: string
  clientId: string
  scope: string
  message: string
}

const inboxPath = '/suite/inbox/'
const approvalPath = '/suite/approve'

export interface Approvals {
  /** With `{username}`. */
  inbox: string
  /** The configuration of the feature. */
  ciba: object
  /** Answers what belongs here. */
  around(listener: RequestListener): RequestListener
}

/** `provider`: as soon as there is one. `denied`: the error of a person who declines. */
export function approvals(issuer: string, provider: () => ApprovingProvider, denied: () => Error): Approvals {
  const waiting = new Map<string, Waiting>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, issuer)
    if (pathname.startsWith(inboxPath)) {
      const own = [...waiting].filter(([, { person }]) => person === pathname.slice(inboxPath.length)).toReversed()
      response.end(own.map(([id]) => `${issuer}${approvalPath}?request=${encodeURIComponent(id)}`).join('\n'))
      return
    }
    const id = searchParams.get('request') ?? ''
    const asked = waiting.get(id)
    if (asked === undefined) return void response.writeHead(404).end('unknown')
    response.setHeader('content-type', 'text/html')
    if (request.method !== 'POST') return void response.end(page(asked))
    const form = new URLSearchParams(await bodyOf(request))
    if (form.has('allow') && form.get('username') !== asked.person)
      return void response.writeHead(403).end('<p>This request is for somebody else')
    await provider().backchannelResult(id, form.has('allow') ? await grant(asked) : denied())
    response.end('<p>Thank you')
  }

  async function grant({ clientId, person, scope }: Waiting): Promise<string> {
    const { Grant } = provider()
    const made = new Grant({ clientId, accountId: person })
    made.addOIDCScope(scope)
    return made.save()
  }

  return {
    inbox: `${issuer}${inboxPath}{username}`,
    ciba: {
      enabled: true,
      deliveryModes: ['poll', 'ping'],
      processLoginHint: (_context: object, hint: string) => people.find(({ username }) => username === hint)?.username,
      processLoginHintToken: () => undefined,
      verifyUserCode: () => {},
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      triggerAuthenticationDevice(_context: object, request: Asked) {
        const { jti, accountId: person, clientId, params } = request
        waiting.set(jti, { person, clientId, scope: params['scope'] ?? 'openid', message: params['binding_message'] ?? '' })
      },
    },
    around: (listener) => (request, response) => {
      if (request.url!.startsWith('/suite/')) void answer(request, response)
      else listener(request, response)
    },
  }
}

interface Asked {
  jti: string
  accountId: string
  clientId: string
  params: Readonly<Record<string, string | undefined>>
}

function page({ message }: Waiting): string {
  const shown = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<form id="approval" method="post"><p>${shown}</p><input name="username"><button name="allow" value="1">Allow</button><button id="refuse" name="refuse" value="1">Refuse</button></form>`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
