/** Files that hold a key-encryption key: 32 random bytes, as base64, base64url, hexadecimal, or raw. */
import { link, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ownIdentity, permissionBits } from '../file-access.ts'
import type { Random } from './derive.ts'

/** A key file that cannot be used; the message says why and never reveals its content. */
export class BadKeyFile extends Error {
  override readonly name = 'BadKeyFile'
}

/** Reads a key of 32 bytes. `strict` refuses a file that others can access. Throws `BadKeyFile`, or the system's error. */
export async function readKek(path: string, options: { strict: boolean }): Promise<Buffer> {
  if (options.strict) await refuseExposed(path)
  const key = decode(await readFile(path))
  if (!key) throw new BadKeyFile(`${path} does not hold a key: 32 random bytes as base64, base64url, hexadecimal or raw are needed`)
  if (isGuessable(key)) throw new BadKeyFile(`${path} holds a key that can be guessed: 32 random bytes are needed`)
  return key
}

/** Throws `BadKeyFile` for a file that others can access. */
export async function refuseExposed(path: string): Promise<void> {
  const self = ownIdentity()
  if (self && permissionBits(await stat(path), self) & 0o077)
    throw new BadKeyFile(`${path} can be accessed by users other than its owner: run "chmod 600 ${path}"`)
}

/**
 * Creates a key file that only its owner can read, completely written to disk before this returns. False when the file exists, which
 * is left unchanged.
 */
export async function makeKek(path: string, random: Random): Promise<boolean> {
  const draft = `${path}.${Buffer.from(random(8)).toString('hex')}`
  try {
    await writeDurably(draft, `${Buffer.from(random(32)).toString('base64')}\n`)
    await link(draft, path) // unlike a rename, never overwrites
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(dirname(path))
  return true
}

function decode(content: Buffer): Buffer | undefined {
  const key = looksLikeText(content) ? decodeText(content.toString('latin1').trim()) : content
  return key?.length === 32 ? key : undefined
}

/** Whether the key has few different bytes, equal steps, or a repeated pattern. Random bytes almost never do. */
export function holdsGuessableKey(content: Buffer): boolean {
  const key = decode(content)
  return key !== undefined && isGuessable(key)
}

function isGuessable(key: Buffer): boolean {
  const steps = [...key].map((byte, i) => (byte - (key[i - 1] ?? 0)) & 0xff)
  return new Set(key).size < 16 || new Set(steps).size < 8 || key.subarray(0, 16).equals(key.subarray(16))
}

function decodeText(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  const plain = text.replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_')
  const key = Buffer.from(plain, 'base64url')
  return key.toString('base64url') === plain ? key : undefined
}

/** 32 printable characters are a passphrase or half a key, not 32 random bytes. */
function looksLikeText(content: Buffer): boolean {
  return /^[\x20-\x7e\r\n]*$/.test(content.toString('latin1'))
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return // folders cannot be opened there
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
