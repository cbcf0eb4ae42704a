/** A credential offered to a wallet: a code to scan, a link to follow, and the transaction code — OpenID for Verifiable Credential Issuance 1.0 §4.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem } from './emblem.ts'
import { fill, html } from './html.ts'
import type { View } from './layout.ts'
import { named } from './names.ts'
import { qrCode } from './qr.ts'
import { destination } from './urls.ts'

const words = {
  title: 'Add it to your wallet',
  lead: '{credential}',
  scan: 'Scan this with the wallet on your phone',
  picture: 'QR code with the offer; the link below leads to the same offer',
  follow: 'Open the wallet on this device',
  code: 'Then your wallet asks for this code',
  note: 'The offer works once, within {minutes} minutes. Do not show it to anyone: the first wallet that uses it gets the credential.',
  next: 'Back to your account',
}

/** A scheme of wallets is the only one that this page leads to. */
export function credentialOffer({ credential, link, txCode, minutes, next }: Pages['credential-offer']): View {
  if (!link.startsWith('openid-credential-offer://')) throw new TypeError('this page leads to wallets only')
  return {
    title: html`${words.title}`,
    body: html`<header>${ownEmblem()}
<h1 id="credential-offer">${words.title}</h1>
<p class="lead">${fill(words.lead, { credential: named(credential) })}</p>
</header>
<section class="offer credential" aria-labelledby="scan">
<h2 id="scan">${words.scan}</h2>
${qrCode(link, words.picture)}
<p class="opens"><a id="open-wallet" href="${link}">${words.follow}</a></p>
<p class="hint">${words.code}</p>
<p><code id="tx-code">${txCode}</code></p>
</section>
<p class="note">${fill(words.note, { minutes: String(minutes) })}</p>
<div class="ways-out"><a id="next" href="${destination(next)}">${words.next}</a></div>`,
  }
}
