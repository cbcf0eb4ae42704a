/** A text as a QR code, drawn in the page itself — ISO/IEC 18004; HTML Living Standard §4.8.16 (SVG). */
import { encode } from 'uqr'
import { type Html, html } from './html.ts'

/** Light squares are painted too, with a margin of four: cameras need both, in dark mode as well. */
export function qrCode(text: string, label: string): Html {
  const { size, data } = encode(text, { ecc: 'M', border: 4 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path fill="#ffffff" d="M0 0h${size}v${size}H0z"/><path fill="#000000" d="${path}"/></svg>`
}
