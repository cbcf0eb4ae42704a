/** A provider of tests as a process of the bench: it counts the requests for tokens. */
import { upstreamProvider } from '../test/upstream.ts'
import { answerAsks } from './child.ts'
import type { VaultWanted } from './contestant.ts'

const upstream = await upstreamProvider()
upstream.lifetime = 3600

answerAsks({ open, calls: () => upstream.requests.filter(({ path }) => path === '/token').length })

function open({ sub }: { sub: string }): VaultWanted {
  const { issuer, clientId, secret: clientSecret } = upstream
  return { issuer, clientId, clientSecret, refreshToken: upstream.grant({ sub }, 'read') }
}
