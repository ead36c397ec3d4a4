import { Day, dayOf } from '../kernel/day.ts'
import { AccountId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { eventItem } from './account-life.ts'
import { HttpFault } from './http-fault.ts'
import { guarded, type Route } from './route.ts'
import { bytes, day } from './views/formats.ts'

/** An account as it was at the end of a day. */
export function accountPastPages({ remembering, clock }: Services): Route[] {
  return [
    guarded('get', '/tai-khoan/:id/vao-ngay', 'account.read', async (page, permit) => {
      const { t, lang } = page
      const asked = page.query('ngay')
      const typed = Day.safeParse(asked)
      const today = dayOf(clock())
      const on = typed.success && typed.data <= today ? typed.data : today
      const found = await remembering.on(permit, page.param('id', AccountId), on)
      if (found === null) throw new HttpFault(404)
      const { account, state, posts, roles, held, holders, address, aliases, quotaMb } = found
      const says = t.past
      const roleNames: Readonly<Record<string, string | undefined>> = t.roles
      const rows = (key: string, values: readonly string[]) => values.map((value) => ({ key, value }))
      const holding = (each: { displayName: string; rights: 'read' | 'full' }) =>
        says.holding(each.displayName, t.shared.rights[each.rights])
      await page.render('account-past.njk', {
        title: says.title(day(on, lang)),
        back: { href: `/tai-khoan/${account.id}`, text: account.displayName },
        account,
        state,
        ...{ on, today, wrong: asked !== '' && asked !== on, action: `/tai-khoan/${account.id}/vao-ngay` },
        facts: [
          ...rows(t.request.fields.address, address === null ? [] : [address]),
          ...rows(t.account.aliases, aliases.length === 0 ? [] : [aliases.join(', ')]),
          ...rows(t.decision.quota, [bytes(quotaMb * 1_048_576, lang)]),
          ...rows(
            t.request.fields.unit,
            posts.filter(({ primary }) => primary).map(({ title, unitName }) => t.life.page.post(title, unitName)),
          ),
          ...rows(
            t.life.page.posts,
            posts.filter(({ primary }) => !primary).map(({ title, unitName }) => t.life.page.post(title, unitName)),
          ),
          ...rows(
            t.mine.roles,
            roles.map(({ role, unitName }) => [roleNames[role] ?? role, ...(unitName ? [unitName] : [])].join(', ')),
          ),
          ...rows(says.held, held.map(holding)),
          ...rows(says.holders, holders.map(holding)),
          ...rows(t.life.page.legalHold, found.legalHold ? [says.yes] : []),
        ],
        events: found.events.map((event) => eventItem(page, event)),
      })
    }),
  ]
}
