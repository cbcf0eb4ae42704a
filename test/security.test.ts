/** SECURITY.md promises only what is tested: each of its sentences names the test that fails when it no longer holds. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

/** How a sentence of the table begins, and its tests: file, and part of the name. */
const promises: Readonly<Record<string, readonly (readonly [file: string, name: string])[]>> = {
  'Hashed with argon2id': [
    ['src/crypto/passwords.test.ts', 'with the default cost'],
    ['src/crypto/foreign-hashes.test.ts', 'none of them blocks the event loop'],
    ['src/crypto/passwords.test.ts', 'a flood is refused'],
  ],
  'A password for an unknown name': [['src/crypto/passwords.test.ts', 'checking a missing password costs one hash']],
  'Imported hashes have': [
    ['src/crypto/foreign-hashes.test.ts', 'the highest and the lowest accepted costs'],
    ['test/journeys/imported-people.test.ts', 'which from then on is hashed as ours are'],
  ],
  'A sign-in that races': [['test/journeys/password-race.test.ts', 'signs nobody in, on any path']],
  '256 bits, random or derived': [
    ['src/crypto/tokens.test.ts', 'a token has one hash, and only as its own kind'],
    ['test/journeys/secrets-at-rest.test.ts', 'nothing that lets its bearer in is in the database'],
  ],
  'The hash covers the kind': [['src/crypto/tokens.test.ts', 'another tenant, installation or kind has another hash for the same text']],
  'Access tokens are not stored': [
    ['src/store/contract.test.ts', 'tokens that need no record are not stored'],
    ['src/crypto/sealed-access-tokens.test.ts', 'nothing else opens'],
  ],
  'Separate keys for each tenant': [
    ['src/crypto/keyring.test.ts', 'another tenant’s tokens are refused, and its rows do not open'],
    ['src/crypto/key-schedule.test.ts', 'the next key is due once'],
    ['src/crypto/seal.test.ts', 'no single bit of the bytes, and no character of the text, can change'],
  ],
  'Keys in files that the operator provides': [
    ['src/crypto/key-files.test.ts', 'a key from a file replaces ours and is published with its certificate'],
  ],
  'Checked when the server starts': [['src/cli/reseal.test.ts', 'the old key is counted, refused to go while it is needed']],
  'A missing or wrong key': [
    ['src/crypto/installation.test.ts', 'a wrong key is reported by its id'],
    ['src/crypto/installation.test.ts', 'no secret is created over existing data'],
  ],
  'Authorization codes, rotated refresh tokens': [
    ['src/store/contract.test.ts', 'of fifty spenders of a code exactly one wins'],
    ['src/store/contract.test.ts', 'of fifty spenders of a refresh token exactly one wins'],
    ['src/store/contract.test.ts', 'one flow gives one code'],
    ['src/store/links.test.ts', 'a link is spent once, also when many try at once'],
  ],
  'When a client is deleted or disabled': [['test/holes/matrix.test.ts', 'every change and every path']],
  'Enabling it, or registering': [['test/holes/clients.test.ts', 'enabling a client, or registering its name again, revives no']],
  'A changed registration also holds': [
    ['test/holes/clients.test.ts', 'a registration that changed holds for sign-in pages, codes and refresh tokens'],
  ],
  'A token that somebody else signed': [['test/holes/clients.test.ts', 'it is refused everywhere, and takes nothing back']],
  'The administration API does not accept tokens of such a client': [
    ['test/journeys/permissions.test.ts', 'a machine that shares a secret'],
  ],
  'A token that is bound to a key': [['test/journeys/dpop.test.ts', 'a token is bound to the key of the proof, and good with it alone']],
  'A proof works once': [['test/journeys/dpop.test.ts', 'a proof is good once, on every endpoint, also when twenty race with it']],
  'Permission for a scope': [['test/holes/resource-scopes.test.ts', 'consent for one API is none for another that uses the same word']],
  'It does not extend to another API': [
    ['test/holes/resource-scopes.test.ts', 'a machine that is registered for a scope of one API gets none of another'],
  ],
  'This server looks up revocations': [['src/store/contract.test.ts', 'revoking a family, a token or a grant by id revokes every token']],
  'APIs that verify JWTs themselves': [],
  'The database layer of a tenant': [['src/store/tenants.test.ts', 'every act finds and changes rows of its tenant only']],
  'A test checks that every SQL statement': [['test/statements.test.ts', 'every statement names the tenant for every table in it']],
  'TLS 1.2 or newer': [
    ['test/journeys/tls.test.ts', 'of 1.2 only forward-secret authenticated encryption'],
    ['test/journeys/tls.test.ts', '1.0 and 1.1 are refused'],
  ],
  'A replaced certificate is used': [['test/journeys/tls.test.ts', 'a certificate that was replaced is used for new connections']],
  'Requests whose headers, body or JSON': [
    ['test/journeys/http-limits.test.ts', 'is answered in our form, with our headers'],
    ['test/journeys/untrusted-input.test.ts', 'depth, number of members, duplicate names, __proto__ and toString are refused'],
  ],
  'A client that does not finish': [['test/journeys/http-limits.test.ts', 'is answered and cut off at the configured time']],
  'Sign-in flows are counted': [
    ['test/journeys/addresses.test.ts', 'point 14: an address can begin only so many sign-ins, learns when to retry'],
  ],
  'A strict Content-Security-Policy': [['test/journeys/headers.test.ts', 'content-security-policy']],
  'JavaScript is needed only for passkeys': [['test/browser/pages.test.ts', 'without scripts a form is posted by its button']],
  'Cookies are `HttpOnly`': [
    ['src/web/http/cookies.test.ts', 'what is written is read back, and nothing else'],
    ['test/journeys/tls.test.ts', 'cookies are bound to this host'],
  ],
  'Forms are bound to the flow': [['test/journeys/flow.test.ts', 'sec-fetch-site']],
  'Failed sign-ins are counted': [
    ['test/journeys/throttle.test.ts', 'ends at an account, whatever addresses it comes from'],
    ['src/store/links.test.ts', 'attempts are counted exactly, in windows, for each tenant'],
  ],
  'A browser that the account knows': [
    ['test/journeys/throttle.test.ts', 'does not keep the owner out in a known browser, which has a separate count'],
  ],
  'An account with a second factor': [
    ['test/journeys/second-factor.test.ts', 'a pending sign-in gives nothing: no cookie, no session, no known browser'],
  ],
  'Codes are accepted once': [
    ['test/journeys/second-factor.test.ts', 'a code is taken once, and none before it afterwards'],
    ['test/journeys/second-factor.test.ts', 'guessing codes ends, across flows and at known browsers too'],
  ],
  'Secrets are encrypted, recovery codes': [
    ['test/journeys/second-factor.test.ts', 'the secret and the codes are not in the database as they are'],
  ],
  'A passkey answers a challenge once': [
    ['test/journeys/passkeys.test.ts', 'an answer is taken once'],
    ['test/journeys/passkeys.test.ts', 'a passkey of one tenant is none of another, at the same host'],
  ],
  'A signature counter': [
    ['src/store/passkeys.test.ts', 'a counter only increases, and of concurrent uses one wins; one that is always 0 is accepted'],
  ],
  'With `private` and `verified`': [['test/journeys/sign-up-by-mail.test.ts', 'there is no account until the link is followed']],
  'With `private`, the default': [
    ['test/journeys/sign-up.test.ts', 'where mail can be sent, sign-up is private unless the settings say otherwise'],
    ['test/journeys/enumeration.test.ts', 'does not reveal an address'],
  ],
  'Single-use, and stored only as a hash': [
    ['src/store/links.test.ts', 'a link is spent once, also when many try at once'],
    ['test/journeys/secrets-at-rest.test.ts', 'nothing that lets its bearer in is in the database'],
  ],
  'Using a link and its effect': [['src/store/links.test.ts', 'the link changes the address, unless another account has it by then']],
  'They go over HTTPS to public addresses only': [
    ['src/outbound/remote.test.ts', 'is refused to ${url'],
    ['src/outbound/remote.test.ts', 'goes by plain HTTP only to addresses that the operator names'],
  ],
  'No redirect is followed': [['src/outbound/remote.test.ts', 'does not follow a redirect']],
  'What is read, and how long it may take': [
    ['src/outbound/remote.test.ts', 'ends when the answer is too large'],
    ['src/outbound/remote.test.ts', 'ends when the answer never ends, or never begins'],
  ],
  'An account at another provider': [['test/journeys/upstream-sign-in.test.ts', 'an equal address links nothing']],
  'An answer of a provider works once': [
    ['test/journeys/upstream-sign-in.test.ts', 'an answer works once, in the browser and the flow that asked'],
    ['test/journeys/auth-manager.test.ts', 'state works once, in time, and for the person who asked'],
  ],
  'Encrypted with a key-encryption key outside': [
    ['test/journeys/secrets-at-rest.test.ts', 'nothing that lets its bearer in is in the database'],
    ['src/store/sealed-values.test.ts', 'every purpose that something is sealed for is in the table'],
  ],
  'A kept token is released to its owner alone': [['test/journeys/auth-manager.test.ts', 'an id opens for its owner alone']],
  'A request to a device, or by backchannel authentication': [
    ['test/journeys/ciba.test.ts', 'nobody else can answer it, whatever way they came'],
    ['test/journeys/ciba.test.ts', 'of ten questions at once exactly one gets tokens'],
    ['test/journeys/device.test.ts', 'of two people who answer, one is believed'],
    ['test/journeys/device.test.ts', 'the code is compared, allowed, and redeemed once'],
  ],
  'How many requests of others wait': [
    ['test/journeys/ciba.test.ts', 'a person has at most five requests that wait'],
    ['test/journeys/device.test.ts', 'user codes cannot be guessed'],
  ],
  'A device secret works only': [
    ['test/journeys/native-sso-endings.test.ts', 'refused: the ID token of another sign-in'],
    ['test/journeys/native-sso-endings.test.ts', 'refused: a client of another group'],
    ['test/journeys/native-sso.test.ts', 'the exchange never gives more than the person allowed'],
  ],
  'It ends with the session': [['test/journeys/native-sso-endings.test.ts', 'no longer exchanged: ']],
  'An assertion of a trusted issuer': [
    ['test/journeys/jwt-bearer.test.ts', 'of ten requests with one assertion exactly one gets a token'],
    ['test/journeys/federation-explicit.test.ts', 'what one party sent, another cannot send again'],
  ],
  'A tenant takes part in no federation': [['test/journeys/federation.test.ts', 'takes part in none until that is switched on']],
  'A nonce proves a key once': [['test/journeys/credential-refusals.test.ts', 'with a nonce that is missing, old, foreign or used']],
  'An anchor that is removed or gets other keys': [
    ['test/journeys/federation-registration.test.ts', 'nobody whom the former ones vouched for'],
  ],
  'An offer gives its credentials once': [['test/journeys/credential-offers.test.ts', 'a code works once, whoever is first']],
  'An access token with which credentials can be had': [['test/journeys/credential-tokens.test.ts', '5 minutes unless they are bound']],
  'Messages are signed, and hold only': [
    ['test/journeys/webhooks.test.ts', 'a message says what the audit log says, and is signed'],
    ['test/journeys/webhooks.test.ts', 'a tenant sends its own events only'],
    ['test/journeys/event-streams.test.ts', 'no person can allow a client the events of everybody'],
  ],
  'No private address is called': [
    ['test/journeys/webhooks.test.ts', 'is not called, and the loss is recorded at once'],
    ['test/journeys/event-streams.test.ts', 'a private address is not called'],
  ],
  'The link of a request for approval goes only to': [
    ['test/journeys/ciba-webhook.test.ts', 'one that asks for everything of the audit log gets no link'],
    ['test/journeys/ciba-webhook.test.ts', 'a tenant tells its own people, by its own webhooks, of its own links'],
    ['test/journeys/ciba-webhook-receivers.test.ts', 'until then the link is sealed, and never in the log'],
    ['test/journeys/secrets-at-rest.test.ts', 'nothing that lets its bearer in is in the database'],
  ],
  'Whatever only changes or removes what is stored': [
    ['src/store/full-disk.test.ts', '15: acts that end something'],
    ['test/journeys/disk.test.ts', 'on a full disk the server reads, revokes, suspends'],
    ['test/journeys/disk.test.ts', 'sessions end although others want to be told, and keys are revoked'],
  ],
  'Records changes by people': [
    ['test/journeys/audit.test.ts', 'every route that changes something names its act'],
    ['src/cli/audit.test.ts', 'every command that changes something is in the transcript'],
  ],
  'It contains no passwords, codes or tokens': [
    ['test/journeys/secrets-at-rest.test.ts', 'nothing that lets its bearer in is in the database'],
  ],
  'Contains no parameters, tokens or cookies': [
    ['test/journeys/secrets-at-rest.test.ts', 'the server log has the route and outcome of a request'],
  ],
  'It contains the route': [['test/journeys/secrets-at-rest.test.ts', 'the server log has the route and outcome of a request']],
}

const sentences = [...readFileSync(join(root, 'SECURITY.md'), 'utf8').matchAll(/^\| (?!Area|-)[^|]+ \| (.+) \|$/gm)].flatMap(
  ([, measures]) => measures!.split(/(?<=\.) /),
)

test('every promise of SECURITY.md has its tests, and none is left over', () => {
  assert.ok(sentences.length > 45, 'the sentences are found')
  const begins = Object.keys(promises)
  assert.deepEqual(
    sentences.filter((sentence) => begins.filter((begin) => sentence.startsWith(begin)).length !== 1),
    [],
  )
  assert.deepEqual(
    begins.filter((begin) => !sentences.some((sentence) => sentence.startsWith(begin))),
    [],
  )
})

test('the tests it names are there', () => {
  const missing = Object.values(promises)
    .flat()
    .filter(([file, name]) => !readFileSync(join(root, file), 'utf8').includes(name))
  assert.deepEqual(missing, [])
})
