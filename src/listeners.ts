/** The ports this server listens on: the first, and one more where only that asks for certificates of clients. */
import { certificateReader } from './certificates.ts'
import type { Config } from './config/schema.ts'
import type { HttpDeps } from './web/http/deps.ts'
import { createListener } from './web/http/listener.ts'
import { certificateReload } from './web/http/tls.ts'

export interface Listeners {
  /** Returns the URL of the first. */
  listen(): Promise<string>
  /** Reads the files of the TLS certificate again. */
  reloadCertificate(): Promise<void>
  close(): Promise<void>
}

export async function openListeners(deps: HttpDeps, config: Config): Promise<Listeners> {
  const { listen, mtls, limits, features, trusted_proxies: trustedProxies } = config
  const readTls = certificateReader(config)
  const tls = await readTls?.()
  const { proxy, header } = mtls
  const forwarded = features.mutualTls && proxy !== 'none' ? { format: proxy, header } : undefined
  const first = { port: listen.port, requestsCertificate: features.mutualTls && mtls.port === undefined }
  const second = mtls.port === undefined ? [] : [{ port: mtls.port, requestsCertificate: true }]
  const ports = [first, ...second].map(({ port, requestsCertificate }) => {
    const inUse = tls && { ...tls, requestsCertificate }
    const { body_bytes: bodyBytes, request_seconds: requestSeconds } = limits
    const listener = createListener(deps, { tls: inUse, forwarded, trustedProxies, bodyBytes, requestSeconds })
    const reload = readTls && inUse ? certificateReload(listener, inUse, { read: readTls, log: deps.log }) : async () => {}
    return { port, listener, reload }
  })
  return {
    async listen() {
      const urls = []
      for (const { listener, port } of ports) urls.push(await listener.listen(listen.host, port))
      return urls[0] as string
    },
    async reloadCertificate() {
      for (const { reload } of ports) await reload()
    },
    async close() {
      await Promise.all(ports.map(({ listener }) => listener.close()))
    },
  }
}
