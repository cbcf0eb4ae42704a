/** The form by which a browser answers with a passkey. It is hidden until the page's script has found that the browser supports them — Web Authentication Level 3 §5.1. */
import { readFileSync } from 'node:fs'
import { challengeLifetimes } from '../../identity/passkeys.ts'
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

/** How long the browser may wait for the person, in seconds: what it asks for later might be answered too late. */
const longestPrompt = 300

interface PasskeyForm {
  /** Sign in with any passkey, verify with one of this account's, or create one. */
  act: 'find' | 'show' | 'create'
  action: string
  /** As JSON. */
  options: string
  /** Where the page comes from anew, once its challenge has expired. */
  again: string
  /** The browser offers passkeys by itself; not after one was refused, or it would offer the same one for ever. */
  armed?: boolean
  /** A passkey that was just made and refused, as JSON: its authenticator is told to forget it. Web Authentication Level 3 §5.1.10 */
  unknown?: string | undefined
  /** Other fields. */
  more: Html
}

export function passkeyForm({ act, action, options, again, armed = false, unknown, more }: PasskeyForm): Html {
  return html`<form id="passkey" method="post" action="${action}" data-act="${act}" data-options="${options}" data-again="${again}" data-seconds="${challengeLifetimes[act === 'create' ? 'create' : 'show'] - longestPrompt}" data-problem="${words.problem}"${
    armed && html` data-armed="yes"`
  }${unknown !== undefined && html` data-unknown="${unknown}"`} hidden>
${more}<input type="hidden" name="response" value="">
<button id="use-passkey" class="with-icon">${key}<span>${words[act]}</span></button>
<p class="hint" role="status"></p>
</form>`
}
