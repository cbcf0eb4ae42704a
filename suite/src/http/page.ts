/** A page as a browser without script sees it: forms, links, and where it leads on. */
import { type HTMLElement, parse } from 'node-html-parser'

/** What a click or a form leads to. */
export interface Navigation {
  method: 'GET' | 'POST'
  url: string
  /** Fields of a form, in the order of the page. */
  fields: readonly (readonly [name: string, value: string])[]
}

export interface Page {
  has(selector: string): boolean
  /** Clicks the button or link, the fields of its form filled in. Undefined when it is not there. */
  click(selector: string, values?: Readonly<Record<string, string>>): Navigation | undefined
  /** Fills in the form that the element of the selector is in, and sends it by its first button. */
  submit(selector: string, values: Readonly<Record<string, string>>): Navigation | undefined
  /** Where the page leads on without the person: a refresh, or a form that sends itself to another origin. */
  onward: Navigation | undefined
  /** Title and words, for the report. */
  text: string
}

export function readPage(html: string, at: URL): Page {
  const root = parse(html, { comment: false })
  const find = (selector: string) => root.querySelector(selector) ?? undefined
  return {
    has: (selector) => find(selector) !== undefined,
    click(selector, values = {}) {
      const element = find(selector)
      const href = element?.getAttribute('href')
      if (href !== undefined) return { method: 'GET', url: new URL(href, at).href, fields: [] }
      const form = formOf(element, root)
      return element && form && navigationOf(form, element, values, at)
    },
    submit(selector, values) {
      const form = formOf(find(selector), root)
      return form && navigationOf(form, firstButton(form), values, at)
    },
    onward: refresh(root, at) ?? selfSending(root, at),
    text: [root.querySelector('title')?.text, root.querySelector('body')?.structuredText ?? root.structuredText].join('\n').slice(0, 2000),
  }
}

function formOf(element: HTMLElement | undefined, root: HTMLElement): HTMLElement | undefined {
  const named = element?.getAttribute('form')
  if (named !== undefined) return root.querySelector(`form[id="${named}"]`) ?? undefined
  return element?.rawTagName.toLowerCase() === 'form' ? element : (element?.closest('form') ?? undefined)
}

function firstButton(form: HTMLElement): HTMLElement | undefined {
  return form.querySelector('button:not([type=button]):not([type=reset]), input[type=submit]') ?? undefined
}

function navigationOf(form: HTMLElement, button: HTMLElement | undefined, values: Readonly<Record<string, string>>, at: URL): Navigation {
  const method = form.getAttribute('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET'
  const url = new URL(form.getAttribute('action') || at.href, at)
  const fields = form.querySelectorAll('input, select, textarea').flatMap((field) => fieldOf(field, values))
  const pressed = button?.getAttribute('name')
  const all = pressed ? [...fields, [pressed, button?.getAttribute('value') ?? ''] as const] : fields
  if (method === 'POST') return { method, url: url.href, fields: all }
  url.search = new URLSearchParams(all.map(([name, value]) => [name, value])).toString()
  return { method, url: url.href, fields: [] }
}

function fieldOf(field: HTMLElement, values: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const name = field.getAttribute('name')
  const type = field.getAttribute('type')?.toLowerCase() ?? 'text'
  if (!name || field.hasAttribute('disabled') || ['submit', 'button', 'image', 'reset', 'file'].includes(type)) return []
  if (Object.hasOwn(values, name)) return [[name, values[name]!]]
  if ((type === 'checkbox' || type === 'radio') && !field.hasAttribute('checked')) return []
  const tag = field.rawTagName.toLowerCase()
  if (tag === 'textarea') return [[name, field.text]]
  const chosen = tag === 'select' ? (field.querySelector('option[selected]') ?? field.querySelector('option')) : field
  return [[name, chosen?.getAttribute('value') ?? (type === 'checkbox' ? 'on' : '')]]
}

/** `<meta http-equiv="refresh" content="0; url=…">`. */
function refresh(root: HTMLElement, at: URL): Navigation | undefined {
  const meta = root.querySelectorAll('meta').find((one) => one.getAttribute('http-equiv')?.toLowerCase() === 'refresh')
  const url = /^\s*\d*\s*;\s*url\s*=\s*["']?([^"']+)/i.exec(meta?.getAttribute('content') ?? '')?.[1]
  return url === undefined ? undefined : { method: 'GET', url: new URL(url, at).href, fields: [] }
}

/** The page of the form post response mode, which sends itself by script. */
function selfSending(root: HTMLElement, at: URL): Navigation | undefined {
  const form = root.querySelectorAll('form').find((one) => {
    const action = one.getAttribute('action')
    return action && new URL(action, at).origin !== at.origin && one.getAttribute('method')?.toUpperCase() === 'POST'
  })
  return form && navigationOf(form, undefined, {}, at)
}
