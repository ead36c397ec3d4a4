import { ImportPolicy } from '../imports/import.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import { guarded, type Route } from './route.ts'
import { importRefusalText } from './words/import-sayings.ts'

const PATH = '/quy-dinh/nhap-danh-sach'
const FORM = 'import policy'
const FIELDS = ['approveAbove', 'undoDays', 'keepDays'] as const
const Why = lines(10, 500)

/** When an import takes a second person, how long it can be undone and how long its file is kept; with former versions. */
export function importPolicyPages({ imports }: Services): Route[] {
  return [
    guarded('get', PATH, 'import.read', async (page, permit) => {
      const { t } = page
      const says = t.imports.policy
      const kept = keptForm(page, FORM)
      const [present, versions] = await Promise.all([imports.policy(permit), imports.policies(permit)])
      const start = Object.fromEntries(FIELDS.map((field) => [field, String(present.policy[field])]))
      const typed: Readonly<Record<string, string>> = { ...start, ...kept?.values }
      await page.render('import-policy.njk', {
        title: says.title,
        back: { href: '/quy-dinh', text: t.policies.title },
        errors: kept?.errors ?? [],
        ...{ typed, fields: FIELDS, present: says.present(present.version), seen: String(present.version) },
        mayChange: page.may('import.change'),
        wrong: Object.fromEntries([...FIELDS, 'why'].map((field) => [field, errorAt(kept, field)])),
        versions: versions.map((version) => ({
          ...version,
          values: FIELDS.map((field) => `${says.fields[field]}: ${version.policy[field]}`),
        })),
      })
    }),

    guarded('post', PATH, 'import.change', async (page, permit) => {
      const { t } = page
      const says = t.imports.policy
      const typed = page.fields([...FIELDS, 'why', 'seen'])
      const numbers = FIELDS.map((field) => {
        const plain = typed[field].replace(/[\s.,]/g, '')
        return [field, /^\d{1,7}$/.test(plain) ? Number(plain) : null] as const
      })
      const parsed = ImportPolicy.safeParse(Object.fromEntries(numbers))
      const why = Why.safeParse(typed.why)
      const wrong = parsed.success ? [] : parsed.error.issues.map(({ path }) => String(path[0]))
      const errors = [
        ...FIELDS.filter((field) => wrong.includes(field)).map((field) => ({ field, text: says.ranges[field] })),
        ...(why.success ? [] : [{ field: 'why', text: says.whyNeeded }]),
      ]
      if (!parsed.success || !why.success) {
        page.keepForm(FORM, keepable(typed), errors)
        page.redirect(PATH)
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const changed = await imports.changePolicy(permit, { seen, policy: parsed.data, why: why.data })
      page.takeForm(FORM)
      if (changed.ok) page.notice('ok', says.saved(changed.value))
      else page.notice('bad', importRefusalText(t, changed.refusal))
      page.redirect(PATH)
    }),
  ]
}
