import { randomUUID } from 'node:crypto'
import express, { type Express } from 'express'
import supertest from 'supertest'
import type { TokenDays } from '../../src/access/access-token.ts'
import { permit, type PersonActor } from '../../src/access/policy.ts'
import { scopesFor, type Scope } from '../../src/access/scope.ts'
import { apiApp, type Api } from '../../src/api/app.ts'
import type { Services } from '../../src/main/compose.ts'
import { contractOf, type Contract } from './contract.ts'
import { startOffice, type Office } from './database.ts'

export type ApiSystem = {
  readonly office: Office
  readonly services: Services
  readonly api: Api
  readonly app: Express
  readonly contract: Contract
  /** Forgets how often things were tried. */
  calm(): Promise<void>
  stop(): Promise<void>
}

/** The API on a real database; directory and mail server are away all the time. */
export async function startApi(options: Parameters<typeof startOffice>[0] = {}): Promise<ApiSystem> {
  const office = await startOffice(options)
  const { services } = office
  const api = apiApp(services)
  const app = express().use('/api/v1', api.app)
  return {
    ...{ office, services, api, app, contract: contractOf(api.document.vi) },
    async calm() {
      await services.database.pool.query('DELETE FROM rate_limit')
    },
    stop: () => office.stop(),
  }
}

/** A token of somebody, with all scopes that their roles make possible unless said otherwise. */
export async function tokenOf(
  services: Services,
  owner: Pick<PersonActor, 'accountId'>,
  scopes?: readonly Scope[],
  days: TokenDays = 30,
): Promise<string> {
  const actor = await services.actors.byId(owner.accountId)
  const allowed = actor === null ? null : permit(actor, 'own.tokens')
  if (actor === null || !allowed?.ok) throw new Error('Nobody signs in with this account')
  const asked = { name: 'thử', scopes: scopes ?? scopesFor(actor), days }
  const made = await services.accessTokens.create(allowed.value, asked)
  if (!made.ok) throw new Error(made.refusal.kind)
  return made.value.secret
}

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown>
  /** The last part of the problem's type; null where there is none. */
  readonly problem: string | null
  readonly etag: string
}
type Options = {
  readonly key?: string | null
  readonly match?: string
  readonly headers?: Readonly<Record<string, string>>
}
export type Client = ReturnType<typeof clientOf>

/** A program that uses the API; each of its answers is held against the document. */
export function clientOf({ app, contract }: Pick<ApiSystem, 'app' | 'contract'>, token: string | null) {
  async function send(
    method: 'get' | 'post' | 'put' | 'delete',
    path: string,
    body?: unknown,
    options: Options = {},
  ): Promise<Reply> {
    const { key = randomUUID(), match, headers = {} } = options
    const asked = supertest(app)[method](path.startsWith('/api/v1') ? path : `/api/v1${path}`)
    if (token !== null) void asked.set('Authorization', `Bearer ${token}`)
    if (method === 'post' && key !== null) void asked.set('Idempotency-Key', key)
    if (match !== undefined) void asked.set('If-Match', match)
    void asked.set(headers)
    const plain = Buffer.isBuffer(body) ? 'application/pdf' : 'application/json'
    if (body !== undefined) void asked.type(headers['Content-Type'] ?? plain)
    const answer = await (body === undefined
      ? asked
      : asked.send(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)))
    const head = answer.headers as Record<string, string>
    const isFile = head['content-type']?.startsWith('application/pdf') === true
    const seen: unknown = isFile ? (answer.body as Buffer) : answer.text === '' ? null : JSON.parse(answer.text)
    const { pathname } = new URL(path, 'http://x')
    const whole = pathname.startsWith('/api/v1') ? pathname : `/api/v1${pathname}`
    contract({ method, path: whole, status: answer.status, headers: head, body: seen })
    const type = (seen as { type?: string } | null)?.type
    return {
      ...{ status: answer.status, headers: head, body: (seen ?? {}) as Record<string, unknown> },
      problem: answer.status >= 400 ? (type?.split('#')[1] ?? null) : null,
      etag: head['etag'] ?? '',
    }
  }
  return {
    get: (path: string, headers: Record<string, string> = {}) => send('get', path, undefined, { headers }),
    post: (path: string, body?: unknown, options?: Options) => send('post', path, body, options),
    put: (path: string, body?: unknown, options?: Options) => send('put', path, body, options),
    delete: (path: string, options?: Options) => send('delete', path, undefined, options),
    send,
  }
}
