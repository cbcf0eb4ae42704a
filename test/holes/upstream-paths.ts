/** A path of the matrix that leads over a provider: the link that connects an account there with one here. */
import { connectionSchema } from '../../src/connections/connection.ts'
import { browser } from '../tiny-browser.ts'
import type { Path } from './world.ts'

const connection = connectionSchema.parse({ name: 'sso', issuer: 'https://sso.example', client_id: 'gatehouse' })

export const upstreamPaths: Record<string, Path> = {
  'link that connects an account of a provider': async ({ tenant, app, issuer, person, gatehouse }) => {
    const { store, connections, ctx, tokens, signIn, mail } = tenant
    await store.connections.add(connection, connections.secrets.seal('sso', 'secret'))
    const { username } = await person('connecting')
    const account = (await store.accounts.byLogin(username))!
    const own = browser(issuer)
    const flow = /name="flow" value="([^"]+)"/.exec((await own.open(app.url())).html)?.[1] as string
    const token = tokens.make('lc')
    const email = account.email as string
    const expiresAt = gatehouse.now() + 1800
    const link = { hash: tokens.hash('lc', token) as string, kind: 'connection' as const, subject: account.subject, email, expiresAt }
    const bound = { flow: ctx.tokens.hash('fl', flow) as string, account: signIn.pseudonym(`account ${JSON.stringify(account)}`) }
    const connect = { connection: 'sso', upstreamSubject: 'somebody', ...bound }
    const message = mail!.message({ kind: 'connection', to: email, username, from: 'Acme', link: { url: issuer } }, 1800)
    await store.links.add({ ...link, connect, account, message })
    return async () => {
      const { status } = await own.post(`${issuer}/link/connect`, { token, flow })
      return status === 200 ? 'works' : `${status}`
    }
  },
}
