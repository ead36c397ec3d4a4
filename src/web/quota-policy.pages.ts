import type { QuotaPolicy } from '../accounts/quota.ts'
import type { UnitId } from '../kernel/ids.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import { quotaFormOf, quotasFrom, QUOTA_FIELDS } from './quota-form.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'

const PATH = '/quy-dinh/dung-luong'
const FORM = 'quota policy'
const Why = lines(10, 500)
const LONGEST = 20_000

/** How large mailboxes are by rank and unit: the policy in force, its former versions, and who changed it why. */
export function quotaPolicyPages({ quotas, units }: Services): Route[] {
  const standing = (page: Page) => units.list(page.permit('unit.read'), '', 5_000)

  return [
    guarded('get', PATH, 'life-policy.read', async (page, permit) => {
      const { t } = page
      const says = t.quotas
      const kept = keptForm(page, FORM)
      const [present, history] = await Promise.all([quotas.present(), quotas.history(permit)])
      const all = await standing(page)
      const named = new Map(all.map(({ id, number, name }) => [id, `${number} · ${name}`]))
      const unitText = (id: string) => named.get(id as UnitId) ?? id
      const words = (policy: QuotaPolicy) => {
        const form = quotaFormOf(policy, unitText)
        return QUOTA_FIELDS.map((field) => ({
          key: says.fields[field],
          value:
            field === 'shrinks' ? (policy.shrinks ? says.yes : says.no) : form[field].replaceAll('\n', '; ') || '–',
        }))
      }
      await page.render('quota-policy.njk', {
        title: says.title,
        back: { href: '/quy-dinh', text: t.policies.title },
        errors: kept?.errors ?? [],
        typed: { ...quotaFormOf(present.policy, unitText), ...kept?.values },
        present: says.present(present.version),
        seen: kept?.values['seen'] ?? String(present.version),
        mayChange: page.may('life-policy.change'),
        wrong: Object.fromEntries([...QUOTA_FIELDS, 'why'].map((field) => [field, errorAt(kept, field)])),
        shown: words(present.policy),
        versions: history.map((version) => ({ ...version, values: words(version.policy) })),
      })
    }),

    guarded('post', PATH, 'life-policy.change', async (page, permit) => {
      const { t } = page
      const input = page.fields([...QUOTA_FIELDS, 'why', 'seen'])
      const typed = Object.fromEntries(
        Object.entries(input).map(([name, text]) => [name, text.slice(0, LONGEST).replace(/\r\n?/g, '\n')]),
      ) as typeof input
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(FORM, { ...typed, ...keepable({ why: typed.why }) }, errors)
        page.redirect(PATH)
      }
      const parsed = quotasFrom(t, typed, await standing(page))
      const why = Why.safeParse(typed.why)
      if (!parsed.ok || !why.success) {
        const missing = why.success ? [] : [{ field: 'why', text: t.quotas.errors.why }]
        again([...(parsed.ok ? [] : parsed.errors), ...missing])
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const changed = await quotas.change(permit, { seen, policy: parsed.policy, why: why.data })
      if (!changed.ok) {
        again([{ field: 'personMb', text: t.quotas.errors[changed.refusal.kind] }])
        return
      }
      page.takeForm(FORM)
      page.notice('ok', t.quotas.saved(changed.value))
      page.redirect(PATH)
    }),
  ]
}
