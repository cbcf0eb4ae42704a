/** Settings for frameworks of Java. */
import { type Connection, type Libraries, secretOf } from './library.ts'

export const jvm: Libraries = {
  spring: { client: {}, file: 'application.yaml (Spring Boot 4)', settings: springSettings },
  spring3: { client: { policy: { pkce: 'optional' } }, file: 'application.yaml (Spring Boot 3)', settings: springSettings },
  quarkus: {
    client: { id_token_scope_claims: true },
    file: 'application.properties',
    settings: (it) => `quarkus.oidc.auth-server-url=${it.issuer}
quarkus.oidc.client-id=${it.clientId}
quarkus.oidc.credentials.secret=${secretOf(it)}
quarkus.oidc.application-type=web-app
quarkus.oidc.authentication.pkce-required=true
quarkus.oidc.authentication.scopes=profile,email`,
  },
}

function springSettings(it: Connection): string {
  return `spring:
  security:
    oauth2:
      client:
        registration:
          gatehouse:
            client-id: ${it.clientId}
            client-secret: ${secretOf(it)}
            scope: openid, profile, email
        provider:
          gatehouse:
            issuer-uri: ${it.issuer}
# The redirect URI is https://YOUR-APP/login/oauth2/code/gatehouse`
}
