/** Signing keys that an operator provides in files, with their certificates — RFC 5958 (PKCS #8), RFC 7517 §4.7 and §4.9. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { SigningAlg } from '../protocol/algs.ts'
import { BadKeyFile } from './kek.ts'
import { type KeyPair, toKeyPair } from './signer.ts'

export interface KeyFile {
  alg: SigningAlg
  /** PEM. */
  privateKeyFile: string
  /** PEM; only compared with the private key. */
  publicKeyFile: string | undefined
  /** PEM, the key's own certificate first. */
  certificateFile: string | undefined
}

/** The key pair; its public key has `x5c` and `x5t#S256` when there is a certificate. Throws `BadKeyFile`, which never reveals a file's content. */
export async function readKeyFile({ alg, privateKeyFile, publicKeyFile, certificateFile }: KeyFile): Promise<KeyPair> {
  const privateKey = parse(createPrivateKey, await textOf(privateKeyFile), privateKeyFile)
  if (!suits(alg, privateKey)) throw new BadKeyFile(`${privateKeyFile} does not hold a key for ${alg}: ${needed[alg]}`)
  const pair = toKeyPair(alg, privateKey)
  if (publicKeyFile !== undefined && !parse(createPublicKey, await textOf(publicKeyFile), publicKeyFile).equals(pair.publicKey))
    throw new BadKeyFile(`${publicKeyFile} is not the public key of ${privateKeyFile}`)
  if (certificateFile === undefined) return pair
  const chain = certificatesOf(await textOf(certificateFile), certificateFile)
  const [own] = chain
  if (!own?.checkPrivateKey(privateKey)) throw new BadKeyFile(`${certificateFile} is not the certificate of ${privateKeyFile}`)
  const x5c = chain.map((certificate) => certificate.raw.toString('base64')) // RFC 7517 §4.7: base64, not base64url
  return { ...pair, jwk: { ...pair.jwk, x5c, 'x5t#S256': createHash('sha256').update(own.raw).digest('base64url') } }
}

const needed: Readonly<Record<SigningAlg, string>> = {
  RS256: 'an RSA key of 2048 to 8192 bits is needed',
  PS256: 'an RSA key of 2048 to 8192 bits is needed',
  ES256: 'a key on the curve P-256 is needed',
  EdDSA: 'an Ed25519 key is needed',
  'ML-DSA-44': 'an ML-DSA-44 key is needed',
  'ML-DSA-65': 'an ML-DSA-65 key is needed',
}

function suits(alg: SigningAlg, key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  switch (alg) {
    case 'RS256':
    case 'PS256':
      return key.asymmetricKeyType === 'rsa' && modulusLength >= 2048 && modulusLength <= 8192
    case 'ES256':
      return key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1'
    case 'EdDSA':
      return key.asymmetricKeyType === 'ed25519'
    default:
      return key.asymmetricKeyType === alg.toLowerCase()
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new BadKeyFile(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`)
  }
}

function parse(create: (pem: string) => KeyObject, text: string, path: string): KeyObject {
  try {
    return create(text)
  } catch {
    throw new BadKeyFile(`${path} does not hold a key in PEM, without a passphrase`)
  }
}

function certificatesOf(text: string, path: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    throw new BadKeyFile(`${path} holds a certificate that cannot be read`)
  }
}
