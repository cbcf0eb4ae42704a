import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.12',
  level: 'SHOULD',
  title: 'Where a form submission is redirected, the status is 303',
  needs: ['code flow'],
  async run({ app, exchanges }) {
    redirected(await app().authorize({ prompt: 'consent' }))
    const statuses = exchanges.flatMap(({ request, response }) =>
      request.method === 'POST' && response?.headers['location'] !== undefined ? [response.status] : [],
    )
    if (statuses.length === 0) throw new NotApplicable('no form submission is redirected')
    demand(
      statuses.every((status) => status === 303),
      `the statuses are ${statuses.join(', ')}`,
    )
  },
})
