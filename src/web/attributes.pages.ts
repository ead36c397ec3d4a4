import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { AttributePolicy, DEFAULT_ATTRIBUTES, RULED, RULED_ATTRIBUTES } from '../reconcile/attribute.ts'
import { attributeName } from './finding-view.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { guarded, type Route } from './route.ts'

const PATH = '/quy-dinh/thuoc-tinh'
const FORM = 'attributes'
const Why = lines(10, 500)

/** Whose word counts for which attribute of an entry: the policy in force, and the former versions. */
export function attributePages({ attributes }: Services): Route[] {
  return [
    guarded('get', PATH, 'reconcile.read', async (page, permit) => {
      const { t } = page
      const says = t.reconcile.rules
      const kept = keptForm(page, FORM)
      const [present, history] = await Promise.all([attributes.present(), attributes.history(permit)])
      const typed: Readonly<Record<string, string>> = { ...present.policy, ...kept?.values }
      await page.render('attributes.njk', {
        title: says.title,
        errors: kept?.errors ?? [],
        present: present.version,
        seen: typed['seen'] ?? String(present.version),
        fields: RULED_ATTRIBUTES.map((attribute) => ({
          name: attribute,
          label: attributeName(t, { attribute }),
          value: typed[attribute],
          error: errorAt(kept, attribute),
          items: RULED[attribute].map((value) => ({ value, text: says.each[value] })),
          text: says.each[present.policy[attribute]],
        })),
        why: { value: kept?.values['why'], error: errorAt(kept, 'why') },
        mayChange: page.may('reconcile.change'),
        versions: history.map((version, n) => {
          const before = history[n + 1]?.policy ?? DEFAULT_ATTRIBUTES
          return {
            ...version,
            changes: RULED_ATTRIBUTES.filter((name) => before[name] !== version.policy[name]).map((attribute) => ({
              name: attributeName(t, { attribute }),
              ...{ before: says.each[before[attribute]], after: says.each[version.policy[attribute]] },
            })),
          }
        }),
      })
    }),

    guarded('post', PATH, 'reconcile.change', async (page, permit) => {
      const says = page.t.reconcile.rules
      const typed = page.fields([...RULED_ATTRIBUTES, 'why', 'seen'])
      const { why: _, seen: __, ...chosen } = typed
      const policy = AttributePolicy.safeParse(chosen)
      const why = Why.safeParse(typed.why)
      const form = { name: FORM, path: PATH }
      if (!policy.success || !why.success) {
        back(page, form, typed, [
          ...(policy.success
            ? []
            : policy.error.issues.map(({ path }) => ({ field: String(path[0]), text: says.choose }))),
          ...(why.success ? [] : [{ field: 'why', text: says.whyNeeded }]),
        ])
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const changed = await attributes.change(permit, { seen, policy: policy.data, why: why.data })
      if (!changed.ok) {
        back(page, form, typed, [{ field: RULED_ATTRIBUTES[0] ?? '', text: says.refusals[changed.refusal.kind] }])
        return
      }
      page.takeForm(FORM)
      page.notice('ok', says.saved(String(changed.value)))
      page.redirect(PATH)
    }),
  ]
}
