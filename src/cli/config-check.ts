/** `gatehouse config check`: everything that keeps the server from starting, in the settings and in the keys of the database. */
import { existsSync } from 'node:fs'
import type { Mode } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { keyUses, missingKeys } from '../crypto/reseal.ts'
import { fingerprint } from '../crypto/seal.ts'
import { readKeks } from '../key-encryption.ts'
import { pending } from '../store/migrate.ts'
import { openDatabase } from '../store/open.ts'
import { sealedValues } from '../store/sealed-values.ts'
import { DatabaseUnavailable } from '../store/sql.ts'
import { keyEncryptionKeys, keyEncryptionRows } from './key-encryption-keys.ts'
import { type ConfigFlags, configured } from './open.ts'
import { Problems } from './problems.ts'
import type { Terminal } from './terminal.ts'

/** Writes that the configuration is sound, and what is sealed under each key. Throws `Problems` when it is not. */
export async function check(terminal: Terminal, mode: Mode, { config: file }: ConfigFlags): Promise<void> {
  const { config, warnings } = configured(terminal, mode, file)
  const database = await keysOfDatabase(terminal, config).catch((error: unknown) => {
    if (error instanceof DatabaseUnavailable) return 'The database cannot be reached, and was not checked.\n'
    throw error
  })
  for (const warning of warnings) terminal.stderr.write(`warning: ${warning}\n`)
  terminal.stdout.write(`The configuration is sound for "gatehouse ${mode}".\n${database}`)
}

/** What is sealed under which key-encryption key, for people. */
async function keysOfDatabase(terminal: Terminal, config: Config): Promise<string> {
  const path = /^sqlite:(.+)$/.exec(config.database_url)?.[1]
  if (path && !existsSync(path)) return 'There is no database yet.\n'
  const keyIds = (await readKeks(config)).map(fingerprint)
  const db = await openDatabase(config.database_url)
  try {
    if ((await pending(db)).length > 0) return 'The database needs "gatehouse migrate".\n'
    const uses = await keyUses(sealedValues(db))
    const problems = missingKeys(uses, keyIds)
    if (problems.length > 0) throw new Problems(78, problems)
    return keyEncryptionRows(terminal, keyEncryptionKeys(uses, keyIds))
  } finally {
    await db.close()
  }
}
