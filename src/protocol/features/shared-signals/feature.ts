/** A transmitter of security events — OpenID Shared Signals Framework 1.0, CAEP 1.0. */
import { refuse } from '../../errors.ts'
import { pollMethod, pushMethod } from '../../event-stream.ts'
import type { Endpoint, Feature } from '../../feature.ts'
import { poll, verify, verifyPath } from './deliver.ts'
import { status, statusPath, streams, streamsPath } from './streams.ts'

/** §7.1. Receivers cannot choose subjects: a stream has the events of everybody. */
const configuration: Endpoint = {
  path: '/.well-known/ssf-configuration',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle({ issuer, tenant }) {
    if (!tenant.sharedSignals) refuse('not_found', 'this tenant transmits no shared signals')
    return {
      kind: 'json',
      status: 200,
      headers: { 'cache-control': 'public, max-age=3600' },
      body: {
        spec_version: '1_0',
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        delivery_methods_supported: [pushMethod, pollMethod],
        configuration_endpoint: issuer + streamsPath,
        status_endpoint: issuer + statusPath,
        verification_endpoint: issuer + verifyPath,
        default_subjects: 'ALL',
        authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
      },
    }
  },
}

export function sharedSignals(): Feature {
  return {
    id: 'sharedSignals',
    spec: 'OpenID Shared Signals Framework 1.0',
    requires: ['clientCredentials', 'keys'],
    endpoints: [configuration, streams, status, verify, poll],
    scopes: {
      'ssf.read': 'Receive security events of everybody here',
      'ssf.manage': 'Manage its stream of security events of everybody here',
    },
  }
}
