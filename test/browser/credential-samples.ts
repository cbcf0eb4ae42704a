/** Pages about credentials, as they are meant and filled by someone who means harm. */
import type { Page } from '../../src/protocol/request-reply.ts'
import { type CredentialsPage, credentialsPage } from '../../src/web/pages/account/credentials.ts'
import type { Html } from '../../src/web/pages/html.ts'
import type { View } from '../../src/web/pages/layout.ts'

const at = { base: '/t/acme', sid: 's1' }
const link = 'openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fid.example%2Fcredential-offers%2Fgth_of_0123456789'
const next = 'https://id.example/account/credentials'

function credentials(): CredentialsPage {
  const badge = { id: 'c1', name: 'Staff badge', wallet: 'Pocket', suspended: false, issuedAt: 1_900_000_000, expiresAt: 1_907_776_000 }
  return {
    ...at,
    zone: 'UTC',
    confirm: undefined,
    offers: [
      { id: 'staff-badge', name: 'Staff badge' },
      { id: 'library-card', name: 'Library card' },
    ],
    items: [badge, { ...badge, id: 'c2', name: 'Library card', suspended: true }],
  }
}

function hostileCredentials(text: string): CredentialsPage {
  const page = credentials()
  return { ...page, offers: [{ id: text, name: text }], items: page.items.map((item) => ({ ...item, name: text, wallet: text })) }
}

/** `text`: what would break out if anything could. */
function offerSamples(text: string): Record<string, Page> {
  const offer = { credential: 'Staff badge', link, txCode: '482913', minutes: 5, next }
  return {
    'credential-offer': { page: 'credential-offer', data: offer },
    'hostile-credential-offer': { page: 'credential-offer', data: { ...offer, credential: text, link: `${link}${text}`, txCode: text } },
  }
}

/** The section of the account page. `hostile`: where somebody means harm. */
export function credentialSamples<Where>(
  section: (content: { body: Html }, where?: Where) => View,
  text: string,
  hostile: Where,
): Record<string, Page | View> {
  return {
    ...offerSamples(text),
    'account-credentials': section({ body: credentialsPage(credentials()) }),
    'account-credentials-stale': section({
      body: credentialsPage({ ...credentials(), confirm: '/t/acme/authorize?max_age=300', items: [] }),
    }),
    'hostile-account-credentials': section({ body: credentialsPage(hostileCredentials(text)) }, hostile),
  }
}
