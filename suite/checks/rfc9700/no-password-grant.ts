import { check } from '../../src/check.ts'
import { demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.4',
  level: 'MUST NOT',
  title: 'The password grant is not available',
  needs: ['token endpoint'],
  async run({ app, metadata, target }) {
    demand(!metadata.list('grant_types_supported')?.includes('password'), 'it is advertised')
    const [person] = target.people
    if (person) denied(await app().token({ grant_type: 'password', username: person.username, password: person.password }))
    await app().tokens()
  },
})
