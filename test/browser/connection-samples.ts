/** The section of connected accounts, as it is meant and filled by someone who means harm. */
import type { ConnectionsPage } from '../../src/web/pages/account/connections.ts'

const at = { base: '/t/acme', sid: 's1' }

export function connected(): ConnectionsPage {
  const times = { createdAt: 1_900_000_000, usedAt: 1_900_090_000 }
  const google = {
    id: 'google 1',
    provider: 'Google',
    label: 'ada@example.com',
    signIn: true,
    scopes: undefined,
    broken: false,
    usedBy: undefined,
  }
  const github = {
    ...google,
    id: 'github 2',
    provider: 'GitHub',
    label: 'ada',
    scopes: ['read:user', 'repo'],
    broken: true,
    usedBy: 'Tideboard',
  }
  const offers = [
    { name: 'google', label: 'Google' },
    { name: 'github', label: 'GitHub' },
  ]
  return {
    ...at,
    zone: 'UTC',
    items: [
      { ...google, ...times },
      { ...github, ...times },
    ],
    offers,
  }
}

export function hostileConnected(text: string): ConnectionsPage {
  const page = connected()
  const items = page.items.map((item) => ({ ...item, provider: text, label: text, usedBy: text, scopes: [text] }))
  return { ...page, items, offers: [{ name: 'evil', label: text }] }
}

export const upstreams = [
  { name: 'google', label: 'Google' },
  { name: 'staff', label: 'Staff account of the department of marine biology' },
]
