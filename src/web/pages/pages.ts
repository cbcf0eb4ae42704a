/** Every page for people, with the policy under which the browser may show it — Content Security Policy Level 3. */
import type { Page } from '../../protocol/request-reply.ts'
import { chooseAccount } from './choose-account.ts'
import { choosePassword } from './choose-password.ts'
import { confirmConnection } from './confirm-connection.ts'
import { confirmEmail } from './confirm-email.ts'
import { confirmSignUp } from './confirm-sign-up.ts'
import { consent } from './consent.ts'
import { credentialOffer } from './credential-offer.ts'
import { device } from './device.ts'
import { done } from './done.ts'
import { pictureOf } from './emblem.ts'
import { enrolment } from './enrolment.ts'
import { error } from './error.ts'
import { forgotPassword } from './forgot-password.ts'
import { formPost } from './form-post.ts'
import { layout, type PageContext, type View } from './layout.ts'
import { leave } from './leave.ts'
import { newPassword } from './new-password.ts'
import { notAssigned } from './not-assigned.ts'
import { recoveryCodes } from './recovery-codes.ts'
import { secondFactor } from './second-factor.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { signUp } from './sign-up.ts'
import { signedOut } from './signed-out.ts'

/**
 * The document and the value of its Content-Security-Policy header, which only fits this document.
 * Throws when a page would link to a URL that is neither http, https nor of a native app.
 */
export function renderPage(page: Page, look: PageContext): { html: string; csp: string } {
  return renderView(viewOf(page, look), look)
}

/** Like `renderPage`, for a page that is not one of the protocol's. */
export function renderView(view: View, look: PageContext): { html: string; csp: string } {
  return { html: layout(view, look), csp: policyFor(view, look) }
}

function viewOf(page: Page, look: PageContext): View {
  switch (page.page) {
    case 'sign-in':
      return signIn(page.data, look)
    case 'sign-up':
      return signUp(page.data, look)
    case 'confirm-sign-up':
      return confirmSignUp(page.data, look)
    case 'choose-account':
      return chooseAccount(page.data, look)
    case 'not-assigned':
      return notAssigned(page.data, look)
    case 'new-password':
      return newPassword(page.data, look)
    case 'second-factor':
      return secondFactor(page.data, look)
    case 'enrolment':
      return enrolment(page.data, look)
    case 'recovery-codes':
      return recoveryCodes(page.data, look)
    case 'credential-offer':
      return credentialOffer(page.data)
    case 'consent':
      return consent(page.data, look)
    case 'device':
      return device(page.data, look)
    case 'leave':
      return leave(page.data)
    case 'form-post':
      return formPost(page.data)
    case 'sign-out':
      return signOut(page.data, look)
    case 'signed-out':
      return signedOut(page.data, look)
    case 'forgot-password':
      return forgotPassword(page.data, look)
    case 'choose-password':
      return choosePassword(page.data, look)
    case 'confirm-connection':
      return confirmConnection(page.data, look)
    case 'confirm-email':
      return confirmEmail(page.data, look)
    case 'done':
      return done(page.data, look)
    case 'error':
      return error(page.data, look)
  }
}

function policyFor(view: View, { nonce, logo }: PageContext): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(view.script ? [`script-src 'nonce-${nonce}'`] : []),
    `img-src ${["'self'", 'data:', view.images ?? [], pictureOf(logo)?.source ?? []].flat().join(' ')}`,
    ...(view.frames ? [`frame-src ${view.frames.join(' ')}`] : []),
    ...(view.forms === 'anywhere' ? [] : [`form-action ${view.forms ?? "'none'"}`]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}
