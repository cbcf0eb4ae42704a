/** An MCP server that only people of Gatehouse may use: `docs/guide/mcp.md`. Run `npm run example:mcp-server` beside Gatehouse. */
import { createGuard } from '@gatehouse/guard'
import { fastifyGuard } from '@gatehouse/guard/fastify'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import fastify from 'fastify'
import { z } from 'zod'

const port = Number(process.env['PORT'] ?? 4100)
const issuer = process.env['ISSUER'] ?? 'http://localhost:8000'

// The identifier of the resource is the URL of the MCP server: agents ask for tokens with it.
const guard = createGuard({ issuer, audience: `http://localhost:${port}/mcp`, resourceName: 'Notes for agents' })

const notes: { by: string; text: string }[] = []

function notesOf(person: string): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const inputSchema = { text: z.string().max(1000) }
  server.registerTool('add_note', { description: 'Keeps a note', inputSchema }, ({ text }) => {
    notes.push({ by: person, text })
    return { content: [{ type: 'text', text: `You have ${notes.filter(({ by }) => by === person).length} notes.` }] }
  })
  return server
}

const app = fastify()
await app.register(fastifyGuard(guard))

app.post('/mcp', { onRequest: app.guard({ scopes: ['notes:write'] }) }, async (request, reply) => {
  const server = notesOf(request.caller.subject)
  const transport = new StreamableHTTPServerTransport() // without sessions: each request shows its token
  reply.hijack()
  reply.raw.on('close', () => void server.close())
  await server.connect(transport as Parameters<typeof server.connect>[0])
  await transport.handleRequest(request.raw, reply.raw, request.body)
})

await app.listen({ port })
console.log(`The MCP server listens at http://localhost:${port}/mcp`)
