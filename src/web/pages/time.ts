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

function writer(timeZone: unknown): Intl.DateTimeFormat | undefined {
  try {
    return typeof timeZone === 'string' ? new Intl.DateTimeFormat('en-GB', { ...form, timeZone }) : undefined
  } catch {
    return undefined
  }
}
