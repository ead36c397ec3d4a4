import { CHANGES, DEFAULT_BRAKE } from '../brake/brake.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { GENERAL, LIMIT_FIELDS, limitChanges, limitForm, LIMITS, limitsFrom } from './brake-form.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { guarded, type Route } from './route.ts'

const PATH = '/chot-an-toan/nguong'
const FORM = { name: 'brake limits', path: PATH }
const Why = lines(10, 500)

/** The limits of the safety brake: what is in force, its former versions, and the form for the next. */
export function limitsPages({ brakes }: Services): Route[] {
  return [
    guarded('get', PATH, 'brake.read', async (page, permit) => {
      const { t } = page
      const kept = keptForm(page, FORM.name)
      const [present, history] = await Promise.all([brakes.limits.present(), brakes.limits.history(permit)])
      await page.render('brake-limits.njk', {
        title: t.brake.limits.title,
        back: { href: '/chot-an-toan', text: t.brake.title },
        errors: kept?.errors ?? [],
        present: present.version,
        seen: kept?.values['seen'] ?? String(present.version),
        typed: { ...limitForm(present.policy), ...kept?.values },
        wrong: Object.fromEntries([...LIMIT_FIELDS, 'why'].map((field) => [field, errorAt(kept, field)])),
        general: GENERAL,
        changes: CHANGES,
        limits: LIMITS,
        mayChange: page.may('brake.release'),
        versions: history.map((version, n) => ({
          ...version,
          changes: limitChanges(t, history[n + 1]?.policy ?? DEFAULT_BRAKE, version.policy),
        })),
      })
    }),

    guarded('post', PATH, 'brake.release', async (page, permit) => {
      const { t } = page
      const typed = page.fields([...LIMIT_FIELDS, 'why', 'seen'])
      const parsed = limitsFrom(t, typed)
      const why = Why.safeParse(typed['why'])
      if (!parsed.ok || !why.success) {
        back(page, FORM, typed, [
          ...(parsed.ok ? [] : parsed.errors),
          ...(why.success ? [] : [{ field: 'why', text: t.brake.ask.whyNeeded }]),
        ])
        return
      }
      const seen = /^\d{1,9}$/.test(typed['seen'] ?? '') ? Number(typed['seen']) : -1
      const changed = await brakes.limits.change(permit, { seen, policy: parsed.policy, why: why.data })
      if (!changed.ok) {
        back(page, FORM, typed, [{ field: 'windowDays', text: t.brake.refusals[changed.refusal.kind] }])
        return
      }
      page.takeForm(FORM.name)
      if ('holdId' in changed.value) {
        page.notice('wait', t.brake.limits.held)
        page.redirect(`/chot-an-toan/${changed.value.holdId}`)
        return
      }
      page.notice('ok', t.brake.limits.saved(changed.value.version))
      page.redirect(PATH)
    }),
  ]
}
