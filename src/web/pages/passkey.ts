/** The form by which a browser answers with a passkey. It is hidden until the page's script has found that the browser supports them — Web Authentication Level 3 §5.1. */
import { readFileSync } from 'node:fs'
import { Html, html } from './html.ts'
import { key } from './icons.ts'

/** Needs the form on the page. */
export const passkeyScript = new Html(readFileSync(new URL('./passkey.js', import.meta.url), 'utf8'))

const words = {
  find: 'Sign in with a passkey',
  show: 'Use a passkey',
  create: 'Add a passkey',
  problem: 'No passkey was used. Please try again, or use another method.',
}

/** `act`: sign in with any passkey, verify with one of this account's, or create one. `options`: as JSON; `more`: other fields. */
export function passkeyForm({
  act,
  action,
  options,
  more,
}: {
  act: keyof typeof words & ('find' | 'show' | 'create')
  action: string
  options: string
  more: Html
}): Html {
  return html`<form id="passkey" method="post" action="${action}" data-act="${act}" data-options="${options}" data-problem="${words.problem}" hidden>
${more}<input type="hidden" name="response" value="">
<button id="use-passkey" class="with-icon">${key}<span>${words[act]}</span></button>
<p class="hint" role="status"></p>
</form>`
}
