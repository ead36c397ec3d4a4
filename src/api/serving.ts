import type { Request, Response } from 'express'
import type { Answer } from '../access/idempotency.ts'
import { attachmentOf } from '../kernel/file-name.ts'
import type { Language } from '../letters/letter.ts'
import type { Services } from '../main/compose.ts'
import { Attachment } from './attachment.ts'
import { bearerOf, permitOf, reaches } from './bearer.ts'
import { bodyOf, canonical, fileOf } from './body.ts'
import { etagOf, judge, keyOf, names } from './conditions.ts'
import { cursorsOf } from './cursors.ts'
import { limitsOf } from './limits.ts'
import { Problem, problemOf, PROBLEMS, type ApiRefusal } from './problem.ts'
import type { ApiRoute, Desk, Prepared } from './route.ts'

export const BASE = '/api/v1'

/** How every route is served: who comes, whether they may, what they sent, what becomes of it. */
export function servingOf(services: Services) {
  const { config, secrets, database, accessTokens, idempotency, atomically, transaction } = services
  const { publicUrl } = config.web
  const limits = limitsOf({ pool: database.pool, hash: secrets.limitHash })
  const cursors = cursorsOf(secrets)

  async function serve(route: ApiRoute, request: Request, response: Response): Promise<void> {
    const desk = await admit(route, request, response)
    if (
      !request.accepts([...(route.gives === null ? [] : [route.gives]), 'application/json', 'application/problem+json'])
    )
      throw new Problem({ kind: 'not-acceptable' })
    const { params, query } = request
    if (route.takes !== null) response.set(await limits.count('upload', desk.bearer.tokenId))
    const body = await (route.takes === null ? bodyOf(request, response) : fileOf(request, response, route.takes))
    const prepared = route.prepare(desk, { params: { ...params }, query: { ...query }, body })
    if (!prepared.ok) throw new Problem(prepared.refusal)
    // A condition that nobody looks at must not be taken for one that held.
    if (!route.matched && route.method !== 'get' && request.headers['if-match'] !== undefined)
      throw new Problem({ kind: 'no-precondition' })
    const act = () => answerOf(route, prepared.value, request, desk.lang)
    if (route.method === 'get') send(request, response, await act())
    else if (route.method === 'post') send(request, response, await once(request, desk, body, act))
    // The look at what is there now and the change of it belong together.
    else send(request, response, await atomically(act))
  }

  /** Who it is, how often they come, and whether they may: in this order. */
  async function admit(route: ApiRoute, request: Request, response: Response): Promise<Desk> {
    const bearer = await bearerOf(request.headers.authorization, accessTokens).catch(async (error: unknown) => {
      if (error instanceof Problem) await limits.count('bad-token', request.ip ?? '')
      throw error
    })
    response.set(await limits.count('request', bearer.tokenId))
    try {
      for (const action of [route.action, ...route.also]) permitOf(bearer, action)
    } catch (error) {
      if (error instanceof Problem)
        await transaction((tx) => {
          tx.audit(bearer.actor, 'access.refused', `api:${route.method} ${route.path}`, { reason: error.refusal.kind })
          return Promise.resolve()
        })
      throw error
    }
    return {
      ...{ bearer, lang: langOf(request), cursors },
      permit: (action) => permitOf(bearer, action),
      may: (action) => reaches(bearer, action),
    }
  }

  /** Done once for each key of a token, and answered alike each time. */
  async function once(request: Request, desk: Desk, body: unknown, act: () => Promise<Answer>): Promise<Answer> {
    const header = request.headers['idempotency-key']
    if (typeof header !== 'string') throw new Problem({ kind: 'key-needed' })
    const key = keyOf(header)
    if (key === null) throw new Problem({ kind: 'key-malformed' })
    const asked = canonical([request.method, request.originalUrl, request.headers['if-match'] ?? null, body])
    const done = await idempotency.once({ token: desk.bearer.tokenId, key, request: asked }, act)
    if (!done.ok) throw new Problem(done.refusal, done.refusal.kind === 'key-in-use' ? { 'Retry-After': '1' } : {})
    const { answer, replayed } = done.value
    return replayed ? { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } } : answer
  }

  async function answerOf(route: ApiRoute, prepared: Prepared, request: Request, lang: Language): Promise<Answer> {
    const done = await prepared.run((present) => judge(request.headers['if-match'], present))
    if (!done.ok) return refusalOf(done.refusal, lang)
    const { body, location, next } = done.value
    return {
      status: route.status,
      body,
      headers: {
        ...(route.tagged ? { ETag: body instanceof Attachment ? body.etag : etagOf(body) } : {}),
        ...(location === null ? {} : { Location: `${BASE}${location}` }),
        ...(next === null ? {} : { Link: `<${nextUrl(request, next)}>; rel="next"` }),
      },
    }
  }

  const refusalOf = (refusal: ApiRefusal, lang: Language): Answer => ({
    status: PROBLEMS[refusal.kind].status,
    headers: {},
    body: problemOf(publicUrl, refusal, lang),
  })

  function nextUrl(request: Request, cursor: string): string {
    const [path = '', query = ''] = request.originalUrl.split('?')
    const parameters = new URLSearchParams(query)
    parameters.set('cursor', cursor)
    return `${publicUrl}${path}?${parameters.toString()}`
  }

  return {
    serve,
    /** Ends a request with the problem document of a refusal. */
    refuse: (request: Request, response: Response, refusal: ApiRefusal): void =>
      send(request, response, refusalOf(refusal, langOf(request))),
  }
}

/** Titles are Vietnamese unless English is asked for before it. */
export const langOf = (request: Request): Language => (request.acceptsLanguages(['vi', 'en']) === 'en' ? 'en' : 'vi')

function send(request: Request, response: Response, { status, headers, body }: Answer): void {
  const etag = headers['ETag']
  response.status(status).set(headers)
  if (request.method === 'GET' && status === 200) {
    response.set('Cache-Control', 'private, no-cache')
    const seen = request.headers['if-none-match']
    if (etag !== undefined && seen !== undefined && names(seen, etag, true)) {
      response.status(304).end()
      return
    }
  }
  if (status === 204) response.end()
  else if (body instanceof Attachment)
    response
      .set({ 'Content-Disposition': attachmentOf('cong-van.pdf', body.name) })
      .type(body.type)
      .send(body.content)
  else response.type(status >= 400 ? 'application/problem+json' : 'application/json').send(JSON.stringify(body))
}
