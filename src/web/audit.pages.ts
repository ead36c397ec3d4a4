import type { AuditLine } from '../audit/audit.ts'
import type { Services } from '../main/compose.ts'
import { ADOPTIONS } from './adoption.pages.ts'
import { BRAKE, PLAN_PAGES } from './brake.pages.ts'
import { CHANGES } from './changes.pages.ts'
import { FINDINGS, runHref } from './finding-view.ts'
import { IMPORTS } from './import-places.ts'
import { LISTS } from './lists.pages.ts'
import { listHref } from './lists.ts'
import type { Page } from './page.ts'
import { RECORDS } from './people-form.ts'
import { PLANS as REORGANISATIONS } from './reorganisation-view.ts'
import { REVIEWS } from './reviews.pages.ts'
import { guarded, type Route } from './route.ts'
import { count, full, instant } from './views/formats.ts'
import type { Words } from './words/vi.ts'

const PAGE = 50
const PATH = '/nhat-ky'

/** The audit log, newest first, and the check of its chain. */
export function auditPages(services: Services): Route[] {
  const { audit, clock } = services
  return [
    guarded('get', PATH, 'audit.read', async (page, permit) => {
      const { t, lang } = page
      const q = page.query('q')
      const action = Object.keys(t.audit.actions).find((each) => each === page.query('viec')) ?? ''
      const cursor = page.query('truoc')
      const before = /^\d{1,15}$/.test(cursor) ? Number(cursor) : null
      // One more than is shown tells whether there are older ones.
      const [lines, head, unitsHeld] = await Promise.all([
        audit.page(permit, { q, action, limit: PAGE + 1, ...(before === null ? {} : { before }) }),
        audit.head(),
        page.may('unit.read') ? services.units.list(page.permit('unit.read'), '', 5_000) : [],
      ])
      const names = new Map<string, string>(unitsHeld.map((unit) => [unit.id, unit.name]))
      const shown = lines.slice(0, PAGE)
      const last = shown.at(-1)
      await page.render('audit.njk', {
        title: t.audit.title,
        meta: t.audit.meta(count(head?.seq ?? 0, lang)),
        q,
        action,
        actions: [
          { value: '', text: t.audit.every },
          ...Object.entries(t.audit.actions)
            .map(([value, text]) => ({ value, text }))
            .sort((a, b) => a.text.localeCompare(b.text, lang)),
        ],
        rows: shown.map((line) => rowOf(line, page, names)),
        filtered: q !== '' || action !== '',
        older: lines.length > PAGE && last ? listHref(PATH, { q, viec: action, truoc: String(last.seq) }) : null,
        newest: before === null ? null : listHref(PATH, { q, viec: action }),
      })
    }),

    guarded('post', `${PATH}/kiem-tra`, 'audit.read', async (page, permit) => {
      const { t, lang } = page
      const result = await audit.verify(permit)
      if (result.broken) page.notice('bad', t.audit.broken(count(result.broken.seq, lang)))
      else page.notice('ok', t.audit.whole(count(result.entries, lang), instant(clock(), lang)))
      page.redirect(PATH)
    }),
  ]
}

/** Names of units, by their identifiers. */
type Names = ReadonlyMap<string, string>

function rowOf(line: AuditLine, page: Page, names: Names) {
  const { t, lang } = page
  return {
    seq: count(line.seq, lang),
    at: full(line.at, lang),
    who: whoOf(line, t),
    // An import acts in somebody's name, which would then lead to two places.
    whoHref: line.actor.startsWith('account:') ? hrefOf(line.actor) : null,
    what: t.audit.actions[line.action] ?? line.action,
    object: objectOf(line.subject, t, names),
    objectHref: hrefOf(line.subject),
    details: line.erased
      ? [t.audit.erased]
      : Object.entries(line.detail).flatMap(([key, value]) => detailsOf(key, value, t, names)),
  }
}

function whoOf({ actor, actorName }: AuditLine, t: Words): string {
  const [kind] = actor.split(':')
  if (kind === 'public') return t.audit.public
  if (kind === 'job') return t.audit.jobs[actorName] ?? t.audit.job
  if (kind === 'cli') return `${t.audit.cli}: ${actorName}`
  return actorName === '' ? objectOf(actor, t, new Map()) : actorName
}

/** `account:<id>` in words: the kind, and the beginning of the identifier, which is enough to tell two apart. */
function objectOf(subject: string, t: Words, names: Names): string {
  const at = subject.indexOf(':')
  if (at < 0) return subject
  const kind = subject.slice(0, at)
  const id = subject.slice(at + 1)
  const name = t.audit.subjects[kind] ?? kind
  const unit = names.get(id)
  if (unit !== undefined) return unit
  // A plan is named by whose it is: `plan:import:<id>`.
  if (kind === 'plan') return `${name}: ${objectOf(id, t, names)}`
  if (/^[0-9a-f]{8}-/.test(id)) return `${name} ${id.slice(0, 8)}`
  return `${name}: ${(t.targets as Record<string, string>)[id] ?? (id === 'all' ? t.board.repair.both : id)}`
}

/** The page of what an entry is about. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  account: (id) => `/tai-khoan/${id}`,
  request: (id) => `/cho-duyet/${id}`,
  unit: (id) => `/don-vi/${id}`,
  person: (id) => `${RECORDS}/${id}`,
  group: (id) => `${LISTS}/${id}`,
  import: (id) => `${IMPORTS}/${id}`,
  reorganisation: (id) => `${REORGANISATIONS}/${id}`,
  review: (id) => `${REVIEWS}/${id}`,
  change: (id) => `${CHANGES}/${id}`,
  hold: (id) => `${BRAKE}/${id}`,
  finding: (id) => `${FINDINGS}/${id}`,
  run: (id) => runHref({ id }),
  adoption: (id) => `${ADOPTIONS}/${id}`,
}
function hrefOf(reference: string): string | null {
  const [, plan = '', kind = '', id = ''] = /^(plan:)?([\w-]+):([0-9a-f-]{36})$/.exec(reference) ?? []
  const pages: Readonly<Record<string, (id: string) => string>> = plan === '' ? PAGES : PLAN_PAGES
  return Object.hasOwn(pages, kind) ? (pages[kind]?.(id) ?? null) : null
}

/** A value of the details in words; an object's members stand beside the others, and so do those of a list. */
function detailsOf(key: string, value: unknown, t: Words, names: Names): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => detailsOf(key, each, t, names))
  if (value === null || value === undefined || value === '') return []
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([inner, each]) => detailsOf(inner, each, t, names))
  const name = Object.hasOwn(t.audit.details, key) ? t.audit.details[key] : key
  return [`${name ?? key}: ${valueOf(key, value, t, names)}`]
}

function valueOf(key: string, value: unknown, t: Words, names: Names): string {
  if (typeof value === 'boolean') return (value ? t.common.yes : t.common.no).toLowerCase()
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const known = valuesOf(t)
  const words = Object.hasOwn(known, key) ? known[key] : undefined
  if (words && Object.hasOwn(words, text)) return words[text] ?? text
  return names.get(text) ?? text.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}$/, '$1')
}

/** The facts whose values have names of their own. */
function valuesOf(t: Words): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const acts = Object.fromEntries(
    Object.entries({ ...t.life.acts, ...t.people.names }).map(([act, { name }]) => [act, name]),
  )
  return {
    role: t.roles,
    reader: t.comments.readers,
    identity: t.identity,
    handOver: t.handOver,
    reason: t.audit.reasons,
    kind: { ...t.units.kinds, ...t.audit.subjects },
    type: acts,
    command: acts,
    cause: t.life.causes,
    rights: t.shared.rights,
    employment: t.employment,
    mode: t.imports.modes,
    from: t.states.account,
    to: t.states.account,
  }
}
