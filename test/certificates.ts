/** Authorities and certificates for tests of mutual TLS. */
import { createPrivateKey, type KeyObject, type webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export interface Identity {
  /** As `node:tls` takes them. With `cert` come the authorities between it and the trusted one. */
  cert: string
  key: string
  der: Buffer
  /** DER, the client's first. */
  chain: readonly Buffer[]
  x5t: string
  /** Its public key, without anything else. */
  jwk: webcrypto.JsonWebKey
}

export interface Authority extends Identity {
  name: string
  issue(form?: Form): Promise<Identity>
  authority(name: string, form?: Form): Promise<Authority>
}

type Alternative = { type: 'dns' | 'url' | 'ip' | 'email'; value: string }

/** Times in seconds since the epoch. */
export interface Form {
  subject?: string | x509.JsonName
  names?: readonly Alternative[]
  notBefore?: number
  notAfter?: number
  extensions?: x509.Extension[]
  key?: 'EC' | 'Ed25519' | 'RSA-1024' | 'RSA-2048'
  /** With which it signs. */
  hash?: 'SHA-1'
  /** Has the key of this one. */
  pairOf?: Identity
  /** Signs with another key than the authority's. */
  forged?: true
}

const now = Math.floor(Date.now() / 1000)
const year = 31_536_000

const ec = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength,
})
const algorithms = { EC: ec, Ed25519: { name: 'Ed25519' }, 'RSA-1024': rsa(1024), 'RSA-2048': rsa(2048) }

interface Pair {
  publicKey: CryptoKey
  privateKey: CryptoKey
}

async function pairFor(kind: Exclude<Form['key'], undefined>, hash = 'SHA-256'): Promise<Pair> {
  return (await crypto.subtle.generateKey({ ...algorithms[kind], hash }, true, ['sign', 'verify'])) as unknown as Pair
}

async function pemOf(key: CryptoKey): Promise<KeyObject> {
  return createPrivateKey({ key: Buffer.from(await crypto.subtle.exportKey('pkcs8', key)), format: 'der', type: 'pkcs8' })
}

const pairs = new WeakMap<Buffer, Pair>()

interface Issuer {
  name: string | x509.JsonName
  key: CryptoKey
  chain: readonly Buffer[]
}

async function made(form: Form, issuer: Issuer | undefined, marks: x509.Extension[]): Promise<Identity & { pair: Pair }> {
  const pair = (form.pairOf && pairs.get(form.pairOf.der)) ?? (await pairFor(form.key ?? 'EC', form.hash))
  const subject = form.subject ?? 'CN=client'
  const signer = form.forged ? (await pairFor('EC')).privateKey : (issuer?.key ?? pair.privateKey)
  const { names = [] } = form
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.name ?? subject,
    notBefore: new Date((form.notBefore ?? now - 3600) * 1000),
    notAfter: new Date((form.notAfter ?? now + year) * 1000),
    publicKey: pair.publicKey,
    signingKey: signer,
    signingAlgorithm: { hash: 'SHA-256', ...signer.algorithm },
    extensions: [
      ...marks,
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map((name) => ({ ...name })))] : []),
      ...(form.extensions ?? []),
    ],
  })
  const der = Buffer.from(certificate.rawData)
  pairs.set(der, pair)
  const chain = [der, ...(issuer?.chain ?? [])]
  const read = new X509Certificate(der)
  return {
    pair,
    cert: chain.map((one) => new X509Certificate(one).toString()).join(''),
    key: (await pemOf(pair.privateKey)).export({ type: 'pkcs8', format: 'pem' }).toString(),
    der,
    chain,
    x5t: Buffer.from(read.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    jwk: read.publicKey.export({ format: 'jwk' }),
  }
}

/** A certificate that its subject signed. */
export async function selfSigned(form: Form = {}): Promise<Identity> {
  return made(form, undefined, [])
}

const ofAuthorities = [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
]

export async function authority(name: string, form: Form = {}, issuer?: Issuer): Promise<Authority> {
  const marks = form.extensions ? [] : ofAuthorities
  const { pair, ...own } = await made({ subject: name, ...form }, issuer, marks)
  const next = { name, key: pair.privateKey, chain: issuer ? own.chain : [] }
  return {
    ...own,
    name,
    issue: (leaf = {}) => made(leaf, next, []),
    authority: (below, belowForm = {}) => authority(below, belowForm, next),
  }
}

/** PEM of the certificate alone. */
export function pem({ der }: Identity): string {
  return new X509Certificate(der).toString()
}
