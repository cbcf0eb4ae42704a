/** The keys of a client on the command line: read from a file, or made on the spot — RFC 7517. */
import { rmSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Raw } from '../config/raw.ts'
import { type ClientKey, clientKeyAlgs, makeClientKey, publicJwksOf } from '../crypto/client-keys.ts'
import type { ClientMetadata } from '../protocol/client.ts'
import { isJsonObject, readJson } from '../protocol/codec/json.ts'
import { type AdminFlags, textOf } from './admin-command.ts'
import { flagOf } from './flags.ts'
import { misuse, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

export interface KeyFlags {
  jwksFile?: string
  /** A path, or true where the private key is to be printed. */
  generateKey?: string | true
  keyAlg: (typeof clientKeyAlgs)[number]
}

export function keyFlags(command: Command): Command {
  return command
    .option('--jwks-file <path>', 'its public keys: a JWK Set, a JWK, or public keys or certificates as PEM')
    .option('--generate-key [path]', 'make a key for it; the private key goes to this new file, or is printed once')
    .addOption(new Option('--key-alg <alg>', 'algorithm of the key to make').choices(clientKeyAlgs).default('ES256'))
}

/** The flag for the path of a member: keys come by other flags than the one that is named after them. */
export function clientFlagOf({ jwksFile, generateKey }: KeyFlags): (path: string) => string {
  const given = jwksFile === undefined ? generateKey && '--generate-key' : '--jwks-file'
  return (path) => (path === 'jwks' ? '--jwks-file' : (path.startsWith('jwks.') && given) || flagOf(path))
}

/** The member that the flags give, and the key that was made. `held`: registered keys, which a made one joins. */
export async function keysByFlags(
  { jwksFile, generateKey, keyAlg }: KeyFlags,
  held: NonNullable<ClientMetadata['jwks']>['keys'] = [],
): Promise<{ members: Raw; key?: ClientKey }> {
  if (generateKey !== undefined) {
    if (jwksFile !== undefined) misuse('--jwks-file and --generate-key cannot be combined')
    const key = await makeClientKey(keyAlg)
    return { members: { jwks: { keys: [...held, key.publicJwk] } }, key }
  }
  return { members: jwksFile === undefined ? {} : { jwks: { keys: keysIn(jwksFile) } } }
}

function keysIn(file: string): unknown[] {
  const text = textOf(file)
  const found = text.includes('-----BEGIN ') ? publicJwksOf(text) : keysOf(text)
  return found ?? refuse(`${file} holds neither a JWK Set, nor a JWK, nor public keys or certificates as PEM`)
}

function keysOf(text: string): unknown[] | undefined {
  const read = readJson(text)
  if (!('value' in read) || !isJsonObject(read.value)) return undefined
  const { keys, kty } = read.value
  if (Array.isArray(keys)) return keys
  return kty === undefined ? undefined : [read.value]
}

/** Acts while the private key is in its file, which only its owner can read; without the file if the act fails. */
export async function withKeyFile<T>({ generateKey: path }: KeyFlags, key: ClientKey | undefined, act: () => Promise<T>): Promise<T> {
  if (!key || typeof path !== 'string') return act()
  writeNew(path, `${JSON.stringify(key.privateJwk, null, 2)}\n`)
  try {
    return await act()
  } catch (error) {
    rmSync(path)
    throw error
  }
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    refuse((error as NodeJS.ErrnoException).code === 'EEXIST' ? `${path} exists already` : `${path} cannot be written`)
  }
}

/** The private key as a member of what is printed, for people as one line of JSON, unless it is in a file. */
export function printedKey({ generateKey: path, json }: KeyFlags & AdminFlags, key: ClientKey | undefined): { private_key?: unknown } {
  if (!key || path !== true) return {}
  return { private_key: json ? key.privateJwk : JSON.stringify(key.privateJwk) }
}

export function noteKey({ stderr }: Terminal, { generateKey: path }: KeyFlags): void {
  if (path === true) stderr.write('The private key is not stored here: note it now.\n')
  if (typeof path === 'string') stderr.write(`The private key is in ${path}, and nowhere else.\n`)
}
