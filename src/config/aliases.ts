/** Environment variables of other systems, for those who come from one: each stands for a setting of ours, which wins when it is given too. */
import { lookUp, put, type Raw } from './raw.ts'

/** The table: their name, our setting. */
export const aliases: readonly { variable: string; path: string; note: string }[] = [
  { variable: 'ISSUER_URL', path: 'issuer', note: 'minimal M2M server' },
  {
    variable: 'RS256_PRIVATE_KEY_PATH',
    path: 'keys.files.rs256.private_key_file',
    note: 'minimal M2M server; `auto-gen` for a key we make',
  },
  { variable: 'RS256_PUBLIC_KEY_PATH', path: 'keys.files.rs256.public_key_file', note: 'minimal M2M server; `auto-gen` for a key we make' },
  { variable: 'JWT_SECRET', path: 'demo.jwt_secret', note: 'minimal M2M server; development mode only' },
]

/** `auto-gen` asks for what happens anyway. */
const nothing = new Set(['', 'auto-gen'])

/** Fills in what only another system's variable tells. Calls `given` with the path and the variable. */
export function addAliases(
  raw: Raw,
  env: Readonly<Record<string, string | undefined>>,
  given: (path: string, variable: string) => void,
): void {
  for (const { variable, path } of aliases) {
    const value = env[variable] ?? ''
    if (nothing.has(value) || lookUp(raw, path) !== undefined) continue
    put(raw, path, value)
    given(path, variable)
  }
}
