/** `/register` has two meanings: Auto Authn's sign-up and the registration of clients (RFC 7591). The body tells which is meant. */
import { type JsonRoute, routeOfJson } from '../api/json-route.ts'
import type { Route } from '../http/route.ts'

const sharedPath = '/register'

/** A client has neither a user name nor a password: no metadata is called so. What is wrong with the body is for the one it is meant for to say. */
function isSignUp(json: string | undefined): boolean {
  const value = parsed(json)
  return typeof value === 'object' && value !== null && ('username' in value || 'password' in value)
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '')
  } catch {
    return undefined
  }
}

/** All these routes under one route for each path. Where clients cannot register, the sign-up keeps the address for itself. */
export function withSharedRegister(rules: readonly Route[], json: readonly JsonRoute[]): Route[] {
  const signUp = json.find(({ path }) => path === sharedPath)
  const registration = rules.find(({ path }) => path === sharedPath)
  const others = json.filter((route) => route !== signUp || !registration).map(routeOfJson)
  return [...rules.map((rule) => (signUp && rule === registration ? shared(rule, routeOfJson(signUp)) : rule)), ...others]
}

function shared(registration: Route, signUp: Route): Route {
  return {
    ...registration,
    audienceOf: (json) => (isSignUp(json) ? signUp : registration).audience,
    handle: (tenant, request, sent) => (isSignUp(sent.json) ? signUp : registration).handle(tenant, request, sent),
  }
}
