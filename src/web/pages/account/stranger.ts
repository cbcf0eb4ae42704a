/** Displayed when nobody is signed in and the person cancelled the sign-in. */
import { ownEmblem } from '../emblem.ts'
import { html } from '../html.ts'
import type { View } from '../layout.ts'

const words = { title: 'You are not signed in', lead: 'Only you can see your account.', go: 'Sign in' }

export function strangerView(base: string): View {
  return {
    title: html`${words.title}`,
    body: html`<header>${ownEmblem()}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
<a id="continue" class="button" href="${base}/account">${words.go}</a>`,
  }
}
