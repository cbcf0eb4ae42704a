/** The keys of a tenant, put together: its own, those of files, and the certified one that signs credentials. */
import { join } from 'node:path'
import type { Config } from './config/schema.ts'
import { type CertifiedKey, readCertifiedKey } from './crypto/credential-key.ts'
import { developmentAuthority } from './crypto/development-authority.ts'
import { federationKeyring } from './crypto/federation-keys.ts'
import { type KeyFile, readKeyFile } from './crypto/key-files.ts'
import { type Keyring, keyring } from './crypto/keyring.ts'
import { resealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import type { KeyStore } from './crypto/types.ts'
import type { Platform } from './platform.ts'
import type { CredentialConfiguration } from './protocol/credential-configuration.ts'
import type { Server } from './protocol/feature.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import type { FederationKeyStore } from './store/federation-keys.ts'
import { sealedValues } from './store/sealed-values.ts'
import type { Db } from './store/sql.ts'
import { ROOT_TENANT } from './store/system.ts'
import type { TenantRow } from './store/types.ts'

interface KeyDeps {
  config: Config
  platform: Platform
  sealer: Sealer
  db: Db
  server: Server
}

/** The signing keys of a tenant; at the root tenant also those of files. */
export async function keysOf(
  deps: KeyDeps,
  row: TenantRow,
  { store, issuer, configurations }: { store: KeyStore; issuer: string; configurations: readonly CredentialConfiguration[] },
): Promise<Keyring> {
  const { config, platform, sealer, db, server } = deps
  const { now, log } = platform
  const decrypts = server.features.some(({ id }) => id === 'requestObjects' || id === 'credentialIssuance')
  const { algs, rsa_bits: rsaBits, rotate_after_days, publish_before_hours, keep_days } = config.keys
  const schedule = { lead: publish_before_hours * 3600, maxAge: rotate_after_days * 86_400, retireAfter: keep_days * 86_400 }
  const fixed = row.id === ROOT_TENANT ? await Promise.all(keyFilesOf(config).map(readKeyFile)) : []
  const reseal = resealOnUse(sealedValues(db), sealer)
  const own = {
    algs,
    decrypts,
    rsaBits,
    fixed,
    purpose: 'signing-key' as const,
    certified: await certifiedKeyOf(deps, row.id, configurations),
  }
  const keys = await keyring({ ...own, store, sealer, reseal, tenantId: row.id, issuer, now, reloadEvery: 0, schedule })
  keys.rotateWhenDue().catch((err: unknown) => log.warn({ err }, 'key rotation will be tried again'))
  return keys
}

/** Undefined: the tenant takes part in no federation. */
export async function federationKeysOf(
  { platform: { now }, sealer, db }: KeyDeps,
  { id: tenantId, settings }: TenantRow,
  { store, issuer }: { store: FederationKeyStore; issuer: string },
): Promise<Keyring | undefined> {
  if (!tenantSettings(settings).federation) return undefined
  const reseal = resealOnUse(sealedValues(db), sealer)
  return federationKeyring({ store: store.federationKeys, sealer, purpose: 'federation-key', tenantId, issuer, now, reseal })
}

function keyFilesOf({ keys: { files } }: Config): KeyFile[] {
  const named = [
    ['RS256', files.rs256] as const,
    ['PS256', files.ps256] as const,
    ['ES256', files.es256] as const,
    ['EdDSA', files.eddsa] as const,
  ]
  return named.flatMap(([alg, { private_key_file, public_key_file, certificate_file }]) =>
    private_key_file === undefined
      ? []
      : [{ alg, privateKeyFile: private_key_file, publicKeyFile: public_key_file, certificateFile: certificate_file }],
  )
}

/** The key whose certificates the operator has, or that development mode makes; only the root tenant has one. Not made before there is something to sign. */
async function certifiedKeyOf(
  { config: { credentials, data_dir: folder, issuer }, platform: { now, random } }: Pick<KeyDeps, 'config' | 'platform'>,
  tenant: string,
  configurations: readonly CredentialConfiguration[],
): Promise<CertifiedKey | undefined> {
  if (tenant !== ROOT_TENANT || configurations.length === 0) return undefined
  const { private_key_file: privateKeyFile, certificate_file: certificateFile, development_authority: ofDevelopment } = credentials
  if (privateKeyFile !== undefined && certificateFile !== undefined) return readCertifiedKey({ privateKeyFile, certificateFile })
  if (!ofDevelopment) return undefined
  return readCertifiedKey(await developmentAuthority(join(folder, 'credential-authority'), { issuer, now: now(), random }))
}
