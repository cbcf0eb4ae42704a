/** Base64url without padding — RFC 4648 §5, RFC 7515 §2. */

/** The bytes; undefined when the text is not exactly what encoding them gives (foreign characters, padding, stray bits). */
export function fromBase64url(text: string): Buffer<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined // the decoder of Node.js accepts all of these
}
