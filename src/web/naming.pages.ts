import type { NamingHistory } from '../addresses/naming-policies.ts'
import { DEFAULT_POLICY } from '../addresses/naming.ts'
import { previewOf } from '../addresses/preview.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { formOf, POLICY_FIELDS, policyFrom, type PolicyForm } from './naming-form.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'

const PATH = '/quy-dinh/dia-chi'
const FORM = 'naming'
const Why = lines(10, 500)
const LONGEST = 6_000

/** How addresses are made: the policy in force, its former versions, and what a change would give. */
export function namingPages(services: Services): Route[] {
  const { naming, units, config } = services

  return [
    guarded('get', PATH, 'naming.read', async (page, permit) => {
      const { t } = page
      const kept = page.takeForm(FORM)
      const [present, history, family, known] = await Promise.all([
        naming.present(),
        naming.history(permit),
        naming.namesakes(permit),
        units.list(page.permit('unit.read'), '', 8),
      ])
      const typed = { ...formOf(present.policy), ...kept?.values }
      const parsed = policyFrom(t, typed)
      const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
      await page.render('naming.njk', {
        title: t.naming.title,
        errors: kept?.errors ?? [],
        present: present.version,
        seen: kept?.values['seen'] ?? String(present.version),
        typed,
        wrong: Object.fromEntries([...POLICY_FIELDS, 'why'].map((field) => [field, errorOf(field)])),
        mayChange: page.may('naming.change'),
        trying: kept !== null && kept.errors.length === 0,
        preview: parsed.ok ? previewOf(parsed.policy, config.organisation.domain, known, family) : null,
        versions: history.map((version, n) => ({ ...version, changes: changesOf(version, history[n + 1]) })),
      })
    }),

    guarded('post', PATH, 'naming.change', async (page, permit) => {
      const { t } = page
      const input = page.fields([...POLICY_FIELDS, 'why', 'seen', 'act'])
      const typed = Object.fromEntries(
        Object.entries(input).map(([name, text]) => [name, text.slice(0, LONGEST).replace(/\r\n?/g, '\n')]),
      ) as typeof input
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(FORM, typed, errors)
        page.redirect(PATH)
      }
      const parsed = policyFrom(t, typed satisfies PolicyForm)
      const why = Why.safeParse(typed.why)
      const errors = [
        ...(parsed.ok ? [] : parsed.errors),
        ...(input.act === 'preview' || why.success ? [] : [{ field: 'why', text: t.naming.errors.why }]),
      ]
      if (!parsed.ok || errors.length > 0 || input.act === 'preview' || !why.success) {
        again(errors)
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const changed = await naming.change(permit, { seen, policy: parsed.policy, why: why.data })
      if (!changed.ok) {
        again([{ field: 'person', text: t.naming.errors[changed.refusal.kind] }])
        return
      }
      page.notice('ok', t.naming.saved(changed.value))
      page.redirect(PATH)
    }),
  ]
}

/** What a version changed, field by field. */
function changesOf(version: NamingHistory, before: NamingHistory | undefined) {
  const [was, is] = [formOf(before?.policy ?? DEFAULT_POLICY), formOf(version.policy)]
  return POLICY_FIELDS.filter((field) => was[field] !== is[field]).map((field) => ({
    ...{ field, before: was[field], after: is[field] },
  }))
}
