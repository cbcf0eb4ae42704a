/** The keys of a tenant, put together: its own, those of files, and the certified one that signs credentials. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config/schema.ts'
import { type CertifiedKey, readCertifiedKey } from './crypto/credential-key.ts'
import { developmentAuthority } from './crypto/development-authority.ts'
import { federationKeyring } from './crypto/federation-keys.ts'
import { BadKeyFile, refuseExposed } from './crypto/kek.ts'
import { noOpenedKeys, type OpenedKeys } from './crypto/key-cache.ts'
import { type KeyFile, readKeyFile } from './crypto/key-files.ts'
import { type Keyring, keyring } from './crypto/keyring.ts'
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import type { KeyPair } from './crypto/signer.ts'
import type { KeyStore } from './crypto/types.ts'
import type { Platform } from './platform.ts'
import type { CredentialConfiguration } from './protocol/credential-configuration.ts'
import type { Server } from './protocol/feature.ts'
import { slugSchema, tenantSettings } from './protocol/tenant-settings.ts'
import type { FederationKeyStore } from './store/federation-keys.ts'
import { ROOT_TENANT } from './store/system.ts'
import type { TenantRow } from './store/types.ts'

interface KeyDeps {
  config: Config
  platform: Platform
  sealer: Sealer
  reseal: ResealOnUse
  server: Server
}

/** What is kept of the keys of a tenant while it is not in use: those of files, and what was read and opened of its own. */
export interface TenantKeyMaterial {
  fixed: readonly KeyPair[]
  certified: CertifiedKey | undefined
  opened: OpenedKeys
  /** Of its federation. Undefined: the tenant takes part in none. */
  openedForFederation: OpenedKeys | undefined
}

/** Nothing of its own is opened yet. Only the root tenant has keys of files that sign tokens. */
export async function keyMaterialOf(
  deps: KeyDeps,
  row: TenantRow,
  ask: { issuer: string; configurations: readonly CredentialConfiguration[] },
): Promise<TenantKeyMaterial> {
  const { config } = deps
  if (row.id === ROOT_TENANT) await checkTenantKeyFiles(config)
  return {
    fixed: row.id === ROOT_TENANT ? await Promise.all(keyFilesOf(config).map(readKeyFile)) : [],
    certified: await certifiedKeyOf(deps, row, ask),
    opened: noOpenedKeys(),
    openedForFederation: tenantSettings(row.settings).federation ? noOpenedKeys() : undefined,
  }
}

/** The signing keys of a tenant. */
export function keyringOf(
  { config, platform: { now }, sealer, reseal, server }: KeyDeps,
  { id: tenantId }: TenantRow,
  { store, issuer, material }: { store: KeyStore; issuer: string; material: TenantKeyMaterial },
): Keyring {
  const decrypts = server.features.some(({ id }) => id === 'requestObjects' || id === 'credentialIssuance')
  const { algs, rsa_bits: rsaBits, rotate_after_days, publish_before_hours, keep_days } = config.keys
  const schedule = { lead: publish_before_hours * 3600, maxAge: rotate_after_days * 86_400, retireAfter: keep_days * 86_400 }
  const { fixed, certified, opened } = material
  const own = { algs, decrypts, rsaBits, schedule, fixed, certified, opened }
  return keyring({ ...own, purpose: 'signing-key', store, sealer, reseal, tenantId, issuer, now, reloadEvery: 0 })
}

/** Undefined: the tenant takes part in no federation. */
export function federationKeyringOf(
  { platform: { now }, sealer, reseal }: KeyDeps,
  { id: tenantId }: TenantRow,
  { store, issuer, material }: { store: FederationKeyStore; issuer: string; material: TenantKeyMaterial },
): Keyring | undefined {
  const { openedForFederation: opened } = material
  return (
    opened && federationKeyring({ store: store.federationKeys, sealer, purpose: 'federation-key', tenantId, issuer, now, reseal, opened })
  )
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

interface Files {
  privateKeyFile: string
  certificateFile: string
}

/** Undefined: a signing key of the tenant signs. Nothing is made before there is something to sign. */
async function certifiedKeyOf(
  { config, platform: { now, random } }: Pick<KeyDeps, 'config' | 'platform'>,
  { slug }: Pick<TenantRow, 'slug'>,
  { issuer, configurations }: { issuer: string; configurations: readonly CredentialConfiguration[] },
): Promise<CertifiedKey | undefined> {
  if (configurations.length === 0) return undefined
  const files = slug === '' ? filesOfRoot(config) : (await filesOfTenants(config)).get(slug)
  if (files) return readCertifiedKey(files)
  if (!config.credentials.development_authority) return undefined
  const folder = slug === '' ? join(config.data_dir, 'credential-authority') : join(config.data_dir, 'credential-authorities', slug)
  return readCertifiedKey(await developmentAuthority(folder, { issuer, now: now(), random }))
}

/** Throws `BadKeyFile` for the first that cannot be used, so that a start fails and no request does. */
async function checkTenantKeyFiles(config: Config): Promise<void> {
  for (const files of (await filesOfTenants(config)).values()) {
    await readCertifiedKey(files)
    await refuseExposed(files.privateKeyFile)
  }
}

function filesOfRoot({ credentials }: Config): Files | undefined {
  const { private_key_file: privateKeyFile, certificate_file: certificateFile } = credentials
  return privateKeyFile !== undefined && certificateFile !== undefined ? { privateKeyFile, certificateFile } : undefined
}

/** By slug. */
async function filesOfTenants({ credentials: { tenants_folder: folder } }: Config): Promise<Map<string, Files>> {
  if (folder === undefined) return new Map()
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new BadKeyFile(`credentials.tenants_folder: ${folder} cannot be read: ${error.code}`)
  })
  const slugs = names.filter((name) => name.endsWith('.key')).map((name) => name.slice(0, -'.key'.length))
  return new Map(
    slugs
      .filter((slug) => slugSchema.safeParse(slug).success)
      .map((slug) => [slug, { privateKeyFile: join(folder, `${slug}.key`), certificateFile: join(folder, `${slug}.pem`) }]),
  )
}
