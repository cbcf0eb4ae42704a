/** Times as people read them — HTML Living Standard §4.5.14. */
import { type Html, html } from '../html.ts'

/** `zone`: the reader's time zone, if it is a valid one; otherwise times are in UTC. */
export function moment(seconds: number, zone: unknown): Html {
  const at = new Date(seconds * 1000)
  return html`<time datetime="${at.toISOString()}">${writer(zone).format(at)}</time>`
}

const form = { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const

function writer(zone: unknown): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...form, timeZone: typeof zone === 'string' ? zone : 'UTC' })
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...form, timeZone: 'UTC' })
  }
}
