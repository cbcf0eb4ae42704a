/** Tokens as the Auth Manager stored them: AES-256-CBC without authentication, in hexadecimal digits. Only for taking them over. */
import { createDecipheriv } from 'node:crypto'

/** `key`: 64 hexadecimal digits. Undefined when it does not open: another key, or damaged. */
export function openAuthManagerToken(key: string, { text, iv }: { text: string; iv: string }): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-cbc', Buffer.from(key, 'hex'), Buffer.from(iv, 'hex'))
    const plain = Buffer.concat([decipher.update(Buffer.from(text, 'hex')), decipher.final()]).toString()
    return /^[\x21-\x7e]+$/.test(plain) ? plain : undefined // a wrong key may give bytes that look padded
  } catch {
    return undefined
  }
}
