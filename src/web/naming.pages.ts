import type { NamingHistory } from '../addresses/naming-policies.ts'
import { DEFAULT_POLICY } from '../addresses/naming.ts'
import { previewOf } from '../addresses/preview.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { formOf, POLICY_FIELDS, policyFrom, type PolicyField, type PolicyForm } from './naming-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'

const PATH = '/quy-dinh/dia-chi'
const FORM = 'naming'
const Why = lines(10, 500)
const LONGEST = 6_000

/** How addresses are made: the policy in force, its former versions, and what a change would give. */
export function namingPages(services: Services): Route[] {
  const { naming, units, config } = services

  /** What the typed policy would give to the same units and namesakes as the page shows. */
  async function previewed(page: Page, typed: PolicyForm) {
    const [family, known] = await Promise.all([
      naming.namesakes(page.permit('naming.read')),
      units.list(page.permit('unit.read'), '', 8),
    ])
    const parsed = policyFrom(page.t, typed)
    return parsed.ok
      ? { preview: previewOf(parsed.policy, config.organisation.domain, known, family), errors: [] }
      : { preview: null, errors: parsed.errors }
  }

  return [
    guarded('get', PATH, 'naming.read', async (page, permit) => {
      const { t } = page
      const kept = page.takeForm(FORM)
      const [present, history] = await Promise.all([naming.present(), naming.history(permit)])
      const typed = { ...formOf(present.policy), ...kept?.values }
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
        // What is wrong is told beside the fields here.
        faults: [],
        preview: (await previewed(page, typed)).preview,
        versions: history.map((version, n) => ({ ...version, changes: changesOf(version, history[n + 1]) })),
      })
    }),

    /** The preview alone, for the script that asks while somebody types. */
    guarded('post', `${PATH}/xem-thu`, 'naming.change', async (page) => {
      const { preview, errors } = await previewed(page, typedIn(page))
      const faults = errors.map(({ field, text }) => `${page.t.naming.fields[field as PolicyField]}: ${text}`)
      await page.render('naming-preview.njk', { title: page.t.naming.title, trying: true, preview, faults })
    }),

    guarded('post', PATH, 'naming.change', async (page, permit) => {
      const { t } = page
      const typed = typedIn(page)
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(FORM, typed, errors)
        page.redirect(PATH)
      }
      const parsed = policyFrom(t, typed satisfies PolicyForm)
      const why = Why.safeParse(typed.why)
      const errors = [
        ...(parsed.ok ? [] : parsed.errors),
        ...(typed.act === 'preview' || why.success ? [] : [{ field: 'why', text: t.naming.errors.why }]),
      ]
      if (!parsed.ok || errors.length > 0 || typed.act === 'preview' || !why.success) {
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

function typedIn(page: Page) {
  const input = page.fields([...POLICY_FIELDS, 'why', 'seen', 'act'])
  return Object.fromEntries(
    Object.entries(input).map(([name, text]) => [name, text.slice(0, LONGEST).replace(/\r\n?/g, '\n')]),
  ) as typeof input
}

/** What a version changed, field by field. */
function changesOf(version: NamingHistory, before: NamingHistory | undefined) {
  const [was, is] = [formOf(before?.policy ?? DEFAULT_POLICY), formOf(version.policy)]
  return POLICY_FIELDS.filter((field) => was[field] !== is[field]).map((field) => ({
    ...{ field, before: was[field], after: is[field] },
  }))
}
