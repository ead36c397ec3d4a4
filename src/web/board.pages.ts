import { z } from 'zod'
import type { FaultKind } from '../kernel/fault.ts'
import { AccountId, GroupId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { syncState, TARGETS, type Subject, type Target } from '../provisioning/ledger.ts'
import type { Pause } from '../provisioning/pauses.ts'
import type { BoardRow } from '../provisioning/sync.ts'
import { HttpFault } from './http-fault.ts'
import { beyondEnd, listHref, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count, instant } from './views/formats.ts'

const PAGE = 50
/** The filters of the board, as its addresses name them. */
const FAULTS = { 'can-nguoi': 'refused', 'thu-lai': 'unreachable', 'chua-ro': 'outcome-unknown' } as const
const Chosen = z.enum(['all', ...TARGETS])
const REPAIR = '/viec-con-do/sua-tat-ca'

/** What is behind on some target, and the ways to push it on. */
export function boardPages(services: Services): Route[] {
  const { sync, letters, accounts, brakes, calendar, requests, pauses, clock } = services

  const accountsInAll = async (page: Page): Promise<number> =>
    (await accounts.list(page.permit('account.read'), {})).total

  return [
    guarded('get', '/viec-con-do', 'sync.read', async (page, permit) => {
      const { t, lang } = page
      const asked = Object.keys(FAULTS).find((each) => each === page.query('loi')) as keyof typeof FAULTS | undefined
      const fault: FaultKind | null = asked === undefined ? null : FAULTS[asked]
      const at = page.number()
      const [counts, rows, failed, missing, held, fallen, paused] = await Promise.all([
        sync.counts(permit),
        sync.board(permit, { fault, limit: PAGE, offset: (at - 1) * PAGE }),
        letters.failures(),
        calendar.missing(),
        brakes.waiting(page.permit('brake.read')),
        requests.fallen(permit),
        pauses.present(),
      ])
      const totals = { refused: counts.needPerson, unreachable: counts.retrying, 'outcome-unknown': counts.unknown }
      const list = { total: fault === null ? counts.behind : totals[fault], page: at, pageSize: PAGE }
      if (beyondEnd(page, list)) return
      const tile = (of: keyof typeof FAULTS, text: string, icon: string, tone: string) => ({
        number: totals[FAULTS[of]],
        href: listHref('/viec-con-do', { loi: of }),
        ...{ text, icon, tone, current: asked === of },
      })
      await page.render('board.njk', {
        title: t.board.title,
        meta: `${t.board.meta(count(counts.behind, lang), count(counts.needPerson, lang))} · ${t.board.updated(instant(clock(), lang))}`,
        tiles: [
          {
            ...{ number: counts.behind, text: t.board.tiles.all, icon: 'half-disc', tone: 'info' },
            ...{ href: '/viec-con-do', current: fault === null },
          },
          tile('can-nguoi', t.board.tiles.person, 'person', counts.needPerson > 0 ? 'bad' : 'neutral'),
          tile('thu-lai', t.board.tiles.retrying, 'sync', counts.retrying > 0 ? 'wait' : 'neutral'),
          tile('chua-ro', t.board.tiles.unknown, 'ring', counts.unknown > 0 ? 'wait' : 'neutral'),
          {
            ...{ number: failed, text: t.board.tiles.letters, icon: 'mail', href: '/thu', current: false },
            tone: failed > 0 ? 'bad' : 'neutral',
          },
        ].slice(0, failed > 0 ? 5 : 4),
        rows: rows.map((row) => rowOf(row, page, paused)),
        paused: paused.map(({ target, since, until, byName, why }) => ({
          ...{
            target,
            name: t.targets[target],
            title: t.reconcile.pause.paused(t.targets[target], instant(until, lang)),
          },
          text: t.reconcile.pause.by(byName, instant(since, lang), why),
        })),
        list: paging(list, t.board.noun),
        filtered: fault !== null,
        lastVerified: counts.lastVerified,
        fallen: fallen === 0 ? null : t.workflow.board.fallen(count(fallen, lang)),
        missing:
          missing.length === 0 ? null : { years: missing.join(', '), href: `/ngay-nghi?nam=${missing[0] ?? ''}` },
        held: held > 0 ? count(held, lang) : null,
        mayRetry: page.may('sync.change'),
      })
    }),

    guarded('post', '/viec-con-do/dong-bo', 'sync.change', async (page, permit) => {
      const subject = subjectOf(page)
      await sync.retry(permit, subject)
      page.notice('info', page.t.account.syncing)
      page.redirect('/viec-con-do')
    }),

    guarded('get', REPAIR, 'sync.change', async (page) => {
      const { t, lang } = page
      const kept = page.takeForm('repair')
      const total = await accountsInAll(page)
      const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
      await page.render('board-repair.njk', {
        title: t.board.repair.title,
        back: { href: '/viec-con-do', text: t.board.title },
        errors: kept?.errors ?? [],
        total,
        totalText: count(total, lang),
        targets: [
          { value: 'all', text: t.board.repair.both },
          ...TARGETS.map((value) => ({ value, text: t.targets[value] })),
        ],
        typed: kept?.values ?? {},
        wrong: { target: errorOf('target'), number: errorOf('number') },
      })
    }),

    guarded('post', REPAIR, 'sync.change', async (page, permit) => {
      const { t, lang } = page
      const input = page.fields(['target', 'number'])
      const chosen = Chosen.safeParse(input.target)
      const total = await accountsInAll(page)
      // The number as people write it: dots, commas and blanks between the thousands do not matter.
      const right = input.number.replace(/[\s.,]/g, '') === String(total)
      if (!chosen.success || !right) {
        page.keepForm('repair', { target: input.target.slice(0, 20), number: input.number.slice(0, 20) }, [
          ...(chosen.success ? [] : [{ field: 'target', text: t.board.repair.chooseTarget }]),
          ...(right ? [] : [{ field: 'number', text: t.board.repair.wrong }]),
        ])
        page.redirect(REPAIR)
        return
      }
      const target: Target | null = chosen.data === 'all' ? null : chosen.data
      const rows = await sync.repairAll(permit, target)
      page.notice('info', t.board.repair.done(count(rows, lang)))
      page.redirect('/viec-con-do')
    }),
  ]
}

/** The subject that a row's button names; a 404 when it is none. */
function subjectOf(page: Page): Subject {
  const kind = page.field('kind')
  const id = page.field('id')
  const parsed = kind === 'account' ? AccountId.safeParse(id) : kind === 'group' ? GroupId.safeParse(id) : null
  if (!parsed?.success || (kind !== 'account' && kind !== 'group')) throw new HttpFault(404)
  return { kind, id: parsed.data }
}

function rowOf(row: BoardRow, page: Page, paused: readonly Pause[]) {
  const { t } = page
  const says = t.account.faults
  const pause = paused.find(({ target }) => target === row.target)
  const state = syncState(row)
  return {
    ...row,
    label: row.isList ? t.lists.board(row.name) : row.kind === 'group' ? t.board.unitGroup(row.name) : row.name,
    href: row.isList ? `/danh-sach-thu/${row.id}` : row.kind === 'account' ? `/tai-khoan/${row.id}` : null,
    state,
    nextAt: pause && pause.until > row.nextAt ? pause.until : row.nextAt,
    next: pause
      ? t.reconcile.pause.waits
      : t.reconcile.next[state === 'in-step' || state === 'not-verified' ? 'behind' : state],
    why:
      row.fault === null
        ? t.board.queued
        : row.fault === 'outcome-unknown'
          ? says['outcome-unknown']
          : says[row.fault](row.detail ?? ''),
  }
}
