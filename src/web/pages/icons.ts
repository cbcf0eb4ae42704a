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

export const envelope = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7"/></svg>`

export const shield = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M12 3.5 5 6v5.5c0 4.2 2.9 7.6 7 9 4.1-1.4 7-4.8 7-9V6zM9 12l2.2 2.2L15.2 10"/></svg>`

export const screen = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M4 5h16v10.5H4zM9 19.5h6M12 15.5v4"/></svg>`

export const lock = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2"/></svg>`

export const face = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4.5 20.5c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5"/></svg>`

export const door = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M10 4H5v16h5M14.5 8l4 4-4 4M18 12H9.5"/></svg>`

export const drawer = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M4 6.5C4 4.9 7.6 4 12 4s8 .9 8 2.5S16.4 9 12 9 4 8.1 4 6.5v11C4 19.1 7.6 20 12 20s8-.9 8-2.5v-11M4 12c0 1.6 3.6 2.5 8 2.5s8-.9 8-2.5"/></svg>`

export const pencil = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="m4 20 .8-4L16 4.8a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8 19.2z"/></svg>`

/** The mark as a file, for the tab of the browser. */
export const iconFile =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#1a6b57' stroke-width='2.2' stroke-linecap='round' stroke-linejoin='round'><path d='M4 21V11a8 8 0 0 1 16 0v10M9 21v-9.5a3 3 0 0 1 6 0V21M2 21h20'/></svg>"

/** The same as an address. */
export const favicon = `data:image/svg+xml,${iconFile.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('#', '%23')}`
