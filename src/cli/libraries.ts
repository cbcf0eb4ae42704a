/** The libraries and products that `clients create --for` knows. */
import { javascript } from './libraries-javascript.ts'
import { jvm } from './libraries-jvm.ts'
import { languages } from './libraries-languages.ts'
import { products } from './libraries-products.ts'
import { python } from './libraries-python.ts'
import type { Libraries } from './library.ts'

export const libraries: Libraries = { ...javascript, ...jvm, ...python, ...languages, ...products }
