/** The sessions of an account, each with its device and network address. */
import { type Html, html } from '../html.ts'
import { plain } from '../names.ts'
import { moment } from '../time.ts'
import { card, type FormContext, form, riskCard } from './parts.ts'

const words = {
  list: 'Where you are signed in',
  unknown: 'Unknown device',
  current: 'This one',
  seen: 'Last used',
  since: 'Signed in',
  from: 'from network address',
  end: 'Sign out',
  elsewhere: 'Sign out elsewhere',
  everywhere: 'Sign out everywhere',
  allWhat: 'Every session ends, also this one.',
  devices: 'Apps that share a sign-in',
  shares: 'Other apps of the same provider on that device are signed in without asking you. This ends when you sign that session out.',
  what: 'Anyone using such a session is asked to sign in again. Applications that were signed in with it keep working until their own access ends: to cut one off at once, remove its access under “Applications”.',
  others: 'Sign out of all other sessions',
  all: 'Sign out everywhere, including here',
}

export interface SessionsPage extends FormContext {
  /** Time zone of the person, if it is known. */
  zone: unknown
  items: readonly SessionItem[]
  devices: readonly DeviceItem[]
}

/** A sign-in that applications on a device share, in the session of this id, which may be over. */
export interface DeviceItem {
  sid: string
  applications: readonly string[]
  createdAt: number
  lastSeenAt: number
}

interface SessionItem {
  sid: string
  device: string | undefined
  address: string | undefined
  createdAt: number
  lastSeenAt: number
  /** The session that displays the page. */
  current: boolean
}

export function sessionsPage({ base, sid, zone, items, devices }: SessionsPage): Html {
  const context = { base, sid, section: 'sessions' }
  const line = ({ sid: id, device, address, createdAt, lastSeenAt, current }: SessionItem) => {
    const name = device === undefined ? words.unknown : plain(device)
    return html`<li><span class="who"><span class="name">${name}${current && html` <span class="tag">${words.current}</span>`}</span>
<span class="detail">${words.seen} ${moment(lastSeenAt, zone)}${address !== undefined && html` ${words.from} <bdi>${address}</bdi>`}</span> <span class="detail">${words.since} ${moment(createdAt, zone)}</span></span>
${
  !current &&
  form({
    ...context,
    act: 'end',
    body: html`<button name="session" value="${id}" aria-label="${words.end}: ${name}">${words.end}</button>`,
  })
}</li>\n`
  }
  const shared = ({ sid: id, applications, createdAt, lastSeenAt }: DeviceItem) => {
    const name = applications.map(plain).join(', ')
    return html`<li><span class="who"><span class="name">${name}${id === sid && html` <span class="tag">${words.current}</span>`}</span>
<span class="detail">${words.seen} ${moment(lastSeenAt, zone)}; ${words.since} ${moment(createdAt, zone)}</span></span>
${
  id !== sid &&
  form({
    ...context,
    act: 'end',
    body: html`<button name="session" value="${id}" aria-label="${words.end}: ${name}">${words.end}</button>`,
  })
}</li>\n`
  }
  return html`${card(words.list, html`<ul class="items">${items.map(line)}</ul>`)}
${devices.length > 0 && card(words.devices, html`<p>${words.shares}</p><ul id="shared-sign-ins" class="items">${devices.map(shared)}</ul>`)}
${items.length > 1 && card(words.elsewhere, html`<p>${words.what}</p>`, form({ ...context, act: 'end-others', body: html`<button id="end-others">${words.others}</button>` }))}
${riskCard(
  words.everywhere,
  html`<p>${words.allWhat}${items.length === 1 && html` ${words.what}`}</p>`,
  form({ ...context, act: 'end-all', body: html`<button id="end-all" class="danger">${words.all}</button>` }),
)}`
}
