/** Reads target files: YAML or JSON that describes a server. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import type { Person, Target } from './target.ts'

const commandSeconds = 30

const uri = z.string().refine((text) => URL.canParse(text), 'must be an absolute URI')
const httpUrl = uri.refine((text) => /^https?:\/\//.test(text), 'must begin with https:// or http://')

const jwk = z.record(z.string(), z.unknown())

const registration = z.strictObject({
  client_id: z.string().min(1),
  client_secret: z.string().optional(),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth', 'none'])
    .default('client_secret_basic'),
  redirect_uris: z.array(uri).default([]),
  post_logout_redirect_uris: z.array(uri).default([]),
  scope: z.string().default('openid'),
  private_key: jwk.optional(),
})

const step = z.strictObject({
  when: z.string().min(1),
  fill: z.record(z.string(), z.string()).default({}),
  click: z.string().optional(),
})

const certificate = z.strictObject({ cert_file: z.string(), key_file: z.string() })

/** A program and its arguments, with `{username}` and `{password}`. */
const command = z.array(z.string()).min(1)

const targetSchema = z.strictObject({
  name: z.string().optional(),
  issuer: httpUrl,
  metadata: httpUrl.optional(),
  origins: z.array(httpUrl).optional(),
  ca_file: z.string().optional(),
  people: z
    .array(z.strictObject({ username: z.string(), password: z.string() }))
    .max(2)
    .default([]),
  clients: z.record(z.string(), registration).default({}),
  resources: z.array(z.strictObject({ identifier: uri, scope: z.string() })).default([]),
  register: z.boolean().optional(),
  initial_access_token: z.string().optional(),
  api: z.strictObject({ identifier: httpUrl, scope: z.string(), step_up_url: httpUrl.optional() }).optional(),
  certificates: z.tuple([certificate, certificate]).optional(),
  authority_certificates: z.tuple([certificate, certificate, certificate]).optional(),
  assertion_issuer: z.strictObject({ issuer: uri, private_key: jwk }).optional(),
  key_attester: jwk.optional(),
  trust_mark_type: z.string().optional(),
  inbox: httpUrl.optional(),
  documents: certificate.optional(),
  listener: certificate.extend({ url: httpUrl, anchor: jwk.optional() }).optional(),
  administer: z
    .strictObject({
      create: command,
      suspend: command,
      delete: command,
      set_password: command,
      withdraw: command,
      offer: command,
      offer_with_code: command,
      approve: command,
    })
    .partial()
    .optional(),
  pages: z.strictObject({ steps: z.array(step).default([]), decline: z.string().optional() }).default({ steps: [] }),
})

/** `issuer`: overrides the file. */
export function readTarget(file: string, issuer?: string): Target {
  return targetOf({ ...contentsOf(file), ...(issuer === undefined ? {} : { issuer }) }, dirname(file))
}

/** A server of which only the issuer is known. */
export function bareTarget(issuer: string): Target {
  return targetOf({ issuer }, '.')
}

function contentsOf(file: string): object {
  try {
    const contents: unknown = parse(textOf(file))
    if (typeof contents === 'object' && contents !== null) return contents
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${file} is no YAML: ${(error as Error).message.split('\n')[0]}`)
  }
  throw new UsageError(`${file} is no mapping`)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message.split('\n')[0]}`)
  }
}

function targetOf(given: object, folder: string): Target {
  const read = targetSchema.safeParse(given)
  if (!read.success) throw new UsageError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  const { ca_file, certificates, authority_certificates, documents, listener, administer, name, ...others } = read.data
  const { assertion_issuer: assertionIssuer, key_attester: keyAttester, trust_mark_type: trustMarkType, ...target } = others
  const contents = (file: string) => textOf(resolve(folder, file))
  const pairOf = ({ cert_file, key_file }: z.infer<typeof certificate>) => ({ cert: contents(cert_file), key: contents(key_file) })
  const { set_password: setPassword, offer_with_code: offerWithCode, ...otherActs } = administer ?? {}
  const acts = Object.entries({ ...otherActs, setPassword, offerWithCode }).flatMap(([act, words]) =>
    words ? [[act, actOf(words, folder)]] : [],
  )
  return {
    name: name ?? target.issuer,
    ...target,
    ...{ assertionIssuer, keyAttester, trustMarkType },
    ...(ca_file === undefined ? {} : { ca: contents(ca_file) }),
    certificates: certificates?.map(pairOf) as Target['certificates'],
    authorityCertificates: authority_certificates?.map(pairOf) as Target['authorityCertificates'],
    documents: documents && pairOf(documents),
    listener: listener && { url: listener.url, anchor: listener.anchor, certificate: pairOf(listener) },
    administer: Object.fromEntries(acts),
  }
}

/** Runs a command without a shell, and returns what it prints. */
function actOf([program = '', ...words]: readonly string[], folder: string): (person: Person) => Promise<string> {
  return async (person) => {
    const filled = words.map((word) => word.replace(/\{(username|password)\}/g, (_, name: keyof Person) => person[name]))
    const running = promisify(execFile)(program, filled, { cwd: resolve(folder), timeout: commandSeconds * 1000 })
    const { stdout } = await running.catch(({ message }: Error) => {
      throw new Error(`a command of the target file failed: ${message.split('\n')[0]}`)
    })
    return stdout
  }
}
