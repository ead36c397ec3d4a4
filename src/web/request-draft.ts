import type { Services } from '../main/compose.ts'
import type { Draft } from '../requests/requests.ts'
import type { Page } from './page.ts'

/** The draft or returned request that this visitor fills; null when there is none, or it is no longer open. */
export async function openDraft(services: Services, page: Page): Promise<Draft | null> {
  // A page that works without the database has no session while that is away.
  const id = page.session.requestId
  const draft = id === undefined ? null : await services.requests.draft(id)
  if (id !== undefined && draft === null) delete page.session.requestId
  return draft
}

/** The same for the steps after the first: without one the visitor is sent to the start, and told why. */
export async function neededDraft(services: Services, page: Page): Promise<Draft | null> {
  const draft = await openDraft(services, page)
  if (draft) return draft
  page.notice('info', page.t.request.errors.start)
  page.redirect('/de-nghi')
  return null
}
