import { DEFAULT_LIFE, POLICY_ACTS, SECOND_ACTS, UNANSWERED } from '../accounts/life-policy.ts'
import type { LifeHistory } from '../accounts/life-policies.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { formOf, GROUPS, POLICY_FIELDS, policyFrom, valueText, type PolicyForm } from './life-policy-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'

const PATH = '/quy-dinh/vong-doi'
const FORM = 'life-policy'
const Why = lines(10, 500)
const LONGEST = 10_000

/** The terms of an account's life: the policy in force, its former versions, and who changed it why. */
export function lifePolicyPages(services: Services): Route[] {
  const { life } = services

  return [
    guarded('get', PATH, 'life-policy.read', async (page, permit) => {
      const { t } = page
      const kept = page.takeForm(FORM)
      const [present, history] = await Promise.all([life.present(), life.history(permit)])
      const typed = { ...formOf(present.policy), ...kept?.values }
      const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
      const boxes = (field: 'letters' | 'seconds') =>
        (field === 'letters' ? POLICY_ACTS : SECOND_ACTS).map((value) => ({
          ...{ value, text: t.life.acts[value].name, checked: typed[field].split(' ').includes(value) },
        }))
      await page.render('life-policy.njk', {
        title: t.life.policy.title,
        errors: kept?.errors ?? [],
        present: present.version,
        seen: kept?.values['seen'] ?? String(present.version),
        typed,
        groups: GROUPS,
        letters: boxes('letters'),
        seconds: boxes('seconds'),
        unanswered: UNANSWERED.map((value) => ({ value, text: t.life.policy.unanswered[value] })),
        wrong: Object.fromEntries([...POLICY_FIELDS, 'why'].map((field) => [field, errorOf(field)])),
        mayChange: page.may('life-policy.change'),
        shown: POLICY_FIELDS.map((field) => ({
          ...{ key: t.life.policy.fields[field], value: valueText(t, field, typed[field]) },
        })),
        versions: history.map((version, n) => ({ ...version, changes: changesOf(page, version, history[n + 1]) })),
      })
    }),

    guarded('post', PATH, 'life-policy.change', async (page, permit) => {
      const { t } = page
      const input = page.fields([...POLICY_FIELDS, 'why', 'seen'])
      const typed = {
        ...(Object.fromEntries(
          Object.entries(input).map(([name, text]) => [name, text.slice(0, LONGEST).replace(/\r\n?/g, '\n')]),
        ) as typeof input),
        // Boxes come one by one.
        letters: page.all('letters').join(' '),
        seconds: page.all('seconds').join(' '),
      }
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(FORM, typed, errors)
        page.redirect(PATH)
      }
      const parsed = policyFrom(t, typed satisfies PolicyForm)
      const why = Why.safeParse(typed.why)
      if (!parsed.ok || !why.success) {
        const missing = why.success ? [] : [{ field: 'why', text: t.life.policy.errors.why }]
        again([...(parsed.ok ? [] : parsed.errors), ...missing])
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const changed = await life.change(permit, { seen, policy: parsed.policy, why: why.data })
      if (!changed.ok) {
        again([{ field: 'activationHours', text: t.life.policy.errors[changed.refusal.kind] }])
        return
      }
      page.notice('ok', t.life.policy.saved(changed.value))
      page.redirect(PATH)
    }),
  ]
}

/** What a version changed, field by field. */
function changesOf(page: Page, version: LifeHistory, before: LifeHistory | undefined) {
  const { t } = page
  const [was, is] = [formOf(before?.policy ?? DEFAULT_LIFE), formOf(version.policy)]
  return POLICY_FIELDS.filter((field) => was[field] !== is[field]).map((field) => ({
    ...{ field, before: valueText(t, field, was[field]), after: valueText(t, field, is[field]) },
  }))
}
