import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import cookieParser from 'cookie-parser'
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express'
import { pinoHttp } from 'pino-http'
import type { ApiDocument } from '../api/document.ts'
import type { Services } from '../main/compose.ts'
import type { Actor } from '../access/policy.ts'
import { isDatabaseAway } from '../kernel/away.ts'
import { TargetFault } from '../kernel/fault.ts'
import { accountPastPages } from './account-past.pages.ts'
import { accountPages } from './accounts.pages.ts'
import { peoplePages } from './people.pages.ts'
import { changePages } from './changes.pages.ts'
import { idlePages } from './idle.pages.ts'
import { lifePages } from './life.pages.ts'
import { quotaPolicyPages } from './quota-policy.pages.ts'
import { lifePolicyPages } from './life-policy.pages.ts'
import { addressPages } from './addresses.pages.ts'
import { namingPages } from './naming.pages.ts'
import { activationPages } from './activation.pages.ts'
import { assets } from './assets.ts'
import { apiDocsPages } from './api-docs.pages.ts'
import { attributePages } from './attributes.pages.ts'
import { auditPages } from './audit.pages.ts'
import { boardPages } from './board.pages.ts'
import { brakePages } from './brake.pages.ts'
import { deputyPages } from './deputies.pages.ts'
import { health } from './health.ts'
import { holidayPages } from './holidays.pages.ts'
import { homePages } from './home.pages.ts'
import { HttpFault } from './http-fault.ts'
import { importPages } from './imports.pages.ts'
import { inboxPages } from './inbox.pages.ts'
import { letterTextPages } from './letter-texts.pages.ts'
import { listPages } from './lists.pages.ts'
import { limits } from './middleware/limits.ts'
import { csrf, headers } from './middleware/security.ts'
import { sessions } from './middleware/session.ts'
import { anonymous, audienceOf, pageOf, readerOf, type Page, type PageDeps } from './page.ts'
import { LANGUAGES, navigation, rendering, wordsOf, type Lang } from './rendering.ts'
import { ownRequestPages } from './own-requests.pages.ts'
import { commentPages } from './comments.pages.ts'
import { officialLetterPages } from './official-letter.pages.ts'
import { policyPages } from './policies.pages.ts'
import { reconcilePages } from './reconcile.pages.ts'
import { pausePages } from './pauses.pages.ts'
import { requestPages } from './requests.pages.ts'
import { retentionPages } from './retention.pages.ts'
import { rolePages } from './roles.pages.ts'
import type { Route } from './route.ts'
import { passwordPages } from './password.pages.ts'
import { reviewPages } from './reviews.pages.ts'
import { signInPages } from './sign-in.pages.ts'
import { stepsPages } from './steps.pages.ts'
import { timesPages } from './times.pages.ts'
import { tokenPages } from './tokens.pages.ts'
import { trackingPages } from './tracking.pages.ts'
import { undeliveredPages } from './undelivered.pages.ts'
import { reorganisationPages } from './reorganisations.pages.ts'
import { unitPages } from './units.pages.ts'
import { isMultipart, nothingReceived, receive } from './uploads.ts'
import type { Words } from './words/vi.ts'

/** Every page, in the order of the folder; the table of access rights in the tests is held against this list. */
export const routesOf = (services: Services, documents: ApiDocuments): Route[] => [
  ...homePages(services),
  ...requestPages(services),
  ...officialLetterPages(services),
  ...commentPages(services),
  ...trackingPages(services),
  ...ownRequestPages(services),
  ...activationPages(services),
  ...signInPages(services),
  ...passwordPages(services),
  ...inboxPages(services),
  ...deputyPages(services),
  ...timesPages(services),
  ...accountPages(services),
  ...accountPastPages(services),
  ...idlePages(services),
  ...reviewPages(services),
  ...lifePages(services),
  ...changePages(services),
  ...peoplePages(services),
  ...listPages(services),
  ...boardPages(services),
  ...pausePages(services),
  ...reconcilePages(services),
  ...brakePages(services),
  ...importPages(services),
  ...unitPages(services),
  ...reorganisationPages(services),
  ...rolePages(services),
  ...holidayPages(services),
  ...stepsPages(services),
  ...policyPages(services),
  ...namingPages(services),
  ...lifePolicyPages(services),
  ...quotaPolicyPages(services),
  ...attributePages(services),
  ...letterTextPages(services),
  ...undeliveredPages(services),
  ...retentionPages(services),
  ...addressPages(services),
  ...auditPages(services),
  ...tokenPages(services),
  ...apiDocsPages(documents),
]

/** What the API tells programs of itself, in each language. */
type ApiDocuments = Readonly<Record<Lang, ApiDocument>>

/** Milliseconds that a page which needs no database waits to learn who reads it. */
const STATIC_PATIENCE_MS = 500

export type WebApp = { readonly app: Express; readonly routes: readonly Route[]; close(): void }

/** The web service: ordered middleware, the routes, and one place that turns refusals and faults into pages. */
export async function webApp(services: Services, documents: ApiDocuments): Promise<WebApp> {
  const { config, secrets, database, log } = services
  const secure = config.web.publicUrl.startsWith('https:')
  const styles = await assets()
  const session = sessions({
    pool: database.pool,
    secret: secrets.sessionSecret,
    secure,
    idleMinutes: config.web.idleMinutes.person,
  })
  const forms = csrf({ secret: secrets.sessionSecret, secure })
  const deps: PageDeps = {
    rendering: rendering({ organisation: config.organisation, assets: styles }),
    secrets,
    limits: limits({ pool: database.pool, hash: secrets.limitHash }),
    csrfToken: forms.token,
    waiting: services.requests.waiting,
    changes: services.scheduled.forMe,
  }

  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.web.trustProxy)
  app.set('query parser', 'simple')
  app.use(health(services))
  app.use(headers(secure))
  app.use(styles.router)
  app.use(
    pinoHttp({
      logger: log,
      // Addresses bear one-time secrets, and cookies are keys: neither is logged.
      serializers: {
        req: (request: { method: string; url: string }) => ({ method: request.method, path: loggedPath(request.url) }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      },
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
    }),
  )
  app.use(express.urlencoded({ extended: false, limit: '64kb', parameterLimit: 500 }))
  app.use(cookieParser())
  app.use(language(secure))

  const routes = routesOf(services, documents)
  for (const route of routes) {
    app[route.method](route.path, (request, response, next) => {
      serve(route, request, response).catch(next)
    })
  }

  async function serve(route: Route, request: Request, response: Response): Promise<void> {
    const reader = loadSession(route, request, response).then(() => actorOf(route, request))
    // A page that needs no database does not wait for one that is silent.
    const silence = () => setTimeout(STATIC_PATIENCE_MS, anonymous, { ref: false })
    const actor = await (route.access === 'static' ? Promise.race([reader, silence()]) : reader)
    response.locals.actor = actor
    const page = pageOf(deps, request, response, actor, langOf(response))
    const genuine = () => forms.check(request, response)
    // A form with a file bears its token within: it is read after the access was checked, and then looked at.
    const later = route.upload !== undefined && isMultipart(request)
    if (route.method === 'post' && !later && !genuine()) throw new HttpFault(419)
    if (route.access !== 'static' && route.access !== 'public' && !page.may(route.access)) {
      if (actor.kind === 'person') throw await refused(page, route)
      if (route.method === 'get') {
        page.redirect(`/dang-nhap?tiep=${encodeURIComponent(request.originalUrl)}`)
        return
      }
      throw new HttpFault(419)
    }
    if (route.upload === undefined) {
      await route.handle(page)
      return
    }
    const parcel = later ? await receive(request, route.upload, genuine) : nothingReceived
    try {
      await route.handle(pageOf(deps, request, response, actor, langOf(response), parcel.received))
    } finally {
      await parcel.discard()
    }
  }

  /** Somebody signed in who may not: noted in the audit log, for it is a refusal of authority. */
  async function refused(page: Page, route: Route): Promise<HttpFault> {
    await services.transaction((tx) => {
      tx.audit(page.actor, 'access.refused', `route:${route.method} ${route.path}`)
      return Promise.resolve()
    })
    return new HttpFault(403)
  }

  function loadSession(route: Route, request: Request, response: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      void session.handler(request, response, (error: unknown) => {
        if (!error || route.access === 'static') resolve()
        else reject(new HttpFault(503, { cause: error }))
      })
    })
  }

  async function actorOf(route: Pick<Route, 'access'>, request: Request): Promise<Actor> {
    const id = (request.session as typeof request.session | undefined)?.accountId
    if (id === undefined) return anonymous
    try {
      const actor = await services.actors.byId(id)
      if (actor === null) {
        delete request.session.accountId
        return anonymous
      }
      const staff = audienceOf(actor) !== 'person'
      request.session.cookie.maxAge = (staff ? config.web.idleMinutes.staff : config.web.idleMinutes.person) * 60_000
      return actor
    } catch (error) {
      if (route.access === 'static') return anonymous
      throw error
    }
  }

  app.use((request, response, next) => {
    void session.handler(request, response, () => {
      void actorOf({ access: 'static' }, request).then((actor) => {
        response.locals.actor = actor
        next(new HttpFault(404))
      }, next)
    })
  })

  /** Header and navigation of a refusal are the reader's own; where something broke, nothing that might break again. */
  function shell(fault: HttpFault | null, request: Request, response: Response, t: Words) {
    const actor = response.locals.actor as Actor | undefined
    if (fault === null || fault.status === 503 || actor === undefined) return { csrfToken: '', user: null, nav: [] }
    return {
      csrfToken: forms.token(request, response),
      user: readerOf(actor, t),
      nav: navigation(audienceOf(actor), request.path, t),
    }
  }

  // Four parameters are what makes it Express's error handler.
  const faults: ErrorRequestHandler = (error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const lang = langOf(response)
    const t = wordsOf(lang)
    const fault = faultOf(error)
    const code = fault === null ? randomBytes(5).toString('hex') : null
    if (fault === null || fault.status === 503)
      log.error({ err: fault?.cause ?? error, incident: code }, 'A request failed')
    const { title, text } = wordsFor(fault, code, t, error)
    deps.rendering.renderPage(
      response,
      'fault.njk',
      {
        ...{ lang, t, title, text, code, notice: null, ...shell(fault, request, response, t) },
        nonce: String(response.locals.nonce),
        path: request.path,
        query: '',
        ...(fault?.status === 419 ? { link: { href: request.path, text: t.faults.again } } : {}),
      },
      fault === null ? 500 : fault.status === 419 ? 403 : fault.status,
    )
  }
  app.use(faults)
  return { app, routes, close: session.close }
}

const langOf = (response: Response): Lang => (response.locals.lang as Lang | undefined) ?? 'vi'

/** `?lang=` chooses and is remembered; else what was chosen before; else Vietnamese. */
function language(secure: boolean) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const known = (value: unknown): Lang | undefined => LANGUAGES.find((each) => each === value)
    const asked = known(request.query.lang)
    if (asked) response.cookie('lang', asked, { sameSite: 'lax', secure, httpOnly: true, maxAge: 31_536_000_000 })
    response.locals.lang = asked ?? known((request.cookies as Record<string, unknown>).lang) ?? 'vi'
    next()
  }
}

/** The path without what follows a one-time link's start. */
const loggedPath = (url: string): string => (url.split('?')[0] ?? '').replace(/^(\/kich-hoat\/).+/, '$1…')

/** What is wrong as a status; null for what nobody foresaw. */
function faultOf(error: unknown): HttpFault | null {
  if (error instanceof HttpFault) return error
  if (error instanceof TargetFault) return new HttpFault(503, { cause: error })
  const { status } = error as { status?: unknown }
  if (status === 413) return new HttpFault(413)
  if (typeof status === 'number' && status >= 400 && status < 500) return new HttpFault(400)
  if (isDatabaseAway(error)) return new HttpFault(503, { cause: error })
  return null
}

function wordsFor(
  fault: HttpFault | null,
  code: string | null,
  t: ReturnType<typeof wordsOf>,
  error: unknown,
): { title: string; text: string } {
  switch (fault?.status) {
    case undefined:
      return { title: t.faults.broken.title, text: t.faults.broken.text(code ?? '') }
    case 400:
      return t.faults.badRequest
    case 403:
      return t.faults.forbidden
    case 404:
      return t.faults.notFound
    case 409:
      return { title: t.faults.changed.title, text: t.faults.changed.plain }
    case 413:
      return t.faults.tooLarge
    case 419:
      return t.faults.stale
    case 429:
      return { title: t.faults.tooMany.title, text: t.faults.tooMany.text(fault.minutes ?? 1) }
    case 503:
      return {
        title: t.faults.down.title,
        text: error instanceof TargetFault ? t.faults.down.directory : t.faults.down.plain,
      }
    default:
      return t.faults.badRequest
  }
}
