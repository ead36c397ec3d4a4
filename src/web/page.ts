import type { Request, Response } from 'express'
import { hasRole, isDeputy, permit, publicActor, type Action, type Actor, type Permit } from '../access/policy.ts'
import { tidy } from '../kernel/text.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { HttpFault } from './http-fault.ts'
import type { LimitName, Limits } from './middleware/limits.ts'
import {
  navigation,
  wordsOf,
  type Audience,
  type FieldError,
  type Lang,
  type PageModel,
  type Rendering,
} from './rendering.ts'
import { nothingReceived, type Received } from './uploads.ts'
import type { Words } from './words/vi.ts'

export type PageDeps = {
  readonly rendering: Rendering
  readonly secrets: Secrets
  readonly limits: Limits
  readonly csrfToken: (request: Request, response: Response) => string
  /** How many requests wait for this actor, for the navigation. */
  readonly waiting: (permit: Permit<'request.read'>) => Promise<number>
  /** How many changes wait for this actor to agree, for the navigation. */
  readonly changes: (permit: Permit<'scheduled.agree'>) => Promise<number>
}

/** Input of a form that failed, as it was typed, with what is wrong. */
export type KeptForm = { readonly values: Readonly<Record<string, string>>; readonly errors: readonly FieldError[] }

/** The widest role that somebody holds: what the navigation and the header go by. */
export function audienceOf(actor: Actor): Audience {
  if (actor.kind !== 'person') return 'nobody'
  if (hasRole(actor, 'it-staff')) return 'it-staff'
  if (hasRole(actor, 'auditor')) return 'auditor'
  if (hasRole(actor, 'unit-admin')) return 'unit-admin'
  return isDeputy(actor) ? 'deputy' : 'person'
}

/** Who reads, as the header says it; null for nobody signed in. */
export function readerOf(actor: Actor, t: Words): PageModel['user'] {
  if (actor.kind !== 'person') return null
  const audience = audienceOf(actor)
  return {
    name: actor.name,
    role: t.roles[audience === 'nobody' ? 'person' : audience],
    unitName: actor.unitName,
    readOnly: audience === 'auditor',
  }
}

/** What a template shows of its own; the rest of the model is every page's. */
type OwnModel = {
  readonly title: string
  readonly errors?: readonly FieldError[]
  readonly waiting?: number
  readonly [name: string]: unknown
}

export type Page = ReturnType<typeof pageOf>

/** One request and its answer, with all that pages need of both. */
export function pageOf(
  deps: PageDeps,
  request: Request,
  response: Response,
  actor: Actor,
  lang: Lang,
  upload: Received = nothingReceived.received,
) {
  const t: Words = wordsOf(lang)
  const { session } = request
  const body = (request.body ?? {}) as Record<string, unknown>
  const text = (value: unknown): string =>
    typeof value === 'string' ? value : Array.isArray(value) ? String(value.at(-1)) : ''

  /** What waits for the reader, for the navigation; `known` is what the page has counted itself. */
  async function counted(audience: Audience, known?: number): Promise<readonly [waiting: number, changes: number]> {
    const allowed = permit(actor, 'request.read')
    const agrees = permit(actor, 'scheduled.agree')
    return Promise.all([
      known ?? ((audience === 'unit-admin' || audience === 'deputy') && allowed.ok ? deps.waiting(allowed.value) : 0),
      agrees.ok ? deps.changes(agrees.value) : 0,
    ])
  }

  async function model(status: number, known?: number): Promise<Omit<PageModel, 'title'>> {
    const audience = audienceOf(actor)
    const [waiting, changes] = status === 503 ? [0, 0] : await counted(audience, known)
    // Read and forgotten: a notice is shown once.
    const notice = (session as typeof session | undefined)?.notice ?? null
    if (notice) delete session.notice
    const query = request.originalUrl.split('?')[1] ?? ''
    return {
      lang,
      t,
      nonce: String(response.locals.nonce),
      csrfToken: deps.csrfToken(request, response),
      user: readerOf(actor, t),
      nav: navigation(audience, request.path, t, waiting, changes),
      path: request.path,
      query,
      notice,
    }
  }

  return {
    request,
    response,
    session,
    actor,
    lang,
    t,
    /** The client's address, behind as many proxies as the settings trust. */
    address: request.ip ?? '',

    /** The file that came with the form; only where the route says that one may. */
    upload,
    /** A field of the posted form as typed; nothing is the empty string. */
    field: (name: string): string => text(body[name]),
    /** Every value of a field that may come several times, such as boxes. */
    all: (name: string): string[] => [body[name] ?? []].flat().filter((value) => typeof value === 'string'),
    /** These fields of the posted form. */
    fields: <Name extends string>(names: readonly Name[]): Record<Name, string> =>
      Object.fromEntries(names.map((name) => [name, text(body[name])])) as Record<Name, string>,
    /** A parameter of the address, tidied for searching: invisible characters are blanks, 200 characters at most. */
    query: (name: string): string =>
      tidy(
        text(request.query[name])
          .slice(0, 200)
          .replace(/[\p{C}]/gu, ' '),
      ),
    /** Every value of a parameter that may come several times. */
    queries: (name: string): string[] => [request.query[name] ?? []].flat().filter((each) => typeof each === 'string'),
    /** The page number of a list. */
    number: (): number => Math.min(100_000, Math.max(1, Math.trunc(Number(text(request.query.trang))) || 1)),
    /** A part of the path that a schema reads; a 404 when it does not fit. */
    param<T>(name: string, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }): T {
      const parsed = schema.safeParse(request.params[name])
      if (!parsed.success) throw new HttpFault(404)
      return parsed.data
    },

    /** The proof that this actor may do it; the route has made sure already, this narrows it. Throws a 403 otherwise. */
    permit<A extends Action>(action: A): Permit<A> {
      const decision = permit(actor, action)
      if (!decision.ok) throw new HttpFault(403)
      return decision.value
    },
    /** Whether a button for it should be shown. */
    may: (action: Action): boolean => permit(actor, action).ok,

    /** Counts one try of this kind; throws a 429. */
    limit: (name: LimitName, account: string): Promise<void> => deps.limits.consume(name, request.ip ?? '', account),
    forgive: (name: LimitName, account: string): Promise<void> => deps.limits.forgive(name, request.ip ?? '', account),

    /**
     * `waiting`, where the page has counted it, spares the navigation from counting again. With 503 nothing is counted and
     * nothing asked of the database, which may be away.
     */
    async render(template: string, own: OwnModel, status = 200): Promise<void> {
      deps.rendering.renderPage(response, template, { ...(await model(status, own.waiting)), ...own }, status)
    },
    /** 303: the browser GETs the other page, and reloading it sends nothing again. */
    redirect(path: string): void {
      // The session is stored first: else the browser, which follows at once, may meet the one before.
      const present = request.session as typeof request.session | undefined
      const had = /(^|[\s;]|__Host-)congvu=/.test(request.headers.cookie ?? '')
      if (present === undefined || (!had && Object.keys(present).length <= 1)) {
        response.redirect(303, path)
        return
      }
      present.save((error: unknown) => {
        if (error) request.next?.(error)
        else response.redirect(303, path)
      })
    },
    /** Stores the session now; false where it cannot be, since the database is away. */
    stored: (): Promise<boolean> => new Promise((resolve) => session.save((error?: unknown) => resolve(!error))),
    /** Told once, on the next page. */
    notice(tone: 'ok' | 'info' | 'wait' | 'bad', words: string): void {
      session.notice = { tone, text: words }
    },
    /** Keeps a failed form for the page that it redirects to; sealed, for it may hold an identification number. */
    keepForm(name: string, values: Readonly<Record<string, string>>, errors: readonly FieldError[]): void {
      session.form = { name, sealed: deps.secrets.seal(JSON.stringify({ values, errors }), 'session.form') }
    },
    /** The failed form of that name, once; null when there is none. */
    takeForm(name: string): KeptForm | null {
      const { form } = session
      if (form?.name !== name) return null
      delete session.form
      return JSON.parse(deps.secrets.open(form.sealed, 'session.form')) as KeptForm
    },
    /** Ends the present session and starts a fresh one, against fixation. */
    freshSession: (): Promise<void> =>
      new Promise((resolve, reject) =>
        session.regenerate((error?: Error | null) => (error ? reject(error) : resolve())),
      ),
    endSession: (): Promise<void> =>
      new Promise((resolve, reject) => session.destroy((error?: Error | null) => (error ? reject(error) : resolve()))),
  }
}

export const anonymous: Actor = publicActor
