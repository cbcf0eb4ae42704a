/** An API that checks access tokens from Gatehouse. Run `npm start` in one terminal and `npm run example:api` in another. */
import { createGuard } from '@gatehouse/guard'
import { fastifyGuard } from '@gatehouse/guard/fastify'
import fastify from 'fastify'

const port = Number(process.env['PORT'] ?? 4000)
const home = `http://localhost:${port}`
const issuer = process.env['ISSUER'] ?? 'http://localhost:8000'

// A token requested without a resource is for the issuer itself. Register your own API there, and use its identifier as the audience.
const guard = createGuard({ issuer, audience: issuer, resource: home, resourceName: 'Notes' })

const notes: { by: string; text: string }[] = []
const app = fastify()
await app.register(fastifyGuard(guard))

app.get('/notes', { onRequest: app.guard({ scopes: ['read'] }) }, () => notes)

const body = { type: 'object', required: ['text'], properties: { text: { type: 'string', maxLength: 1000 } } }
app.post<{ Body: { text: string } }>('/notes', { onRequest: app.guard({ scopes: ['write'] }), schema: { body } }, (request, reply) => {
  const note = { by: request.caller.subject, text: request.body.text }
  notes.push(note)
  return reply.code(201).send(note)
})

await app.listen({ port })
console.log(`The API listens at ${home}. Get a token as the demo machine, then call the API:

  token=$(curl -s -u demo-machine:demo-machine-secret -d grant_type=client_credentials ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -i ${home}/notes -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d '{"text":"Hello"}'
  curl -i ${home}/notes -H "Authorization: Bearer $token"
  curl -i ${home}/notes   # without a token: 401, and where to get a token`)
