/** Headers by which a proxy forwards the certificate of its TLS client — RFC 9440, and those of nginx, Envoy and HAProxy. */

/** Certificates of a chain that are read; more are refused. */
const maxChain = 9

interface Format {
  /** Its usual name, in lower case. */
  header: string
  /** Headers beside it that this format reads. */
  further: readonly string[]
  /** DER, the client's certificate first; undefined when the values are not of this format. */
  read(value: string, further: string | undefined): Buffer[] | undefined
}

export const forwardedFormats = {
  /** Byte sequences, those of the chain as a list. RFC 9440 §2.2, §2.3 */
  rfc9440: {
    header: 'client-cert',
    further: ['client-cert-chain'],
    read: (value, chain) => all([value, ...(chain === undefined ? [] : chain.split(','))].map((item) => byteSequence(item.trim()))),
  },
  /** `$ssl_client_escaped_cert`: PEM with percent-encoding. */
  nginx: { header: 'ssl-client-cert', further: [], read: escapedPem },
  /** Of one proxy alone: what precedes the last element may come from the client. */
  envoy: { header: 'x-forwarded-client-cert', further: [], read: envoyElement },
  /** `%[ssl_c_der,base64]`. */
  haproxy: { header: 'x-ssl-client-cert', further: [], read: (value) => all([base64(value)]) },
} as const satisfies Record<string, Format>

export type ForwardedFormat = keyof typeof forwardedFormats

/** RFC 8941 §3.3.5, without parameters. */
function byteSequence(item: string): Buffer | undefined {
  return item.startsWith(':') && item.endsWith(':') ? base64(item.slice(1, -1)) : undefined
}

function base64(text: string): Buffer | undefined {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

function escapedPem(value: string): Buffer[] | undefined {
  try {
    const blocks = /^(?:-----BEGIN CERTIFICATE-----\s[A-Za-z\d+/=\s]+-----END CERTIFICATE-----\s*)+$/.exec(decodeURIComponent(value))?.[0]
    const texts = blocks?.split(/-----(?:BEGIN|END) CERTIFICATE-----/).map((text) => text.replace(/\s/g, ''))
    return texts && all(texts.filter(Boolean).map(base64))
  } catch {
    return undefined // no percent-encoding
  }
}

/** `Cert="…"`, and `Chain="…"`, which has all certificates. */
function envoyElement(value: string): Buffer[] | undefined {
  const pairs = [...value.matchAll(/([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^",;]*)(;|$)/gy)]
  if (pairs.map(([pair]) => pair).join('') !== value) return undefined
  const named = (key: string) => pairs.find(([, name]) => name?.toLowerCase() === key)?.[2]?.replace(/^"|"$/g, '')
  const [cert, chain] = [named('cert'), named('chain')]
  if (cert === undefined) return undefined
  const [leaf, others] = [escapedPem(cert), chain === undefined ? [] : escapedPem(chain)]
  return leaf?.length === 1 && others ? all([...leaf, ...others.filter((other) => !other.equals(leaf[0] as Buffer))]) : undefined
}

function all(certificates: (Buffer | undefined)[]): Buffer[] | undefined {
  const read = certificates.filter((one) => one !== undefined)
  return read.length === certificates.length && read.length <= maxChain ? read : undefined
}
