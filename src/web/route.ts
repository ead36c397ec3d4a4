import type { Action, Permit } from '../access/policy.ts'
import type { Page } from './page.ts'
import type { UploadRule } from './uploads.ts'

type Method = 'get' | 'post'

/**
 * One door of the web service. Who may go through is part of it, and nothing is open by default:
 * - `static`: everybody, and it needs neither database nor session, so it works while those are away;
 * - `public`: everybody;
 * - an action: whoever the policy permits it; the handler is given the permit.
 * With `upload` its form may bring one file (`page.upload`); it is read only after the access was checked.
 */
export type Route = {
  readonly method: Method
  readonly path: string
  readonly access: 'static' | 'public' | Action
  readonly upload?: UploadRule
  readonly handle: (page: Page) => Promise<void> | void
}

type More = Pick<Route, 'upload'>

/** A page for everybody. */
export const open = (method: Method, path: string, handle: (page: Page) => Promise<void>, more: More = {}): Route => ({
  method,
  path,
  access: 'public',
  handle,
  ...more,
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
  more: More = {},
): Route => ({ method, path, access: action, handle: (page) => handle(page, page.permit(action)), ...more })
