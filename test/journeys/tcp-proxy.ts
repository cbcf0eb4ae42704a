/** A wire between a server and its database that can be cut and mended. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Wire {
  /** Where to connect to instead. */
  port: number
  /** Ends every connection and takes no new ones. */
  cut(): Promise<void>
  /** Cuts as soon as something is sent that holds this text, which does not arrive. Resolves then. */
  cutAt(text: string): Promise<void>
  mend(): Promise<void>
}

export async function wireTo(target: { host: string; port: number }): Promise<Wire> {
  const ends = new Set<Socket>()
  let watched: { text: string; found: () => void } | undefined
  const server = createServer((near) => {
    const far = connect(target)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        ends.delete(end)
        other.destroy()
      })
    }
    near.on('data', (sent) => {
      if (watched && sent.includes(watched.text)) void cut().then(watched.found)
      else far.write(sent)
    })
    far.on('data', (sent) => near.write(sent))
  })

  async function cut(): Promise<void> {
    for (const end of ends) end.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    cut,
    cutAt: (text) =>
      new Promise((found) => {
        watched = { text, found }
      }),
    async mend() {
      watched = undefined
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}
