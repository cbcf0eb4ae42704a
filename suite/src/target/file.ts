/** Reads target files: YAML or JSON that describes a server. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import type { Target } from './target.ts'

const uri = z.string().refine((text) => URL.canParse(text), 'must be an absolute URI')
const httpUrl = uri.refine((text) => /^https?:\/\//.test(text), 'must begin with https:// or http://')

const registration = z.strictObject({
  client_id: z.string().min(1),
  client_secret: z.string().optional(),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .default('client_secret_basic'),
  redirect_uris: z.array(uri).default([]),
  post_logout_redirect_uris: z.array(uri).default([]),
  scope: z.string().default('openid'),
  private_key: z.record(z.string(), z.unknown()).optional(),
})

const step = z.strictObject({
  when: z.string().min(1),
  fill: z.record(z.string(), z.string()).default({}),
  click: z.string().optional(),
})

const certificate = z.strictObject({ cert_file: z.string(), key_file: z.string() })

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
    const contents: unknown = parse(readFileSync(file, 'utf8'))
    if (typeof contents === 'object' && contents !== null) return contents
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message.split('\n')[0]}`)
  }
  throw new UsageError(`${file} is no mapping`)
}

function targetOf(given: object, folder: string): Target {
  const read = targetSchema.safeParse(given)
  if (!read.success) throw new UsageError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  const { ca_file, certificates, name, ...target } = read.data
  const contents = (file: string) => readFileSync(resolve(folder, file), 'utf8')
  const pair = certificates?.map(({ cert_file, key_file }) => ({ cert: contents(cert_file), key: contents(key_file) }))
  const ca = ca_file === undefined ? {} : { ca: contents(ca_file) }
  return { name: name ?? target.issuer, ...target, ...ca, certificates: pair as Target['certificates'] }
}
