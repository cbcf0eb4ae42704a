/** A keyring whose fast algorithms can sign. */
import { type Keyring, type KeyringOptions, keyring } from '../src/crypto/keyring.ts'

export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const ring = keyring(options)
  await ring.ready()
  return ring
}
