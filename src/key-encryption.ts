/** The key-encryption keys of an installation: read, made for a new one, and proven to be the right ones. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from './config/schema.ts'
import { unlock, WrongKey } from './crypto/installation.ts'
import { makeKek, readKek } from './crypto/kek.ts'
import { missingKeys, sealing } from './crypto/reseal.ts'
import { type Sealer, sealer } from './crypto/seal.ts'
import type { Platform } from './platform.ts'
import { StartupError } from './startup-error.ts'
import { sealedValues } from './store/sealed-values.ts'
import type { Db } from './store/sql.ts'
import type { systemStore } from './store/system.ts'
import type { AppDeps } from './tenant.ts'

/** Refuses to go on while something is sealed under a key that was not given, unless that is allowed. */
export async function checkKeys(db: Db, sealer: Sealer, { allowMissingKeys }: { allowMissingKeys?: true }): Promise<void> {
  const { uses, keyIds } = sealing(sealedValues(db), sealer)
  const problems = allowMissingKeys ? [] : missingKeys(await uses(), keyIds)
  if (problems.length > 0) throw new StartupError(problems.join('; '))
}

/** Opens the key-encryption key and proves that it is the right one. A key is made only for a database that has never had one. */
export async function openSealer(
  config: Config,
  { random }: Platform,
  { installation }: ReturnType<typeof systemStore>,
  options: { makeKey: boolean },
): Promise<Pick<AppDeps, 'sealer' | 'installation'>> {
  const fresh = (await installation.find()) === undefined
  if (options.makeKey && fresh) {
    await mkdir(dirname(keyFile(config)), { recursive: true, mode: 0o700 }) // the database may be elsewhere
    await makeKek(keyFile(config), random)
  }
  const opened = sealer(await readKeks(config), random)
  return { sealer: opened, installation: await unlock(installation, opened, random) }
}

const keyFile = ({ key_encryption_key_file: file, data_dir: folder }: Config) => file ?? join(folder, 'key-encryption-key')

/** The key-encryption keys of a configuration, the current one first. Throws `WrongKey` when one cannot be read. */
export function readKeks(config: Config): Promise<Buffer[]> {
  const paths = [keyFile(config), ...config.previous_key_encryption_key_files]
  return Promise.all(
    paths.map((file) =>
      readKek(file, { strict: true }).catch((cause: Error) => {
        throw new WrongKey(
          `The key-encryption key cannot be read: ${cause.message}. Restore the file, or name another with key_encryption_key_file.`,
        )
      }),
    ),
  )
}
