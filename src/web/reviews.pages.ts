import { z } from 'zod'
import type { AccountState } from '../accounts/account.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { line } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { ANSWERS, type Answer, type Counts } from '../reviews/review.ts'
import { HttpFault } from './http-fault.ts'
import { beyondEnd, listHref, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count, day, instant } from './views/formats.ts'

export const REVIEWS = '/ra-soat'
const FILTERS = ['open', ...ANSWERS] as const
const Note = line(200)

/** Reviews of the units' lists: those there were, a unit's list with its answers, and the receipt. */
export function reviewPages(services: Services): Route[] {
  const { reviews } = services
  const choices = unitChoices(services)
  const whole = (counts: Counts) => FILTERS.reduce((sum, each) => sum + counts[each], 0)
  const answered = (page: Page, counts: Counts) =>
    page.t.reviews.of(count(whole(counts) - counts.open, page.lang), count(whole(counts), page.lang))
  const idOf = (page: Page) => page.param('id', z.uuid())
  const unitOf = (text: string): UnitId | null => UnitId.safeParse(text).data ?? null

  async function list(page: Page): Promise<void> {
    const { t, lang } = page
    const [found, scope] = await Promise.all([
      reviews.list(page.permit('review.read')),
      choices.scope(page, page.permit('review.read').units),
    ])
    await page.render('reviews.njk', {
      ...{ title: t.reviews.title, meta: scope.meta },
      mayOpen: page.may('review.open') && found[0]?.closedAt !== null,
      rows: found.map((review) => ({
        href: `${REVIEWS}/${review.id}`,
        no: t.reviews.no(count(review.number, lang)),
        opened: review.openedAt,
        due: review.dueOn,
        answered: answered(page, review.counts),
        over: review.closedAt !== null,
      })),
    })
  }

  async function units(page: Page): Promise<void> {
    const { t, lang } = page
    const found = await reviews.read(page.permit('review.read'), idOf(page), page.number())
    if (!found) throw new HttpFault(404)
    if (beyondEnd(page, found)) return
    const { review, counts } = found
    const path = `${REVIEWS}/${review.id}`
    await page.render('review.njk', {
      title: t.reviews.no(count(review.number, lang)),
      back: { href: REVIEWS, text: t.reviews.title },
      meta: metaOf(page, review),
      facts: FILTERS.map((each) => ({ key: t.reviews.tiles[each], value: count(counts[each], lang) })),
      rows: found.units.map(({ unitId, name, counts: own, receipt }) => ({
        ...{ href: listHref(path, { 'don-vi': unitId }), name, answered: answered(page, own) },
        whole: own.open === 0,
        receipt: receipt && t.reviews.confirmedNo(count(receipt.number, lang)),
      })),
      list: paging(found, t.reviews.noun),
    })
  }

  async function unit(page: Page, id: UnitId): Promise<void> {
    const { t, lang } = page
    const answer = FILTERS.find((each) => each === page.query('muc')) ?? null
    const found = await reviews.unit(page.permit('review.read'), idOf(page), id, { answer, page: page.number() })
    if (!found) throw new HttpFault(404)
    if (beyondEnd(page, found.list)) return
    const { review, part, lines, receipt } = found
    const path = `${REVIEWS}/${review.id}`
    const open = review.closedAt === null && receipt === null && page.may('review.answer')
    await page.render('review-unit.njk', {
      title: part.name,
      back: { href: path, text: t.reviews.no(count(review.number, lang)) },
      meta: metaOf(page, review),
      tabs: [null, ...FILTERS].map((each) => ({
        href: listHref(path, { 'don-vi': id, muc: each ?? '' }),
        text: each === null ? t.reviews.all : t.reviews.tiles[each],
        count: each === null ? part.total : part.counts[each],
        current: each === answer,
      })),
      ...{ action: path, unit: id, at: page.number(), filter: answer ?? '', open, left: part.counts.open },
      receipt: receipt && {
        text: t.reviews.confirmedNo(count(receipt.number, lang)),
        href: listHref(`${path}/bien-nhan`, { 'don-vi': id }),
      },
      answers: ANSWERS.map((value) => ({ value, text: t.reviews.tiles[value] })),
      rows: lines.map((each) => ({ ...each, state: each.state as AccountState })),
      list: paging(found.list, t.reviews.people),
    })
  }

  /** What the posted page says of each line that it showed. */
  const givenOn = (page: Page) =>
    page.all('line').flatMap((text) => {
      const account = AccountId.safeParse(text)
      const answer = ANSWERS.find((each) => each === page.field(`answer-${text}`))
      if (!account.success || answer === undefined) return []
      return [
        {
          id: account.data,
          answer: answer satisfies Answer,
          note: Note.safeParse(page.field(`note-${text}`)).data ?? null,
        },
      ]
    })

  return [
    guarded('get', REVIEWS, 'review.read', list),
    guarded('post', REVIEWS, 'review.open', async (page, permit) => {
      const opened = await reviews.open(permit)
      if (opened.ok) page.notice('ok', page.t.reviews.opened)
      else page.notice('bad', page.t.reviews.refusals[opened.refusal.kind])
      page.redirect(REVIEWS)
    }),
    guarded('get', `${REVIEWS}/:id`, 'review.read', async (page) => {
      const id = unitOf(page.query('don-vi'))
      await (id === null ? units(page) : unit(page, id))
    }),
    guarded('post', `${REVIEWS}/:id`, 'review.answer', async (page, permit) => {
      const { t, lang } = page
      const [id, unitId] = [idOf(page), unitOf(page.field('unit'))]
      if (unitId === null) throw new HttpFault(404)
      const act = page.field('act')
      const saved = await reviews.answer(permit, id, unitId, givenOn(page))
      if (!saved.ok && saved.refusal.kind === 'unknown-review') throw new HttpFault(404)
      const rest = saved.ok && act === 'keep' ? await reviews.keepRest(permit, id, unitId) : saved
      const done = saved.ok && act === 'confirm' ? await reviews.confirm(permit, id, unitId) : rest
      if (!done.ok) page.notice('bad', t.reviews.refusals[done.refusal.kind])
      else if (typeof done.value === 'object') page.notice('ok', t.reviews.confirmed(count(done.value.number, lang)))
      else page.notice('ok', t.reviews[act === 'keep' ? 'kept' : 'saved'](count(done.value, lang)))
      const at = page.field('trang')
      const trang = /^\d{1,5}$/.test(at) && at !== '1' ? at : ''
      const muc = FILTERS.find((each) => each === page.field('muc')) ?? ''
      page.redirect(listHref(`${REVIEWS}/${id}`, { 'don-vi': unitId, muc, trang }))
    }),
    guarded('get', `${REVIEWS}/:id/bien-nhan`, 'review.read', async (page, permit) => {
      const { t, lang } = page
      const [id, unitId] = [idOf(page), unitOf(page.query('don-vi'))]
      const found = unitId && (await reviews.unit(permit, id, unitId, { answer: null }))
      if (!found?.receipt) throw new HttpFault(404)
      const { receipt, review, part } = found
      const says = t.reviews.receiptRows
      await page.render('receipt.njk', {
        title: t.reviews.receiptPage,
        heading: t.reviews.receiptTitle,
        meta: t.reviews.receiptNo(count(receipt.number, lang), instant(receipt.confirmedAt, lang)),
        back: { href: listHref(`${REVIEWS}/${id}`, { 'don-vi': part.unitId }) },
        unitName: part.name,
        rows: [
          { key: says.review, value: `${t.reviews.no(count(review.number, lang))}, ${instant(review.openedAt, lang)}` },
          { key: says.unit, value: part.name, strong: true },
          ...ANSWERS.map((each) => ({ key: t.reviews.tiles[each], value: count(receipt.counts[each], lang) })),
          { key: says.by, value: receipt.byName, strong: true },
          { key: says.at, value: instant(receipt.confirmedAt, lang) },
        ],
        text: t.reviews.receiptText,
      })
    }),
  ]
}

const metaOf = ({ t, lang }: Page, review: { openedAt: Date; openedName: string; dueOn: Parameters<typeof day>[0] }) =>
  t.reviews.meta(
    instant(review.openedAt, lang),
    review.openedName === 'life' ? t.history.system : review.openedName,
    day(review.dueOn, lang),
  )
