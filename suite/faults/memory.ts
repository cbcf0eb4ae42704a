/** State of faults: what the server issued to which client. */
import { clients } from '../src/target/prepared.ts'
import { type Answer, afterJson, afterRedirect, authenticateAs, type Behaviour, before, both, clientOf } from './fault.ts'

export interface Seen {
  behaviour: Behaviour
  /** Name of the client that a value was issued to. */
  ownerOf(value: string): string | undefined
  /** The most recent value. */
  last(): string | undefined
}

/** Codes with their redirect URIs. */
export function codesSeen(): Seen & { redirectUriOf(code: string): string | undefined } {
  const codes = new Map<string, { owner: string | undefined; uri: string }>()
  const behaviour = afterRedirect((to) => {
    const code = to.searchParams.get('code')
    if (code !== null) codes.set(code, { owner: clientAt(to), uri: to.origin + to.pathname })
  })
  return {
    behaviour,
    ownerOf: (code) => codes.get(code)?.owner,
    redirectUriOf: (code) => codes.get(code)?.uri,
    last: () => [...codes.keys()].at(-1),
  }
}

export function tokensSeen(member: 'access_token' | 'refresh_token'): Seen {
  const owners = new Map<string, string | undefined>()
  const behaviour = afterJson('/token', (said, request) => {
    const token = said[member]
    if (typeof token === 'string') owners.set(token, clientOf(request))
  })
  return { behaviour, ownerOf: (token) => owners.get(token), last: () => [...owners.keys()].at(-1) }
}

/** The client that a redirect URI belongs to. */
function clientAt({ origin }: URL): string | undefined {
  return Object.keys(clients).find((name) =>
    clients[name]!.redirect_uris.some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
  )
}

/** Authenticates every request as the client that the presented value was issued to. */
export function ownersAre({ behaviour, ownerOf }: Seen, parameter: string, path = '/token'): Behaviour {
  const rewrite = before(path, (request) => {
    const owner = ownerOf(request.form?.get(parameter) ?? '')
    if (owner) authenticateAs(owner, request)
  })
  return both(behaviour, rewrite)
}

/** Replaces unknown values by the most recent one. */
export function lastInsteadOf({ behaviour, ownerOf, last }: Seen, parameter: string): Behaviour {
  const rewrite = before('/token', ({ form }) => {
    const value = form?.get(parameter)
    const newest = last()
    if (form?.has('grant_type') && newest && (!value || ownerOf(value) === undefined)) form.set(parameter, newest)
  })
  return both(behaviour, rewrite)
}

/** Repeats the first response for each value of a parameter. */
export function repeats(parameter: string, path = '/token', until = (_: Answer) => true): Behaviour {
  const kept = new Map<string, Promise<Answer>>()
  return {
    async request(request, ask) {
      const value = request.form?.get(parameter) ?? request.query.get(parameter)
      if (request.path !== path || !value) return undefined
      const answer = kept.get(value) ?? ask(request)
      kept.set(value, answer)
      if (!until(await answer)) kept.delete(value)
      return structuredClone(await answer)
    },
  }
}

/** Replaces values by short numbers in responses, and back in requests. */
export function shortened(change: (name: (value: string) => string) => Behaviour, parameter: string, path: string): Behaviour {
  const values: string[] = []
  const restore = before(path, ({ form, query }) => {
    for (const params of [form, query]) {
      const value = values[Number(params?.get(parameter)?.replace(/^.*[:-]/, ''))]
      if (value) params?.set(parameter, value)
    }
  })
  return both(
    restore,
    change((value) => String(values.push(value) - 1)),
  )
}
