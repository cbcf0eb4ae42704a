import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { authority, pem } from '../test/certificates.ts'
import { clientAuthorities } from './certificates.ts'
import type { Config } from './config/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
after(() => rmSync(folder, { recursive: true }))
const [bank, other] = [await authority('CN=Bank'), await authority('CN=Other')]
const leaf = await bank.issue()

const read = async (text: string | undefined) => {
  const file = join(folder, 'ca.pem')
  if (text !== undefined) writeFileSync(file, text)
  return clientAuthorities({ mtls: { ca_file: text === undefined ? undefined : file } } as Config)
}

suite('the authorities of clients', () => {
  test('are those of the file', async () => {
    assert.deepEqual(
      (await read(pem(bank) + pem(other))).map(({ x5t }) => x5t),
      [bank.x5t, other.x5t],
    ) // prettier-ignore
    assert.deepEqual(await read(undefined), [])
  })
  const bad: Record<string, string> = {
    'no certificate': bank.key,
    'a certificate of a client': pem(bank) + pem(leaf),
    'what only looks like a certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  }
  for (const [name, text] of Object.entries(bad))
    test(`are not read from a file with ${name}`, async () => {
      await assert.rejects(read(text), { message: 'mtls.ca_file must hold certificates of authorities, and nothing else' })
    })
  test('are not read from a file without PEM, or from none', async () => {
    await assert.rejects(read('nothing'), { message: 'mtls.ca_file holds no PEM' })
    rmSync(join(folder, 'ca.pem'))
    await assert.rejects(clientAuthorities({ mtls: { ca_file: join(folder, 'ca.pem') } } as Config), /mtls\.ca_file cannot be read/)
  })
})
