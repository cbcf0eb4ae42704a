/** Faults of servers that refuse too little. */
import { afterJson, type Behaviour, before } from './fault.ts'
import { alsoPublished, type Change, resign } from './resign.ts'

/** Ids of checks of one folder. */
export const of =
  (folder: string) =>
  (...names: readonly string[]) =>
    names.map((name) => `${folder}/${name}`)

/** Answers 200 in place of every error at a path. */
export function forgiving(path: string | RegExp, object: object = {}): Behaviour {
  return {
    answer(answer, request) {
      const isHere = typeof path === 'string' ? request.path === path : path.test(request.path)
      if (!isHere || answer.status < 400 || answer.status >= 500) return
      answer.status = 200
      answer.headers = { 'content-type': 'application/json' }
      answer.body = JSON.stringify(object)
    },
  }
}

/** Sends a code to the client in place of every error at the authorization endpoint. */
export const welcoming: Behaviour = {
  answer(answer, { path, query }) {
    if (!path.startsWith('/auth')) return
    const forCode = (text: string) => text.replace(/([?&#](?:amp;)?)error=\w+/g, '$1code=given')
    answer.body = forCode(answer.body)
    const location = answer.headers['location']
    if (location !== undefined) answer.headers['location'] = forCode(location)
    if (answer.status < 400 || answer.status >= 500) return
    const asked = query.get('redirect_uri') ?? ''
    const to = new URL(URL.canParse(asked) ? asked : 'https://client.example/callback')
    to.searchParams.set('code', 'given')
    Object.assign(answer, { status: 303, body: '', headers: { location: to.href } })
  },
}

/** Changes the JSON of a request. */
export function beforeJson(path: string, change: (object: Record<string, unknown>) => unknown): Behaviour {
  return before(path, (request) => {
    if (!request.body.startsWith('{')) return undefined
    const object = JSON.parse(request.body)
    change(object)
    request.body = JSON.stringify(object)
    return undefined
  })
}

/** Renames an error. */
export function renamed(path: string, from: string, to: string): Behaviour {
  return afterJson(path, (said) => {
    if (said['error'] === from) said['error'] = to
  })
}

/** Changes every page. */
export function pages(change: (body: string) => string): Behaviour {
  return {
    answer(answer) {
      if (answer.headers['content-type']?.startsWith('text/html')) answer.body = change(answer.body)
    },
  }
}

/** Changes the ID tokens of authorization responses. */
export function frontIdToken(change: Change, keySet: string): Behaviour {
  const keys = alsoPublished(keySet)
  return {
    async answer(answer, request) {
      await keys.answer?.(answer, request)
      const [, token] = /id_token=([\w.-]+)/.exec(answer.body + (answer.headers['location'] ?? '')) ?? []
      if (token === undefined) return
      const changed = await resign(token, change)
      answer.body = answer.body.replaceAll(token, changed)
      const location = answer.headers['location']
      if (location !== undefined) answer.headers['location'] = location.replaceAll(token, changed)
    },
  }
}
