/** Front pages and the mail of development mode, to look at. */
import { homeView } from '../../src/web/pages/home.ts'
import type { View } from '../../src/web/pages/layout.ts'
import { mailsView } from '../../src/web/pages/mails.ts'

export const cure = 'gatehouse clients update shop --redirect-uris https://shop.example/callback https://shop.example/other/return'

/** `text`: behind every name. */
export function homeSamples(text: string): Record<string, View> {
  const name = (kind: string) => (text === '' ? kind : `hostile-${kind}`)
  const production = {
    issuer: 'https://id.example',
    base: '/t/acme',
    tenant: `Acme${text}`,
    account: true,
    signedIn: false,
    development: undefined,
  }
  const machine = { id: `demo-machine${text}`, secret: `demo-machine-secret${text}` }
  const development = { application: 'http://localhost:3000', machine, docs: true, mails: true }
  const mail = {
    to: `ada@acme.example${text}`,
    subject: `Choose a new password for Acme${text}`,
    text: `Follow this link:\n\nhttps://id.example/reset?token=t\n\nIt works once.${text}`,
  }
  return {
    [name('home')]: homeView(production),
    [name('home-development')]: homeView({ ...production, issuer: 'http://localhost:8000', development }),
    [name('mails')]: mailsView({ base: '', issuer: 'https://id.example', mails: [mail, mail] }),
    [name('mails-none')]: mailsView({ base: '', issuer: 'https://id.example', mails: [] }),
  }
}
