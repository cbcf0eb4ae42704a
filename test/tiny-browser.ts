/** A browser of few words: keeps cookies, follows redirects within the issuer, fills in forms. It runs no script. */

export interface Landing {
  status: number
  /** Where it came to rest: a page of ours, or the address at a client it was sent to (and which is not fetched). */
  url: URL
  headers: Headers
  html: string
}

export interface TinyBrowser {
  open(url: string, headers?: Record<string, string>): Promise<Landing>
  /** Posts the form of this id from the page it last rested on, with the values of its hidden fields, and follows. */
  submit(form: string, fields?: Record<string, string>): Promise<Landing>
  post(url: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Landing>
  cookies: Map<string, string>
}

/** `through`: where a request for an address goes, in place of that address. */
export function browser(issuer: string, through = (url: string) => url): TinyBrowser {
  const cookies = new Map<string, string>()
  const origin = new URL(issuer).origin
  let page: Landing | undefined

  async function request(url: string, init: RequestInit, hops = 0): Promise<Landing> {
    const headers = new Headers(init.headers)
    headers.set('accept', 'text/html')
    if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(through(url), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keep(line)
    const location = response.headers.get('location')
    const html = await response.text()
    if (location === null) return rest({ status: response.status, url: new URL(url), headers: response.headers, html })
    const target = new URL(location, url)
    if (target.origin !== origin || hops > 8) return rest({ status: response.status, url: target, headers: response.headers, html })
    return request(target.href, { headers: { 'sec-fetch-site': 'same-origin' } }, hops + 1)
  }

  /** A page that only leads on to a client counts as having arrived there. */
  function rest(landing: Landing): Landing {
    const onward = /<a id="continue"[^>]* href="([^"]+)"/.exec(landing.html)?.[1]
    page = landing
    if (!/http-equiv="?refresh/i.test(landing.html) || onward === undefined) return landing
    page = { ...landing, url: new URL(unescaped(onward)) }
    return page
  }

  function keep(line: string): void {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    if (/max-age=0/i.test(line) || value === '') cookies.delete(name)
    else cookies.set(name, value)
  }

  return {
    cookies,
    open: (url, headers = {}) => request(new URL(url, issuer).href, { headers }),
    post: (url, fields, headers = {}) =>
      request(new URL(url, issuer).href, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { 'sec-fetch-site': 'same-origin', ...headers },
      }),
    async submit(id, fields = {}) {
      const form = new RegExp(`<form id="${id}"[^>]* action="([^"]+)"[^>]*>([\\s\\S]*?)</form>`).exec(page?.html ?? '')
      if (!form) throw new Error(`there is no form ${id} on ${page?.url}`)
      const hidden = [...(form[2] as string).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
      const values = Object.fromEntries(hidden.map(([, name, value]) => [name, unescaped(value as string)]))
      return request(new URL(unescaped(form[1] as string), page?.url).href, {
        method: 'POST',
        body: new URLSearchParams({ ...values, ...fields } as Record<string, string>),
        headers: { 'sec-fetch-site': 'same-origin' },
      })
    },
  }
}

function unescaped(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39|#x27);/g,
    (entity) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' })[entity] ?? "'",
  )
}
