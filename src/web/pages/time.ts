/** Times as people read them — HTML Living Standard §4.5.14. */
import { type Html, html } from './html.ts'

/** `zone`: the reader's time zone, if it is a valid one; otherwise times are in UTC, and the page's script writes them in that of the device. */
export function moment(seconds: number, zone: unknown): Html {
  const at = new Date(seconds * 1000)
  const own = writer(zone)
  return html`<time datetime="${at.toISOString()}"${!own && html` data-local="yes"`}>${(own ?? utc).format(at)}</time>`
}

/** The same as text. */
export function momentText(seconds: number, zone: unknown): string {
  return (writer(zone) ?? utc).format(new Date(seconds * 1000))
}

const form = { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const
const utc = new Intl.DateTimeFormat('en-GB', { ...form, timeZone: 'UTC' })

/** The one that was asked for last: the times of a page have one zone, and to make a format takes far longer than to use it. */
const last: { zone?: string; format?: Intl.DateTimeFormat | undefined } = {}

function writer(zone: unknown): Intl.DateTimeFormat | undefined {
  if (typeof zone !== 'string') return undefined
  if (zone !== last.zone) Object.assign(last, { zone, format: formatIn(zone) })
  return last.format
}

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...form, timeZone })
  } catch {
    return undefined
  }
}
