/** Settings of what development mode shows to those who try it. */
import { z } from 'zod'

export const demo = z.strictObject({
  help: z
    .boolean()
    .default(false)
    .describe('The front page shows how to begin, and pages of refusals show how to mend them. On in development mode'),
  application: z
    .boolean()
    .default(false)
    .describe('Development mode: show the way to the example application, which `npm start` runs at http://localhost:3000'),
  jwt_secret: z
    .string()
    .min(32)
    .optional()
    .describe('Development mode: the signing secret of the demo client m2m-hs256')
    .meta({ secret: true }),
})
