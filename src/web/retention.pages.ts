import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { DEFAULT_RETENTION, RETENTION_FIELDS, RetentionPolicy } from '../retention/retention.ts'
import { errorAt } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { count } from './views/formats.ts'
import type { Words } from './words/vi.ts'

const PATH = '/quy-dinh/luu-tru'
const FORM = 'retention'
const Why = lines(10, 500)
type Typed = Readonly<Record<string, string>>

/** How long what is done with is kept: the policy in force, what the typed one would erase, and the former versions. */
export function retentionPages({ retentions, requests }: Services): Route[] {
  /** How many requests the typed days would erase next; null while they are wrong. */
  async function next(page: Page, typed: Typed): Promise<{ text: string | null; errors: FieldError[] }> {
    const parsed = policyIn(page.t, typed)
    if (!parsed.ok) return { text: null, errors: parsed.errors }
    const { drafts, withdrawn, rejected } = await requests.purgeable(page.permit('retention.read'), parsed.policy)
    const says = page.t.retention
    const shown = (n: number) => count(n, page.lang)
    return {
      text:
        drafts + withdrawn + rejected === 0
          ? says.nextNone
          : says.nextText(shown(drafts), shown(withdrawn), shown(rejected)),
      errors: [],
    }
  }

  return [
    guarded('get', PATH, 'retention.read', async (page, permit) => {
      const { t } = page
      const kept = page.takeForm(FORM)
      const [present, history] = await Promise.all([retentions.present(), retentions.history(permit)])
      const typed = { ...formOf(present.policy), ...kept?.values }
      await page.render('retention.njk', {
        title: t.retention.title,
        errors: kept?.errors ?? [],
        present: present.version,
        seen: typed['seen'] ?? String(present.version),
        typed,
        fields: RETENTION_FIELDS,
        wrong: Object.fromEntries([...RETENTION_FIELDS, 'why'].map((field) => [field, errorAt(kept, field)])),
        mayChange: page.may('retention.change'),
        faults: [],
        next: (await next(page, typed)).text,
        versions: history.map((version, n) => {
          const before = history[n + 1]?.policy ?? DEFAULT_RETENTION
          const changes = RETENTION_FIELDS.filter((field) => before[field] !== version.policy[field])
          return {
            ...version,
            changes: changes.map((field) => ({ field, before: before[field], after: version.policy[field] })),
          }
        }),
      })
    }),

    /** What would be erased alone, for the script that asks while somebody types. */
    guarded('post', `${PATH}/xem-thu`, 'retention.change', async (page) => {
      const { text, errors } = await next(page, page.fields(RETENTION_FIELDS))
      const faults = errors.map((error) => error.text)
      await page.render('retention-next.njk', { title: page.t.retention.next, next: text, faults })
    }),

    guarded('post', PATH, 'retention.change', async (page, permit) => {
      const { t } = page
      const typed = page.fields([...RETENTION_FIELDS, 'why', 'seen', 'act'])
      const parsed = policyIn(t, typed)
      const why = Why.safeParse(typed.why)
      const again = (errors: readonly FieldError[]) => {
        const kept = Object.entries(typed).map(([name, text]) => [name, text.slice(0, 1_000)])
        page.keepForm(FORM, Object.fromEntries(kept) as Record<string, string>, errors)
        page.redirect(PATH)
      }
      if (!parsed.ok || typed.act === 'preview' || !why.success) {
        again([
          ...(parsed.ok ? [] : parsed.errors),
          ...(typed.act === 'preview' || why.success ? [] : [{ field: 'why', text: t.retention.errors.why }]),
        ])
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const changed = await retentions.change(permit, { seen, policy: parsed.policy, why: why.data })
      if (!changed.ok) {
        again([{ field: 'drafts', text: t.retention.errors[changed.refusal.kind] }])
        return
      }
      page.notice('ok', t.retention.saved(changed.value))
      page.redirect(PATH)
    }),
  ]
}

const formOf = (policy: RetentionPolicy): Typed =>
  Object.fromEntries(RETENTION_FIELDS.map((field) => [field, String(policy[field])]))

/** The days as people write them: dots between the thousands do not matter. */
function policyIn(t: Words, typed: Typed): { ok: true; policy: RetentionPolicy } | { ok: false; errors: FieldError[] } {
  const numbers = RETENTION_FIELDS.map((field) => {
    const plain = (typed[field] ?? '').replace(/[\s.,]/g, '')
    return [field, /^\d{1,6}$/.test(plain) ? Number(plain) : null]
  })
  const parsed = RetentionPolicy.safeParse(Object.fromEntries(numbers))
  if (parsed.success) return { ok: true, policy: parsed.data }
  const says = t.retention
  return {
    ok: false,
    errors: parsed.error.issues.map(({ path, message }) => {
      const field = path[0] as keyof RetentionPolicy
      return { field, text: message === 'range' ? says.ranges[field] : says.errors.number }
    }),
  }
}
