/** An HTML page as a browser without scripts sees it. */
import { type CheerioAPI, load } from 'cheerio/slim'

/** The request caused by a link or form. */
export interface Navigation {
  method: 'GET' | 'POST'
  url: string
  /** Form fields in document order. */
  fields: readonly Field[]
}

export type Field = readonly [name: string, value: string]
export type Values = Readonly<Record<string, string>>

export interface Page {
  has(selector: string): boolean
  /** Clicks a link, or a button after filling in its form. Undefined if there is no such element. */
  click(selector: string, values?: Values): Navigation | undefined
  /** Fills in the form that contains the element and submits it with its first button. */
  submit(selector: string, values: Values): Navigation | undefined
  /** Automatic navigation: a refresh, or a form that submits itself to another origin. */
  onward: Navigation | undefined
  /** Addresses that it loads in frames. */
  frames: readonly string[]
  /** Text content, for the report. */
  text: string
}

type Element = ReturnType<CheerioAPI>

const maxText = 2000

export function readPage(html: string, at: URL): Page {
  const $ = load(html)
  $('style, script').remove()
  const find = (selector: string) => $(selector).first()
  return {
    has: (selector) => find(selector).length > 0,
    click(selector, values = {}) {
      const element = find(selector)
      const href = element.attr('href')
      if (href !== undefined) return { method: 'GET', url: new URL(href, at).href, fields: [] }
      return navigationOf(formOf($, element), element, values, at)
    },
    submit(selector, values) {
      const form = formOf($, find(selector))
      return navigationOf(form, form.find('button:not([type=button], [type=reset]), input[type=submit]').first(), values, at)
    },
    onward: refresh($, at) ?? selfSending($, at),
    frames: $('iframe[src]')
      .toArray()
      .map((frame) => new URL($(frame).attr('src')!, at).href),
    text: $.root()
      .text()
      .replace(/\s*\n\s*/g, '\n')
      .trim()
      .slice(0, maxText),
  }
}

function formOf($: CheerioAPI, element: Element): Element {
  const named = element.attr('form')
  return named === undefined ? element.closest('form') : $('form').filter((_, form) => $(form).attr('id') === named)
}

function navigationOf(form: Element, button: Element, values: Values, at: URL): Navigation | undefined {
  if (form.length === 0) return undefined
  const method = form.attr('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET'
  const url = new URL(form.attr('action') || at.href, at)
  const fields = [...fieldsOf(form, values), ...pressed(button)]
  if (method === 'POST') return { method, url: url.href, fields }
  url.search = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString()
  return { method, url: url.href, fields: [] }
}

function fieldsOf(form: Element, values: Values): Field[] {
  const usual = form.serializeArray().map(({ name, value }) => [name, values[name] ?? value] as const)
  const names = new Set(usual.map(([name]) => name))
  const chosen = Object.entries(values).filter(([name]) => !names.has(name) && form.find(`[name="${name}"]`).length > 0)
  return [...usual, ...chosen]
}

function pressed(button: Element): Field[] {
  const name = button.attr('name')
  return name ? [[name, button.attr('value') ?? '']] : []
}

/** `<meta http-equiv="refresh" content="0; url=…">`. */
function refresh($: CheerioAPI, at: URL): Navigation | undefined {
  const content = $('meta[http-equiv=refresh i]').attr('content') ?? ''
  const url = /^\s*\d*\s*;\s*url\s*=\s*["']?([^"']+)/i.exec(content)?.[1]
  return url === undefined ? undefined : { method: 'GET', url: new URL(url, at).href, fields: [] }
}

/** A form_post page, which submits itself by script. */
function selfSending($: CheerioAPI, at: URL): Navigation | undefined {
  const form = $('form[method=post i][action]').filter((_, one) => new URL($(one).attr('action') ?? '', at).origin !== at.origin)
  return navigationOf(form.first(), $(), {}, at)
}
