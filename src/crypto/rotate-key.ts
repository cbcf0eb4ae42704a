/** Rotating a key on request, and whether there was anything to make. */
import type { KeyAlg } from '../protocol/algs.ts'
import type { Keyring } from './keyring.ts'

/** `waitsUntil`: nothing was made, because this key waits already, and signs from then on; in seconds. */
export interface RotatedKey {
  kid: string
  waitsUntil: number | undefined
}

/** Makes the next key, unless there is one that waits. */
export async function rotateKey(keyring: Keyring, alg: KeyAlg, immediately: boolean): Promise<RotatedKey> {
  const before = await keyring.list()
  const kid = await keyring.rotate(alg, { immediately })
  return { kid, waitsUntil: before.find((key) => key.kid === kid)?.activeAt }
}
