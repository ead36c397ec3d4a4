import { randomBytes } from 'node:crypto'
import express, { Router, type NextFunction, type Request, type Response } from 'express'
import helmet from 'helmet'
import { pinoHttp } from 'pino-http'
import { isDatabaseAway } from '../kernel/away.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Language } from '../letters/letter.ts'
import type { Services } from '../main/compose.ts'
import { accountRoutes } from './accounts.routes.ts'
import { addressRoutes } from './addresses.routes.ts'
import { auditRoutes } from './audit.routes.ts'
import { brakeRoutes } from './brake.routes.ts'
import { reconcileRoutes } from './reconcile.routes.ts'
import { deputyRoutes } from './deputies.routes.ts'
import { holidayRoutes } from './holidays.routes.ts'
import { letterRoutes } from './letters.routes.ts'
import { lifeRoutes } from './life.routes.ts'
import { peopleRoutes } from './people.routes.ts'
import { listRoutes } from './lists.routes.ts'
import { meRoutes } from './me.routes.ts'
import type { ApiDocument } from './document.ts'
import { documentOf } from './openapi.ts'
import { policyRoutes } from './policies.routes.ts'
import { Problem, type ApiRefusal } from './problem.ts'
import { ownRequestRoutes } from './own-requests.routes.ts'
import { commentRoutes } from './comments.routes.ts'
import { requestRoutes } from './requests.routes.ts'
import { severalRoutes } from './several.routes.ts'
import { roleRoutes } from './roles.routes.ts'
import type { ApiRoute } from './route.ts'
import { BASE, langOf, servingOf } from './serving.ts'
import { submissionRoutes } from './submissions.routes.ts'
import { syncRoutes } from './sync.routes.ts'
import { unitRoutes } from './units.routes.ts'

/** Every route of the API; the table of access rights in the tests is held against this list. */
export const apiRoutesOf = (services: Services): ApiRoute[] => [
  ...meRoutes(services),
  ...unitRoutes(services),
  ...requestRoutes(services),
  ...submissionRoutes(services),
  ...commentRoutes(services),
  ...ownRequestRoutes(services),
  ...severalRoutes(services),
  ...deputyRoutes(services),
  ...accountRoutes(services),
  ...lifeRoutes(services),
  ...peopleRoutes(services),
  ...listRoutes(services),
  ...addressRoutes(services),
  ...policyRoutes(services),
  ...letterRoutes(services),
  ...roleRoutes(services),
  ...syncRoutes(services),
  ...reconcileRoutes(services),
  ...brakeRoutes(services),
  ...holidayRoutes(services),
  ...auditRoutes(services),
]

export type Api = {
  readonly app: express.Express
  readonly routes: readonly ApiRoute[]
  readonly document: Readonly<Record<Language, ApiDocument>>
}

/** The JSON API, to be mounted at `/api/v1`: bearer tokens only, no cookies, every refusal a problem document. */
export function apiApp(services: Services): Api {
  const { config, log } = services
  const { publicUrl } = config.web
  const routes = apiRoutesOf(services)
  const serving = servingOf(services)
  const document = {
    vi: documentOf(routes, { publicUrl, base: BASE, lang: 'vi' }),
    en: documentOf(routes, { publicUrl, base: BASE, lang: 'en' }),
  }

  const router = Router({ caseSensitive: true, strict: true })
  router.get('/openapi.json', (request, response) => {
    const lang = langOf(request)
    response.set({ 'Cache-Control': 'public, max-age=300', Vary: 'Accept-Language', 'Content-Language': lang })
    response.json(document[lang])
  })
  for (const route of routes)
    router[route.method](route.path, (request, response, next) => {
      serving.serve(route, request, response).catch(next)
    })
  for (const [path, methods] of methodsOf(routes))
    router.all(path, (request, response) => {
      const headers = { Allow: methods.join(', ') }
      if (request.method !== 'OPTIONS') throw new Problem({ kind: 'method-not-allowed', allowed: methods }, headers)
      response.set(headers).status(204).end()
    })
  router.use(() => {
    throw new Problem({ kind: 'unknown-path' })
  })

  // Four parameters are what makes it Express's error handler.
  const faults = (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error)
      return
    }
    const refusal = refusalIn(error)
    if (refusal.kind === 'broken' || refusal.kind === 'unavailable')
      log.error({ err: error, incident: refusal.kind === 'broken' ? refusal.incident : null }, 'A request failed')
    if (refusal.kind === 'unavailable') response.set('Retry-After', '30')
    if (error instanceof Problem) response.set(error.headers)
    serving.refuse(request, response, refusal)
  }

  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.web.trustProxy)
  app.set('query parser', 'simple')
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
      strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
      crossOriginEmbedderPolicy: false,
    }),
  )
  app.use(
    pinoHttp({
      logger: log,
      serializers: {
        req: (request: { method: string; url: string }) => ({
          method: request.method,
          path: request.url.split('?')[0],
        }),
        res: (answer: { statusCode: number }) => ({ status: answer.statusCode }),
      },
      customLogLevel: (_request, answer, error) => (error || answer.statusCode >= 500 ? 'error' : 'info'),
    }),
  )
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', Vary: 'Authorization, Accept-Language' })
    next()
  })
  app.use(router)
  app.use(faults)
  return { app, routes, document }
}

/** The methods of every path that the API has. */
function methodsOf(routes: readonly ApiRoute[]): Map<string, string[]> {
  const found = new Map([['/openapi.json', ['GET', 'HEAD']]])
  for (const { path, method } of routes) {
    const methods = found.get(path) ?? []
    methods.push(...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    found.set(path, methods)
  }
  return found
}

/** What is wrong, as a refusal: of what nobody foresaw only a code that is in the log is told. */
function refusalIn(error: unknown): ApiRefusal {
  if (error instanceof Problem) return error.refusal
  if (error instanceof TargetFault || isDatabaseAway(error)) return { kind: 'unavailable' }
  const { status } = (error ?? {}) as { status?: unknown }
  if (typeof status === 'number' && status >= 400 && status < 500) return { kind: 'bad-request' }
  return { kind: 'broken', incident: randomBytes(5).toString('hex') }
}
