/** A proxy without any behavior of its own, in which faults can be put. */
import { once } from 'node:events'
import { type RequestListener, request } from 'node:http'
import { createServer } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Wraps the listener of a proxy. */
export type Around = (listener: RequestListener) => RequestListener

/** `ports`: of the servers behind the proxy, on this machine and without TLS. Requests go to them in turn. */
export function passOn(ports: readonly number[]): RequestListener {
  let count = 0
  return (incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const port = ports[count++ % ports.length]
    const onward = request({ host: 'localhost', port, method, path, headers: { ...headers, 'x-forwarded-proto': 'https' } }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  }
}

/** Tells the certificate of the TLS client as RFC 9440 has it. */
export function withCertificate(listener: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const { raw } = (incoming.socket as TLSSocket).getPeerCertificate()
    delete incoming.headers['client-cert']
    if (raw !== undefined) incoming.headers['client-cert'] = `:${raw.toString('base64')}:`
    listener(incoming, outgoing)
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
