/** Line drawings in the colour of the text around them; decoration only, so hidden from screen readers. */
import { html } from './html.ts'

/** The logo of Gatehouse: an arch. */
export const mark = html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M4 21V11a8 8 0 0 1 16 0v10M9 21v-9.5a3 3 0 0 1 6 0V21M2 21h20"/></svg>`

export const check = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="m5 12.5 4.5 4.5L19 7.5"/></svg>`

export const dot = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="3" fill="currentColor"/></svg>`

export const chevron = html`<svg class="icon turns" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="m9.5 6 6 6-6 6"/></svg>`

export const plus = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M12 5v14M5 12h14"/></svg>`

export const key = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle cx="8" cy="12" r="4"/><path d="M12 12h9M18 12v3.5M15 12v2.5"/></svg>`

export const warning = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.2v.3"/></svg>`

/** The mark as a file, for the tab of the browser. */
export const iconFile =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#1a6b57' stroke-width='2.2' stroke-linecap='round' stroke-linejoin='round'><path d='M4 21V11a8 8 0 0 1 16 0v10M9 21v-9.5a3 3 0 0 1 6 0V21M2 21h20'/></svg>"

/** The same as an address. */
export const favicon = `data:image/svg+xml,${iconFile.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('#', '%23')}`
