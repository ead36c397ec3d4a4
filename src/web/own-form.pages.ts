import type { PersonActor } from '../access/policy.ts'
import type { Services } from '../main/compose.ts'
import type { OwnKind } from '../requests/kinds.ts'
import type { Own, Refusal } from '../requests/requests.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt } from './kept-form.ts'
import { choosesUnit, type OwnForm, type Typed } from './own/form.ts'
import { formOf, kindOf } from './own/forms.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { instant } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

const LIST = '/de-nghi-cua-toi'
/** Typed text that is kept while a form is mended: fifty lines of addresses. */
const KEPT = 5_000
const COMMON = ['unit', 'unitId', 'unitChoice', 'why'] as const

/** The forms of all kinds of request: a new one, and one that is open. */
export function ownFormPages(services: Services, find: (page: Page) => Promise<Own>): Route[] {
  const { requests, units } = services

  /** Units that a text could mean, where it named none. */
  async function offeredFor(fields: readonly string[], typed: Typed, errors: readonly FieldError[]) {
    const found: Record<string, { id: string; name: string; parent: string | null }[]> = {}
    for (const field of ['unit', ...fields.filter((name) => /^unit\d$/.test(name))]) {
      if (!errors.some((error) => error.field === field) || !typed[field]) continue
      const fitting = await units.search(typed[field], 12)
      found[field] = fitting.map(({ id, name, parentName }) => ({ id, name, parent: parentName }))
    }
    return found
  }

  async function show(page: Page, kind: OwnKind, path: string, start: Typed, own: Own | null): Promise<void> {
    const { t } = page
    const form = formOf(kind)
    const kept = page.takeForm(path)
    if (kept) page.keepForm(path, kept.values, kept.errors)
    const actor = page.actor as PersonActor
    const typed: Typed = { unit: actor.unitName, unitId: actor.unitId, ...start, ...kept?.values }
    const errors = kept?.errors ?? []
    await page.render('own-form.njk', {
      title: t.workflow.kinds[kind],
      back: { href: own === null ? `${LIST}/moi` : `${LIST}/${own.id}` },
      ...{ kind, action: path, typed, errors },
      comment: own?.state === 'returned' ? own.comment : null,
      choosesUnit: choosesUnit(page),
      domain: services.config.organisation.domain,
      offered: await offeredFor(form.fields, typed, errors),
      wrong: Object.fromEntries([...COMMON, ...form.fields].map((field) => [field, errorAt(kept, field)])),
      ...(await form.model?.(page, services, typed)),
    })
  }

  async function save(page: Page, kind: OwnKind, path: string, own: Own | null): Promise<void> {
    const form = formOf(kind)
    const input = page.fields([...COMMON, ...form.fields])
    const typed = Object.fromEntries(Object.entries(input).map(([name, text]) => [name, text.slice(0, KEPT)]))
    const again = (errors: readonly FieldError[]) => {
      page.keepForm(path, typed, errors)
      page.redirect(path)
    }
    const read = await form.read(page, services, typed)
    if (!read.ok) {
      again(read.errors)
      return
    }
    const asked = await requests.ask(page.permit('own.request'), read.ask, { id: own?.id ?? null, language: page.lang })
    if (!asked.ok) {
      again([refusedAt(page, form, asked.refusal)])
      return
    }
    page.takeForm(path)
    page.redirect(`${LIST}/${asked.value}/kiem-tra`)
  }

  function kindAsked(page: Page): OwnKind {
    const slug = page.request.params.loai
    const kind = typeof slug === 'string' ? kindOf(slug) : null
    if (kind === null) throw new HttpFault(404)
    return kind
  }
  /** For choosing whose users change, their present ones stand in the fields. */
  async function started(page: Page, kind: OwnKind): Promise<Typed> {
    if (kind !== 'holders') return {}
    const accountId = page.query('hop-thu')
    const present = accountId === '' ? null : await requests.holdersTyped(page.permit('own.request'), accountId)
    return present === null ? {} : { accountId, ...present }
  }
  /** An open request that its owner corrects. */
  async function opened(page: Page): Promise<Own & { details: NonNullable<Own['details']> }> {
    const own = await find(page)
    if (own.details === null || (own.state !== 'draft' && own.state !== 'returned')) throw new HttpFault(404)
    return { ...own, details: own.details }
  }

  return [
    guarded('get', `${LIST}/moi/:loai`, 'own.request', async (page) => {
      const kind = kindAsked(page)
      await show(page, kind, page.request.path, await started(page, kind), null)
    }),
    guarded('post', `${LIST}/moi/:loai`, 'own.request', (page) => save(page, kindAsked(page), page.request.path, null)),
    guarded('get', `${LIST}/:id/sua`, 'own.request', async (page) => {
      const own = await opened(page)
      const typed = formOf(own.kind).typedOf(own.details, own.names)
      await show(page, own.kind, `${LIST}/${own.id}/sua`, typed, own)
    }),
    guarded('post', `${LIST}/:id/sua`, 'own.request', async (page) => {
      const own = await opened(page)
      await save(page, own.kind, `${LIST}/${own.id}/sua`, own)
    }),
  ]
}

/** What was refused, beside the field that it is about. */
function refusedAt(page: Page, form: OwnForm, refusal: Refusal): FieldError {
  const text =
    refusal.kind === 'not-in-state' && refusal.byName && refusal.at !== null
      ? page.t.workflow.decision.meanwhile(refusal.byName, instant(refusal.at, page.lang))
      : refusalText(page.t, refusal)
  return { field: form.fieldOf?.(refusal.kind) ?? form.fields[0] ?? 'why', text }
}
