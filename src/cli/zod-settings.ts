/** Settings of the schema library. They hold for schemas that are made later, so this module is loaded before all that make some. */
import { z } from 'zod'

z.config({ jitless: true }) // code compiled for each schema costs memory and time at start, and no schema is used often enough
