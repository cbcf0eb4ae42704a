import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { samples } from '../../../test/browser/page-samples.ts'
import type { Application, Page, Person } from '../../protocol/request-reply.ts'
import type { View } from './layout.ts'
import { pageScript } from './page-script.ts'
import { renderPage, renderView } from './pages.ts'
import { passkeyScript } from './passkey.ts'

const look = { tenant: 'Acme', base: '/t/acme', nonce: 'bm9uY2U', recovery: true, signUp: true, account: true }

/** Every page, made of one text wherever text may come from outside. */
function pagesOf(text: string, logo: string | undefined = undefined): Page[] {
  const application: Application = { name: text, clientUri: text, logoUri: logo, policyUri: text, tosUri: text }
  const person: Person = { sid: text, name: text, detail: text }
  const flow = text
  const fields = { [`x${text}`]: text }
  const scopes = [
    { name: text, description: text, api: text, known: false },
    { name: text, description: text, api: text, known: true },
  ]
  const details = [{ title: text, api: text, lines: [[text, text] as const], detail: text, known: true, eachTime: false }]
  const to = `https://app.example/cb?${text}`
  const totp = { secret: text, uri: `otpauth://totp/x?${text}`, draft: text }
  return [
    {
      page: 'sign-in',
      data: {
        flow,
        application,
        loginHint: `x${text}`,
        problem: text,
        passkey: text,
        canChoose: true,
        upstreams: [{ name: 'x', label: text }],
      },
    },
    { page: 'sign-up', data: { flow, application, email: text, name: text, problem: { text }, canChoose: true, ...questionsOf(text) } },
    { page: 'choose-account', data: { flow, application, accounts: [person, person] } },
    { page: 'consent', data: { flow, application, person, scopes, to, unproven: false, details } },
    { page: 'new-password', data: { flow, application, person, problem: text } },
    { page: 'second-factor', data: { flow, application, person, totp: true, passkey: text, recovery: true, problem: text } },
    { page: 'enrolment', data: { flow, application, person, totp, passkey: text, problem: text } },
    { page: 'recovery-codes', data: { codes: [text, text], next: to } },
    {
      page: 'credential-offer',
      data: { credential: text, link: `openid-credential-offer://?x=${text}`, txCode: text, minutes: 5, next: to },
    },
    { page: 'leave', data: { application, to } },
    { page: 'form-post', data: { application, action: to, fields } },
    { page: 'sign-out', data: { token: text, person, fields } },
    { page: 'signed-out', data: { application, to, stayed: false } },
    { page: 'signed-out', data: { application, to, stayed: false, frames: [`https://app.example/out?${text}`, `https://a;b/${text}`] } },
    { page: 'forgot-password', data: { flow, login: `x${text}`, problem: text } },
    { page: 'choose-password', data: { token: text, kind: 'invitation', username: text, person, problem: text } },
    { page: 'confirm-connection', data: { token: text, flow: text, provider: text, account: text, person } },
    { page: 'confirm-email', data: { token: text, email: text, person } },
    { page: 'done', data: { what: 'mail-sent', flow } },
    { page: 'error', data: { code: text, description: text, status: 400, cure: text } },
  ]
}

/** One of each type. */
function questionsOf(text: string) {
  const common = { title: text, description: text, required: true, max_length: 2000 }
  const types = ['string', 'number', 'boolean', 'date', 'enum', 'list'] as const
  const asked = types.map((type) => ({ ...common, name: type, type, values: [`x${text}`] }))
  const typed = Object.fromEntries(types.map((type) => [type, text]))
  return { asked, typed, faults: { attribute_list: text } }
}

const tag = /<(\/?[a-z][a-z0-9]*)((?:\s[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/g

/** Elements and the names of their attributes, without any value and any text. */
function skeleton(document: string): string[] {
  const tags = document
    .replace(passkeyScript.text, '')
    .replace(pageScript.text, '')
    .replace(/<style.*?<\/style>/s, '')
    .matchAll(tag)
  return Array.from(tags, ([, name, attributes]) => `${name}${attributes!.replace(/="[^"]*"/g, '')}`)
}

/** What remains when every well-formed tag is removed: an angle bracket here belongs to a malformed tag. */
function outsideTags(document: string): string {
  return document
    .replace(passkeyScript.text, '')
    .replace(pageScript.text, '')
    .replace(/<style.*?<\/style>|<!doctype html>/gs, '')
    .replace(tag, '')
}

test('no text from outside changes the structure of a page', () => {
  const usual = pagesOf('plain').map((page) => skeleton(renderPage(page, look).html))
  // Letters first, so that each text has an initial and is never replaced by the icon; no @, where a line may break.
  const nasty = fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '=', '/', ' ', 'a', '\n', '{tenant}', '</title>', '<script>', '\u202e'),
  })
  fc.assert(
    fc.property(nasty, (text) => {
      pagesOf(`a${text}`).forEach((page, i) => {
        const { html, csp } = renderPage(page, { ...look, tenant: `a${text}`, base: `/${text}` })
        assert.deepEqual(skeleton(html), usual[i], page.page)
        assert.doesNotMatch(outsideTags(html), /[<>]/, page.page)
        assert.doesNotMatch(csp, /[<>"\n]/)
      })
    }),
  )
})

/** With what no reader sees left out, and the places that a script fills. */
function bodyOf(page: Page | View): string {
  const { html } = 'page' in page ? renderPage(page, full) : renderView(page, full)
  return html
    .replace(/<(style|script)\b.*?<\/\1>/gs, '')
    .replaceAll('<p class="hint" role="status"></p>', '')
    .replace(/(<textarea[^>]*>)\s*<\/textarea>/g, '$1')
}
const full = { ...look, help: true, request: { id: 'PnP2aBcDeFgHiJkLmNoPqR', time: Date.parse('2031-05-01T12:00:00Z') / 1000 } }

for (const [name, page] of Object.entries(samples('https://cdn.example')))
  test(`the page ${name} says something wherever it has an element for it, and names only what is there`, () => {
    const body = bodyOf(page)
    assert.deepEqual(body.match(/<([a-z][a-z0-9]*)(?: [^>]*)?>\s*<\/\1>/g), null)
    assert.deepEqual(body.match(/ (?:id|for|class|href|action|content|lang|dir|type|aria-[a-z]+|autocomplete|enterkeyhint)=""/g), null)
    assert.doesNotMatch(body.replace(/<[^>]*>/g, ' '), /undefined|\[object|\bNaN\b|\{[a-z]+\}/)
    const ids = Array.from(body.matchAll(/ id="([^"]*)"/g), ([, id]) => id)
    const named = Array.from(body.matchAll(/ (?:for|aria-describedby|aria-labelledby)="([^"]*)"/g), ([, all]) => all!.split(' ')).flat()
    assert.deepEqual(
      named.filter((id) => !ids.includes(id)),
      [],
    )
    assert.ok((body.match(/ autofocus/g) ?? []).length <= 1, 'one field has the focus at most')
    assert.equal(body.match(/<h1/g)?.length, 1)
  })

test('the field to fill in has the focus, also to be corrected; what went wrong has it where there is no field', () => {
  const focus: Record<string, string[]> = {
    username: ['sign-in', 'sign-in-upstreams', 'sign-in-own', 'account-deletion-typed-wrong'],
    password: [
      ...['sign-in-logo', 'sign-in-problem', 'sign-in-throttled', 'confirm-sign-up-elsewhere', 'confirm-sign-up-problem', 'new-password'],
      ...['new-password-problem', 'reset-password', 'invitation', 'invitation-problem', 'account-password-first'],
    ],
    email: ['sign-up', 'sign-up-problem', 'sign-up-asking', 'account-email-none'],
    code: ['second-factor', 'second-factor-problem', 'enrolment-problem', 'account-second-factors-wrong'],
    login: ['forgot-password', 'forgot-password-problem'],
    birthdate: ['account-profile-problem'],
    attribute_department: ['sign-up-asking-problem'],
    'user-code': ['device', 'device-code', 'device-problem'],
    subject: ['decision'],
    problem: ['second-factor-passkey-problem', 'account-deletion-problem'],
  }
  for (const [name, page] of Object.entries(samples('https://cdn.example'))) {
    const [, id] = / id="([^"]*)"[^>]* autofocus/.exec(bodyOf(page)) ?? []
    const field = Object.keys(focus).find((one) => focus[one]?.includes(name))
    if (!name.startsWith('hostile-')) assert.equal(id, field, name)
  }
})

test('who has no initials is shown by a mark', () => {
  const [ada, nothing] = ['Ada Lovelace', '\u2060'].map((name) => {
    const application: Application = { name, clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
    return /<main>\s*<header><div class="emblem[^>]*>(.*?)<\/div>/s.exec(
      renderPage({ page: 'leave', data: { application, to: 'https://a.example/' } }, look).html,
    )?.[1]
  })
  assert.equal(ada, '<span>AL</span>')
  assert.match(nothing ?? '', /^<span><svg/)
})

function policy(page: Page): Record<string, string> {
  const { csp } = renderPage(page, look)
  return Object.fromEntries(csp.split('; ').map((directive) => [directive.split(' ')[0]!, directive.split(' ').slice(1).join(' ')]))
}

test('each page has the narrowest policy', () => {
  const own = {
    'sign-in': "'self'",
    'sign-up': "'self'",
    'choose-account': "'self'",
    consent: "'self'",
    'sign-out': "'self'",
    'new-password': "'self'",
    'second-factor': "'self'",
    enrolment: "'self'",
    'forgot-password': "'self'",
    'choose-password': "'self'",
    'confirm-connection': "'self'",
    'confirm-email': "'self'",
  }
  const withScript = ['form-post', 'sign-in', 'second-factor', 'enrolment', 'sign-up', 'new-password', 'choose-password', 'recovery-codes']
  for (const page of pagesOf('x')) {
    const { 'form-action': forms, 'script-src': script, ...rest } = policy(page)
    const usual = page.page === 'form-post' ? undefined : "'none'" // Its form posts to a client, which may redirect anywhere.
    assert.equal(forms, own[page.page as keyof typeof own] ?? usual, page.page)
    const framing = page.page === 'signed-out' && page.data.frames !== undefined
    const scripted = framing || withScript.includes(page.page)
    assert.equal(script, scripted ? "'nonce-bm9uY2U'" : undefined, page.page)
    assert.deepEqual(rest, {
      'default-src': "'none'",
      'style-src': "'nonce-bm9uY2U'",
      'img-src': "'self' data:",
      ...(framing && { 'frame-src': 'https://app.example' }),
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    })
  }
})

test('a logo is allowed by its origin, and is omitted when the policy cannot name it', () => {
  const withLogo = (logo: string) => pagesOf('x', logo)[0]!
  assert.equal(policy(withLogo('https://cdn.example/a.png'))['img-src'], "'self' data: https://cdn.example")
  assert.match(renderPage(withLogo('https://cdn.example/a.png'), look).html, /<img src="https:\/\/cdn\.example\/a\.png"/)
  for (const logo of ['https://a;sandbox/x.png', 'javascript:alert(1)', 'data:image/png;base64,AA', 'com.example.app:/x']) {
    assert.equal(policy(withLogo(logo))['img-src'], "'self' data:", logo)
    assert.doesNotMatch(renderPage(withLogo(logo), look).html, /<img/, logo)
  }
})

test('a client URL that is not http or https is not a link', () => {
  const application = { name: 'x', clientUri: 'javascript:a', logoUri: undefined, policyUri: 'data:,a', tosUri: 'com.example:/a' }
  const person = { sid: 's', name: 'x', detail: undefined }
  const { html } = renderPage(
    { page: 'consent', data: { flow: 'f', application, person, scopes: [], to: 'https://app.example/cb', unproven: false } },
    look,
  )
  assert.deepEqual(
    Array.from(html.matchAll(/<a id="([^"]*)"/g), ([, id]) => id),
    ['not-you'],
  )
})

test('a page links only to the web or a native app', () => {
  const application = { name: 'x', clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
  const pagesTo = (to: string): Page[] => [
    { page: 'leave', data: { application, to } },
    { page: 'form-post', data: { application, action: to, fields: {} } },
    { page: 'signed-out', data: { application, to, stayed: false } },
  ]
  for (const page of pagesTo('javascript:alert(1)')) assert.throws(() => renderPage(page, look), TypeError, page.page)
  for (const page of pagesTo('com.example.app:/cb?x=1&y=2'))
    assert.match(renderPage(page, look).html, /"com\.example\.app:\/cb\?x=1&amp;y=2"/)
})

test('forms post below the base of the issuer, under their stable names', () => {
  const html = pagesOf('x')
    .map((page) => renderPage(page, look).html)
    .join('')
  const actions = [
    'authorize/sign-in',
    'authorize/cancel',
    'authorize/choose-account',
    'authorize/second-factor',
    'authorize/enrolment',
    'authorize/consent',
    'logout',
  ]
  for (const action of actions) assert.ok(html.includes(`method="post" action="/t/acme/${action}"`), action)
  const ids = [
    'sign-in',
    'username',
    'password',
    'submit',
    'choose',
    'cancel',
    'problem',
    'choose-account',
    'another',
    'consent',
    'allow',
    'deny',
  ]
  const more = [
    'not-you',
    'continue',
    'form-post',
    'sign-out',
    'sign-out-yes',
    'sign-out-no',
    'error-code',
    'second-factor',
    'code',
    'recovery',
    'enrolment',
    'secret',
    'next',
  ]
  for (const id of [...ids, ...more]) assert.ok(html.includes(` id="${id}"`), id)
})
