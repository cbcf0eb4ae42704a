import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.2.1',
  level: 'MUST NOT',
  title: 'Registrations with the same metadata, also concurrent ones, get client identifiers and secrets of their own',
  needs: ['registration'],
  async run({ race, register }) {
    const made = await race(8, () => register({ client_name: 'Same' }))
    for (const { reply } of made) accepted(reply)
    const values = made.flatMap(({ registration: { client_id, client_secret = client_id } }) => [client_id, client_secret])
    const distinct = new Set(values).size
    demand(distinct >= 8 && distinct % 8 === 0, `${distinct} different values came for 8 registrations`)
  },
})
