import { RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { CommentText, type CommentRefusal } from '../requests/comment.ts'
import { commentForm } from './comments-view.ts'
import { HttpFault } from './http-fault.ts'
import type { Page } from './page.ts'
import { guarded, open, type Route } from './route.ts'
import type { Words } from './words/vi.ts'

/** Long enough to show again what was too long. */
const KEPT = 3_000

/** Comments on requests: of those who decide, and the answers of whoever asked. */
export function commentPages(services: Services): Route[] {
  const { requests } = services

  /** The text, once it can be taken; null when it cannot, and the writer is led back to what they typed. */
  function typed(page: Page, id: RequestId, path: string, more: Record<string, string> = {}): string | null {
    const text = page.field('commentText')
    const read = CommentText.safeParse(text)
    if (read.success) return read.data
    const code = read.error.issues[0]?.message
    const { errors } = page.t.comments
    again(
      page,
      id,
      path,
      { ...more, commentText: text },
      code === 'too-long' || code === 'odd' ? errors[code] : errors.empty,
    )
    return null
  }

  function again(
    page: Page,
    id: RequestId,
    path: string,
    values: Record<string, string>,
    text: string,
    field = 'commentText',
  ) {
    const commentText = values['commentText']?.slice(0, KEPT) ?? ''
    page.keepForm(commentForm(id), { ...values, commentText }, [{ field, text }])
    page.redirect(path)
  }

  function done(page: Page, path: string): void {
    page.notice('ok', page.t.comments.done)
    page.redirect(path)
  }

  /** An answer of the applicant's; the door has found that it is them. */
  async function answer(page: Page, id: RequestId, path: string): Promise<void> {
    await page.limit('comment', id)
    const text = typed(page, id, path)
    if (text === null) return
    const written = await requests.answer(id, text, page.actor)
    if (written.ok) done(page, path)
    else if (written.refusal.kind === 'not-in-state') {
      // Decided meanwhile: the page has no form any more.
      page.notice('wait', page.t.comments.errors.closed)
      page.redirect(path)
    } else again(page, id, path, { commentText: text }, refusedText(page.t, written.refusal))
  }

  return [
    guarded('post', '/cho-duyet/:id/y-kien', 'request.decide', async (page, permit) => {
      const id = page.param('id', RequestId)
      const path = `/cho-duyet/${id}`
      if ((await requests.comments(page.permit('request.read'), id)) === null) throw new HttpFault(404)
      const reader = page.field('reader')
      if (reader !== 'staff' && reader !== 'applicant') {
        const says = page.t.comments.errors
        again(page, id, path, { commentText: page.field('commentText') }, says.reader, 'reader')
        return
      }
      const text = typed(page, id, path, { reader })
      if (text === null) return
      const written = await requests.comment(permit, id, { visible: reader === 'applicant', text })
      if (written.ok) done(page, path)
      else if (written.refusal.kind === 'unknown-request') throw new HttpFault(404)
      else again(page, id, path, { reader, commentText: text }, refusedText(page.t, written.refusal))
    }),

    open('post', '/theo-doi/y-kien', async (page) => {
      const id = page.session.trackedId
      if (id === undefined || (await requests.tracked(id)) === null) page.redirect('/theo-doi')
      else await answer(page, id, '/theo-doi/ket-qua')
    }),

    guarded('post', '/de-nghi-cua-toi/:id/y-kien', 'own.request', async (page, permit) => {
      const own = await requests.own(permit, page.param('id', RequestId))
      if (own === null) throw new HttpFault(404)
      await answer(page, own.id, `/de-nghi-cua-toi/${own.id}`)
    }),
  ]
}

function refusedText(t: Words, refusal: CommentRefusal): string {
  const says = t.comments.errors
  if (refusal.kind === 'too-many-comments') return says.full
  return refusal.kind === 'own-request' ? says.own : says.closed
}
