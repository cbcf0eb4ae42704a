/** An authority for development: issues a certificate for the key that signs credentials — RFC 5280; ISO/IEC 18013-5 annex B. */
import { webcrypto } from 'node:crypto'
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from './derive.ts'

const day = 86_400_000
const documentSigner = '1.0.18013.5.1.2' // ISO/IEC 18013-5 annex B

export interface AuthorityFiles {
  privateKeyFile: string
  /** The key's certificate. */
  certificateFile: string
  /** The certificate of the authority, which verifiers must trust. */
  anchorFile: string
}

/**
 * The files in this folder, which are made if they are not there: all of them or none, also when several processes begin at once. The key of
 * the authority is thrown away.
 */
export async function developmentAuthority(folder: string, ask: { issuer: string; now: number; random: Random }): Promise<AuthorityFiles> {
  const [key, certificate, anchor] = ['issuer.key', 'issuer.pem', 'authority.pem']
  const files = (within: string) => ({
    privateKeyFile: join(within, key),
    certificateFile: join(within, certificate),
    anchorFile: join(within, anchor),
  })
  if (await exists(files(folder).privateKeyFile)) return files(folder)
  const draft = `${folder}.${Buffer.from(ask.random(8)).toString('hex')}`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    const made = await makeAuthority(ask)
    await writeFile(files(draft).privateKeyFile, made.privateKey, { mode: 0o600 })
    await writeFile(files(draft).certificateFile, made.certificate)
    await writeFile(files(draft).anchorFile, made.anchor)
    await rename(draft, folder)
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return files(folder)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function makeAuthority({ issuer, now, random }: { issuer: string; now: number; random: Random }) {
  const x509 = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const pair = async () => (await webcrypto.subtle.generateKey(algorithm, true, ['sign'])) as unknown as CryptoKeyPair
  const [authority, signer] = [await pair(), await pair()]
  const name = 'CN=Gatehouse development authority, C=ZZ'
  const validFor = (days: number) => ({ notBefore: new Date(now * 1000 - day), notAfter: new Date(now * 1000 + days * day) })
  const serialNumber = () => `01${Buffer.from(random(15)).toString('hex')}`
  const anchor = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys: authority,
    signingAlgorithm: algorithm,
    serialNumber: serialNumber(),
    ...validFor(3650),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const { hostname } = new URL(issuer)
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${hostname}, C=ZZ`,
    issuer: name,
    publicKey: signer.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    serialNumber: serialNumber(),
    ...validFor(1825),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([documentSigner], true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: hostname },
        { type: 'url', value: issuer },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(signer.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const privateKey = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', signer.privateKey as unknown as webcrypto.CryptoKey))
  return {
    privateKey: `-----BEGIN PRIVATE KEY-----\n${privateKey.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    certificate: certificate.toString('pem'),
    anchor: anchor.toString('pem'),
  }
}
