/** How the command line shows key-encryption keys: by id, with what is sealed under each. */
import type { KeyUse } from '../crypto/reseal.ts'
import { type Terminal, table } from './terminal.ts'

export interface KeyEncryptionKey {
  key_id: string
  state: 'current' | 'previous' | 'missing'
  sealed_values: number
}

/** The keys that were given, in order, and those that something is sealed under and that were not given. */
export function keyEncryptionKeys(uses: readonly KeyUse[], keyIds: readonly string[]): KeyEncryptionKey[] {
  const counted = (id: string) => uses.find(({ keyId }) => keyId === id)?.values ?? 0
  const given = keyIds.map(
    (id, i): KeyEncryptionKey => ({ key_id: id, state: i === 0 ? 'current' : 'previous', sealed_values: counted(id) }),
  )
  const missing = uses.filter(({ keyId }) => !keyIds.includes(keyId))
  return [...given, ...missing.map(({ keyId, values }): KeyEncryptionKey => ({ key_id: keyId, state: 'missing', sealed_values: values }))]
}

/** For people, with what to do about values that are sealed under another key than the current one. */
export function keyEncryptionRows(terminal: Terminal, keys: readonly KeyEncryptionKey[]): string {
  const rows = keys.map(({ key_id, state, sealed_values }) => [key_id, state, String(sealed_values)])
  const old = keys.some(({ state, sealed_values }) => state === 'previous' && sealed_values > 0)
  const advice = old ? 'Run "gatehouse keys reseal" before you remove a previous key.\n' : ''
  return table(terminal, ['key-encryption key', 'state', 'sealed values'], rows) + advice
}
