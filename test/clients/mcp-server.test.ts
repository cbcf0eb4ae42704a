/** The MCP SDK's client at the example server, which it has never seen: from 401 to a call — MCP authorization of 2026-07-28, RFC 9728, RFC 8414, RFC 7591. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, suite, test } from 'node:test'
import {
  buildDiscoveryUrls,
  discoverAuthorizationServerMetadata,
  type OAuthClientProvider,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Engine, freePort, type TestApp, testApp } from '../app.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { alice, claimsOf } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { signIn } from './visitor.ts'

const redirectUrl = 'http://127.0.0.1:33418/callback'
const clientMetadata = {
  client_name: 'Agent',
  redirect_uris: [redirectUrl],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
}

/** What an agent keeps. */
class Agent implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl
  readonly clientMetadata = clientMetadata
  readonly clientMetadataUrl?: string
  information: OAuthClientInformationMixed | undefined
  kept: OAuthTokens | undefined
  away = ''
  verifier = ''
  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl
  }
  clientInformation() {
    return this.information
  }
  saveClientInformation(information: OAuthClientInformationMixed) {
    this.information = information
  }
  tokens() {
    return this.kept
  }
  saveTokens(tokens: OAuthTokens) {
    this.kept = tokens
  }
  redirectToAuthorization(url: URL) {
    this.away = url.href
  }
  saveCodeVerifier(text: string) {
    this.verifier = text
  }
  codeVerifier() {
    return this.verifier
  }
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`an MCP server and an agent that do not know each other, on ${engine}`, () => {
    let gatehouse: TestApp
    let host: DocumentHost
    let url: string
    let child: ChildProcess
    before(async () => {
      host = await documentHost()
      gatehouse = await testApp(engine, { ...host.settings, REGISTRATION_SCOPE: 'openid offline_access notes:write' })
      const port = await freePort()
      url = `http://localhost:${port}/mcp`
      const scopes = { 'notes:write': 'Keep notes for you' }
      await gatehouse.root.store.resourcesAdmin.add({ identifier: url, name: 'Notes for agents', scopes })
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const env = { ...process.env, PORT: String(port), ISSUER: gatehouse.issuer }
      const file = join(import.meta.dirname, '../../examples/mcp-server.ts')
      child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      await once(createInterface({ input: child.stdout! }), 'line')
    })
    after(async () => {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill()
      await exited
      await gatehouse.close()
      await host.close()
    })

    /** Connects as the SDK does: refused at first, and again once the person has allowed it. */
    async function connected(agent: Agent): Promise<Client> {
      const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: agent })
      const connect = async (over: StreamableHTTPClientTransport) => {
        const client = new Client({ name: 'agent', version: '1.0.0' })
        await client.connect(over as Transport)
        return client
      }
      const first = transport()
      await assert.rejects(connect(first), UnauthorizedError)
      const asked = new URL(agent.away).searchParams
      assert.deepEqual(
        ['resource', 'scope', 'code_challenge_method'].map((name) => asked.get(name)),
        [url, 'notes:write', 'S256'],
      )
      const back = new URL(await signIn(gatehouse.browser(), agent.away))
      assert.equal(back.searchParams.get('iss'), gatehouse.issuer)
      await first.finishAuth(back.searchParams.get('code') as string)
      return connect(transport())
    }

    async function addsNotes(agent: Agent): Promise<void> {
      const client = await connected(agent)
      const { content } = await client.callTool({ name: 'add_note', arguments: { text: 'Hello' } })
      assert.match((content as [{ text: string }])[0].text, /^You have \d notes\.$/)
      assert.partialDeepStrictEqual(claimsOf(agent.kept!.access_token), {
        aud: url,
        scope: 'notes:write',
        client_id: agent.information!.client_id,
      })
      await client.close()
    }

    test('the agent registers, asks the person, and calls a tool', async () => {
      const agent = new Agent()
      await addsNotes(agent)
      assert.ok(!agent.information!.client_id.startsWith('https:'))
    })

    test('the agent is known by its metadata document where the tenant accepts its host, and registers where it does not', async () => {
      const id = host.publish('/agent.json', clientMetadata)
      const stranger = new Agent(id)
      await addsNotes(stranger)
      assert.notEqual(stranger.information!.client_id, id)
      await gatehouse.app.tenants.set('', { client_id_hosts: ['localhost'] })
      const agent = new Agent(id)
      await addsNotes(agent)
      assert.deepEqual([agent.information!.client_id, host.asked('/agent.json')], [id, 1])
    })

    test('each tenant is found by the SDK in the order that MCP demands, with what MCP needs', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      for (const issuer of [gatehouse.issuer, `${gatehouse.issuer}/t/acme`]) {
        assert.partialDeepStrictEqual(await discoverAuthorizationServerMetadata(issuer), {
          issuer,
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        })
        const forms = buildDiscoveryUrls(issuer).map(({ url }) => url)
        const found = await Promise.all(forms.map(async (form) => ((await (await fetch(form)).json()) as { issuer: string }).issuer))
        assert.deepEqual(
          found,
          forms.map(() => issuer),
        )
      }
    })

    test('when its token has expired, the agent refreshes it and calls on', async () => {
      const agent = new Agent()
      const client = await connected(agent)
      const { refresh_token } = agent.kept!
      agent.kept = { ...agent.kept!, access_token: 'x' }
      await client.callTool({ name: 'add_note', arguments: { text: 'Hello' } })
      assert.ok(agent.kept.refresh_token)
      assert.notEqual(agent.kept.refresh_token, refresh_token)
      await client.close()
    })
  })
}
