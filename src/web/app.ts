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
import type { Services } from '../main/compose.ts'
import type { Actor } from '../access/policy.ts'
import { assets } from './assets.ts'
import { health } from './health.ts'
import { faultOf, HttpFault, wordsFor } from './http-fault.ts'
import { limits } from './middleware/limits.ts'
import { csrf, headers } from './middleware/security.ts'
import { sessions } from './middleware/session.ts'
import { anonymous, audienceOf, pageOf, readerOf, type Page, type PageDeps } from './page.ts'
import { LANGUAGES, navigation, rendering, wordsOf, type Lang } from './rendering.ts'
import type { Route } from './route.ts'
import { routesOf, type ApiDocuments } from './routes.ts'
import { isMultipart, nothingReceived, receive } from './uploads.ts'
import type { Words } from './words/vi.ts'

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
