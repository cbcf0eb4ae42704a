/** The text of stored tokens: `gth_<kind>_<43 characters of 256 random bits><6 characters of CRC-32>`. */
import { crc32 } from 'node:zlib'
import type { TokenKind } from '../token-kind.ts'
import { base62 } from './base62.ts'

const meanings: Readonly<Record<TokenKind, string>> = {
  rt: 'refresh token',
  ac: 'authorization code',
  cs: 'client secret',
  ss: 'session cookie',
  br: 'browser cookie',
  fl: 'sign-in flow',
  ak: 'API key',
  dv: 'device cookie',
  lr: 'link to choose a new password',
  li: 'invitation',
  lv: 'link to confirm an email address',
  le: 'link to change an email address',
  lu: 'link to finish a sign-up',
  lc: 'link to connect an account of another provider',
  wc: 'challenge for a passkey',
  pr: 'pushed authorization request',
  ia: 'initial access token, to register clients',
  ra: 'registration access token of a client',
  dc: 'device code',
  aq: 'backchannel authentication request',
  ba: 'link to a request that waits for approval',
  us: 'request at another provider',
  of: 'credential offer',
  pa: 'pre-authorized code of a credential offer',
  ti: 'deferred credential',
  ds: 'device secret of native single sign-on',
}

/** For secret scanners: a pattern for each kind. The checksum tells whether a match is a token (`isOpaque`). */
export const opaquePatterns: readonly { kind: TokenKind; meaning: string; pattern: string }[] = (
  Object.entries(meanings) as [TokenKind, string][]
).map(([kind, meaning]) => ({ kind, meaning, pattern: `\\bgth_${kind}_[0-9A-Za-z]{49}\\b` }))

/** A token with these 32 secret bytes. */
export function opaque(kind: TokenKind, bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new RangeError('a token is made of 32 bytes')
  const text = `gth_${kind}_${base62(bytes, 43)}`
  return text + checksum(text)
}

/** True if the text has the form and checksum of this kind, whether or not it was ever issued. */
export function isOpaque(kind: TokenKind, text: string): boolean {
  if (text.length !== 56 || !text.startsWith(`gth_${kind}_`) || !/^[0-9A-Za-z]{49}$/.test(text.slice(7))) return false
  return checksum(text.slice(0, 50)) === text.slice(50)
}

/** Covers the prefix and the kind, so that one kind cannot be rewritten into another. */
function checksum(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return base62(bytes, 6)
}
