import { IDLE_STAGES } from '../accounts/idle.ts'
import { dayOf, daysBetween } from '../kernel/day.ts'
import type { Services } from '../main/compose.ts'
import { actHref } from './life.pages.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count, day, instant } from './views/formats.ts'

const PATH = '/lau-khong-dung'

/** Mailboxes that nobody uses: about to be stopped, stopped, and to be considered for recall. */
export function idlePages(services: Services): Route[] {
  const { idling, life, clock } = services
  const choices = unitChoices(services)
  return [
    guarded('get', PATH, 'account.read', async (page, permit) => {
      const { t, lang } = page
      const stage = oneOf(IDLE_STAGES, page.query('muc'))
      const [found, scope, { policy }] = await Promise.all([
        idling.list(permit, { stage, page: page.number() }),
        choices.scope(page, permit.units),
        life.present(),
      ])
      if (beyondEnd(page, found)) return
      const today = dayOf(clock())
      const asks = page.may('life.ask')
      await page.render('idle.njk', {
        title: t.idle.title,
        back: { href: '/tai-khoan', text: t.account.back },
        meta: scope.meta,
        lead: t.idle.lead(
          ...([policy.idleWarnDays, policy.idleLockDays, policy.idleReviewDays].map((n) => count(n, lang)) as [
            string,
            string,
            string,
          ]),
        ),
        known: idling.known,
        tabs: IDLE_STAGES.map((each) => ({
          href: listHref(PATH, { muc: each === IDLE_STAGES[0] ? '' : each }),
          ...{ text: t.idle.tabs[each], count: found.counts[each], current: each === stage },
        })),
        empty: t.idle.empty[stage],
        rows: found.accounts.map((account) => ({
          ...account,
          used: `${day(account.lastUsed, lang)}, ${t.idle.days(count(daysBetween(account.lastUsed, today), lang))}`,
          sub: [
            account.lastSignInAt === null ? t.idle.never : instant(account.lastSignInAt, lang),
            ...(account.warnedOn === null ? [] : [t.idle.warned(day(account.warnedOn, lang))]),
          ].join(' · '),
          acts: asks
            ? [
                ...(account.state === 'idle-locked'
                  ? [{ href: actHref(account.id, 'return'), text: t.idle.unlock }]
                  : []),
                ...(stage === 'review' ? [{ href: actHref(account.id, 'leave'), text: t.idle.recall }] : []),
              ]
            : [],
        })),
        list: paging(found, t.idle.noun),
      })
    }),
  ]
}
