/** Reads HTML pages and cookies: forms with their fields and values, and links. */
import type { Answer } from './http.ts'
import { header } from './http.ts'

export interface Form {
  id: string
  /** As written in the page: a path or a URL. */
  action: string
  method: string
  fields: readonly (readonly [name: string, value: string])[]
  /** WebAuthn options as JSON, if the form asks for a passkey. */
  passkey: { act: string; options: string } | undefined
}

export interface Page {
  /** Path and query of the page. */
  target: string
  html: string
  forms: readonly Form[]
  /** Links within the issuer's origin, as path and query. */
  links: readonly string[]
}

export interface Jar {
  readonly cookies: Map<string, string>
  /** The value of a Cookie header. */
  header(): string
  keep(answer: Answer): void
}

export function jar(): Jar {
  const cookies = new Map<string, string>()
  return {
    cookies,
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    keep({ headers }) {
      for (const [name, line] of headers) {
        if (name.toLowerCase() !== 'set-cookie') continue
        const [, key, value] = /^([^=]*)=([^;]*)/.exec(line) ?? []
        if (key === undefined || value === undefined) continue
        if (/max-age=0/i.test(line) || value === '') cookies.delete(key)
        else cookies.set(key, value)
      }
    },
  }
}

export function pageOf(target: string, answer: Answer, issuer: string): Page {
  const html = (header(answer, 'content-type') ?? '').startsWith('text/html') ? answer.body.toString() : ''
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes, inner]) => formOf(attributes!, inner!))
  const links = [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].flatMap(([, href]) => ownTarget(unescaped(href!), target, issuer))
  return { target, html, forms, links: [...new Set(links)] }
}

/** The path and query of a URL within the issuer's origin; empty for any other. */
export function ownTarget(address: string, from: string, issuer: string): string[] {
  const url = URL.parse(address, issuer + from)
  return url && url.origin === issuer ? [url.pathname + url.search] : []
}

function formOf(attributes: string, inner: string): Form {
  const fields = [...inner.matchAll(/<(input|button|select|textarea)\b([^>]*)>([\s\S]*?)(?=<\/\1>|<(?:input|button|select|textarea)\b|$)/g)]
  const of = (name: string) => attributeOf(attributes, name)
  const options = of('data-options')
  return {
    id: of('id') ?? 'form',
    action: of('action') ?? '',
    method: (of('method') ?? 'get').toUpperCase(),
    fields: fields.flatMap(([, tag, own, content]) => {
      const name = attributeOf(own!, 'name')
      if (name === undefined) return []
      const value = tag === 'select' ? optionIn(content!) : tag === 'textarea' ? unescaped(content!) : (attributeOf(own!, 'value') ?? '')
      return [[name, value] as const]
    }),
    passkey: options === undefined ? undefined : { act: of('data-act') ?? '', options },
  }
}

function optionIn(content: string): string {
  const options = [...content.matchAll(/<option\b([^>]*)>/g)].map(([, own]) => own!)
  const chosen = options.find((own) => /\bselected\b/.test(own)) ?? options[0] ?? ''
  return attributeOf(chosen, 'value') ?? ''
}

function attributeOf(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1]
  return value === undefined ? undefined : unescaped(value)
}

export function unescaped(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] as string,
  )
}
