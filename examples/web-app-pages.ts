/** The pages of the example application. */
import type { TokenEndpointResponse, UserInfoResponse } from 'openid-client'

interface SignedIn {
  tokens: TokenEndpointResponse
  user: UserInfoResponse
  notes: string | undefined
  /** Where people manage their account. */
  account: string
}

export function signedOutPage(): string {
  return page(
    'Demo application',
    `<p>This application has no passwords. Gatehouse signs people in, and tells it who they are.</p>${button('sign-in', 'Sign in', 'primary')}`,
  )
}

export function signedInPage({ tokens, user, notes, account }: SignedIn): string {
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = tokens
  const actions = [
    button('call-api', 'Call the API', 'primary'),
    refreshToken === undefined ? '' : button('refresh', 'Refresh the tokens'),
    button('sign-out', 'Sign out'),
  ]
  return page(
    `Hello, ${user.name ?? user.preferred_username ?? user.sub}`,
    `<p id="who">${escaped(user.email ?? user.sub)} · <a href="${escaped(account)}">Your account</a></p>
<div class="actions">${actions.join('')}</div>
${notes === undefined ? '' : section('The API answered', 'It checked the access token by its signature, audience and scope.', notes, 'notes')}
${section('ID token', 'Tells this application who signed in, when and how. It is for this application alone.', decoded(idToken), 'id-token')}
${section('Access token', 'Lets this application call APIs. The APIs read it; the application does not need to.', decoded(accessToken), 'access-token')}
${refreshToken === undefined ? '' : section('Refresh token', 'Gets new tokens from Gatehouse when the access token expires. It works once, and means nothing to anyone else.', `${refreshToken.slice(0, 12)}…`, 'refresh-token')}
${section('UserInfo', 'What Gatehouse told when it was asked with the access token.', JSON.stringify(user, null, 2), 'userinfo')}`,
  )
}

export function errorPage(sentence: string): string {
  return page('That did not work', `<p id="problem">${escaped(sentence)}</p><p><a href="/">Start page</a></p>`)
}

/** What a JWT says. Its signature was checked by the library. */
function decoded(jwt: string | undefined): string {
  const part = jwt?.split('.')[1]
  if (part === undefined) return 'opaque'
  const claims = JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const times = ['iat', 'exp', 'auth_time'].filter((name) => typeof claims[name] === 'number')
  const readable = Object.fromEntries(times.map((name) => [name, new Date((claims[name] as number) * 1000).toISOString()]))
  return JSON.stringify({ ...claims, ...readable }, null, 2)
}

function section(title: string, what: string, text: string, id: string): string {
  return `<section><h2>${title}</h2><p>${what}</p><pre id="${id}" tabindex="0">${escaped(text)}</pre></section>`
}

function button(path: string, label: string, kind = ''): string {
  return `<form method="post" action="/${path}"><button id="${path}" class="${kind}">${label}</button></form>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body><main><h1>${escaped(title)}</h1>${body}</main></body>
</html>`
}

const style = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
main { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere }
section { margin-top: 2rem }
h2 { margin-bottom: 0; font-size: 1.1rem }
h2 + p { margin-top: 0.25rem }
pre { padding: 1rem; border-radius: 0.5rem; background: color-mix(in srgb, currentColor 8%, transparent); white-space: pre-wrap; font-size: 0.875rem }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem }
button { font: inherit; min-height: 2.75rem; padding: 0 1.25rem; border-radius: 0.5rem; border: 1px solid currentColor; background: none; color: inherit; cursor: pointer }
.primary { background: #17594a; border-color: #17594a; color: #fff }
`
