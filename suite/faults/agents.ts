/** Faults of Grant Management, of clients that are known by a document, and of MCP. */
import { after, answers, before, type Fault, fault, member } from './fault.ts'
import { forgiving, of, welcoming } from './lenient.ts'

const grants = of('oauth-2-0-grant-management')
const documents = of('oauth-client-id-metadata-document')
const mcp = of('mcp-authorization')
const discovery = '/.well-known/openid-configuration'

const action = (from: string, to: string) =>
  before('/authorize', ({ query }) => {
    if (query.get('grant_management_action') === from) query.set('grant_management_action', to)
    return undefined
  })

const challenge = (pattern: RegExp) =>
  after('/notes', ({ headers }) => {
    const was = headers['www-authenticate']
    if (was !== undefined) headers['www-authenticate'] = was.replace(pattern, '')
  })

export const agentFaults: readonly Fault[] = [
  fault(
    'describes and revokes any grant for anybody',
    grants('query-needs-its-scope', 'grant-of-another-client', 'revoked-grant-ends-tokens'),
    forgiving(/^\/grants\//, { scopes: [] }),
  ),
  fault(
    'does not check which grant is to be changed',
    grants('grant-of-another-person', 'grant-id-must-exist', 'action-is-checked'),
    welcoming,
  ),
  fault(
    'gives all grants one id',
    grants('grant-is-created'),
    member('/token', 'grant_id', (was: unknown) => was && 'one'),
  ),
  fault('does not tell what a grant contains', grants('grant-is-described'), {
    answer(answer, { path }) {
      if (path.startsWith('/grants/') && answer.status === 200) answer.body = '{"scopes":[]}'
    },
  }),
  fault('replaces a grant in place of merging', grants('merge-adds'), action('merge', 'replace')),
  fault('merges a grant in place of replacing it', grants('replace-replaces'), action('replace', 'merge')),
  fault('lists no grant management actions', grants('metadata'), member(discovery, 'grant_management_actions_supported', undefined)),
  fault(
    'accepts any client whose identifier is a URL',
    documents(
      'client-id-is-the-url',
      'redirect-uris-are-in-the-document',
      'no-shared-secrets',
      'document-is-json',
      'redirects-are-not-followed',
      'identifier-is-well-formed',
      'errors-are-not-kept',
    ),
    welcoming,
  ),
  fault('issues unknown types of tokens', documents('document-client-gets-tokens'), member('/token', 'token_type', 'mac')),
  fault(
    'does not authenticate clients that are known by a document',
    documents('document-client-authenticates'),
    forgiving('/token', { access_token: 'given', token_type: 'Bearer' }),
  ),
  fault(
    'leads agents to another server',
    mcp('unknown-client-reaches-the-server'),
    member('/.well-known/oauth-protected-resource/notes', 'authorization_servers', ['https://other.example']),
  ),
  fault(
    'is an API that takes any token',
    mcp('token-is-for-the-server', 'token-is-not-in-the-query', 'insufficient-scope-is-named'),
    forgiving('/notes', []),
  ),
  fault(
    'does not say which scope an API needs',
    mcp('challenge-names-the-scope', 'insufficient-scope-is-named'),
    challenge(/,? *scope="[^"]*"/),
  ),
  fault(
    'lets native agents register no loopback addresses',
    mcp('native-agents-register'),
    answers('/register', ({ body }) => body.includes('http://127.0.0.1'), 400, { error: 'invalid_redirect_uri' }),
  ),
]
