/**
 * For tests alone: answers in place of a person whose password it knows, such as at the `automated_ciba_approval_url` of a conformance test.
 * It reads the mail that development mode shows, and so works with no other server.
 * Usage: `LOGIN=ada PASSWORD=… npm run example:automatic-approval`, then GET http://localhost:3004/?auth_req_id=ID&action=allow (or deny).
 */
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const issuer = process.env['ISSUER'] ?? 'http://localhost:8000'
const port = Number(process.env['PORT'] ?? 3004)
const { LOGIN: username = '', PASSWORD: password = '' } = process.env
if (!username || !password) throw new Error('Set LOGIN and PASSWORD to those of the person who is asked')

/** Links that were followed. The newest other one is that of the request: requests are answered one at a time. */
const followed = new Set<string>()
let turn: Promise<unknown> = Promise.resolve()

const plain = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** Mail comes a moment after the request: a link counts as the newest when there was no newer one for a second. */
async function nextLink(): Promise<string> {
  let newest: string | undefined
  for (let tries = 0; tries < 10; tries++, await wait(1000)) {
    const page = await (await fetch(`${issuer}/mails`)).text()
    const links = [...page.matchAll(/href="([^"]*\/backchannel_authentication\/approve\?[^"]*)"/g)].map(([, link]) => plain(link!))
    const link = links.find((one) => !followed.has(one))
    if (link === undefined || link !== newest) newest = link
    else {
      for (const one of links) followed.add(one)
      return link
    }
  }
  throw new Error('no mail asked for an approval within 10 seconds')
}

/** As much of a browser as it takes: cookies, redirects, and the forms of the pages. */
async function answer(action: 'allow' | 'deny'): Promise<string> {
  const cookies = new Map<string, string>()
  let url = await nextLink()
  let html = ''
  async function request(init: RequestInit = {}): Promise<void> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie, 'sec-fetch-site': 'same-origin' } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    html = await response.text()
    const onward = response.headers.get('location')
    if (onward === null) return
    url = new URL(onward, url).href
    await request()
  }
  async function submit(id: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const [, action, form] = new RegExp(`<form id="${id}"[^>]* action="([^"]+)"[^>]*>([^]*?)</form>`).exec(html) ?? []
    if (action === undefined || form === undefined) throw new Error(`the page has no form ${id}`)
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name!,
      plain(value!),
    ])
    url = new URL(plain(action), url).href
    await request({ method: 'POST', body: new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }) })
  }
  await request()
  await submit('sign-in', { username, password })
  await submit('consent', { answer: action })
  const said = action === 'allow' ? 'request-allowed' : 'request-refused'
  return html.includes(`id="${said}"`) ? said : Promise.reject(new Error('the request no longer waits'))
}

createServer(async (request, response) => {
  const action = new URL(request.url!, issuer).searchParams.get('action')
  if (request.method !== 'GET' || (action !== 'allow' && action !== 'deny'))
    return response.writeHead(400).end('action must be allow or deny\n')
  const answered = turn.then(() => answer(action))
  turn = answered.catch(() => {})
  return answered.then(
    (said) => response.end(`${said}\n`),
    (error: Error) => response.writeHead(502).end(`${error.message}\n`),
  )
}).listen(port, '127.0.0.1', () =>
  console.log(`automated_ciba_approval_url: http://localhost:${port}/?auth_req_id={auth_req_id}&action={action}`),
)
