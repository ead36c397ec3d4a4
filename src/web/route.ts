import type { Action, Permit } from '../access/policy.ts'
import type { Page } from './page.ts'

type Method = 'get' | 'post'

/**
 * One door of the web service. Who may go through is part of it, and nothing is open by default:
 * - `static`: everybody, and it needs neither database nor session, so it works while those are away;
 * - `public`: everybody;
 * - an action: whoever the policy permits it; the handler is given the permit.
 */
export type Route = {
  readonly method: Method
  readonly path: string
  readonly access: 'static' | 'public' | Action
  readonly handle: (page: Page) => Promise<void> | void
}

/** A page for everybody. */
export const open = (method: Method, path: string, handle: (page: Page) => Promise<void>): Route => ({
  method,
  path,
  access: 'public',
  handle,
})

/** A page for everybody that needs no database. */
export const fixed = (path: string, handle: (page: Page) => Promise<void>): Route => ({
  method: 'get',
  path,
  access: 'static',
  handle,
})

/** A page for those who may `action`; everybody else gets the sign-in page or a 403. */
export const guarded = <A extends Action>(
  method: Method,
  path: string,
  action: A,
  handle: (page: Page, permit: Permit<A>) => Promise<void>,
): Route => ({ method, path, access: action, handle: (page) => handle(page, page.permit(action)) })
