import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Express } from 'express'
import supertest from 'supertest'
import { startEmbeddedDirectory, type EmbeddedDirectory } from '../../src/directory/embedded.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import type { LetterParams, Template } from '../../src/letters/letter.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { site } from '../../src/main/site.ts'
import type { Route } from '../../src/web/route.ts'
import { migratedDatabase, ownDatabases } from './migrated.ts'

export type WebSystem = {
  readonly services: Services
  readonly app: Express
  readonly routes: readonly Route[]
  readonly directory: EmbeddedDirectory
  /** What the newest letter of this kind was written from, its secrets too; letters are not sent here. */
  letter<T extends Template>(template: T, to?: string): Promise<LetterParams[T]>
  /** Forgets how often things were tried. */
  calm(): Promise<void>
  stop(): Promise<void>
}

/** The web service with a database of its own and the embedded directory and mail; no worker, and no letter leaves. */
export async function startWeb(options: { clock?: Clock; env?: Record<string, string> } = {}): Promise<WebSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'congvu-web-'))
  // PostgreSQL runs as another user where the tests run as root.
  chmodSync(folder, 0o755)
  const postgres = await ownDatabases(join(folder, 'postgres'))
  const url = await migratedDatabase(postgres)
  const base = 'dc=quangninh,dc=gov,dc=vn'
  const service = {
    baseDn: base,
    bindDn: `cn=congvu,ou=services,${base}`,
    bindPassword: randomBytes(12).toString('hex'),
  }
  const directory = await startEmbeddedDirectory({ folder: join(folder, 'directory'), port: 0, ...service })
  const config = parseConfig({
    DATABASE_URL: url,
    CONGVU_SECRET_KEY: randomBytes(32).toString('base64'),
    CONGVU_PUBLIC_URL: 'http://127.0.0.1:1',
    CONGVU_PORT: '0',
    LDAP_URL: directory.url,
    LDAP_BIND_DN: service.bindDn,
    LDAP_BIND_PASSWORD: service.bindPassword,
    LDAP_BASE_DN: base,
    LDAP_TIMEOUT_MS: '1000',
    MAIL_DRIVER: 'embedded',
    EMBEDDED_MAIL_FOLDER: join(folder, 'mail'),
    SMTP_URL: 'smtp://127.0.0.1:9',
    LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
    ...options.env,
  })
  const services = compose(config, logger(config.logLevel), { connections: 10, ...options })
  const whole = await site(services)
  const { web } = whole
  return {
    services,
    app: web.app,
    routes: web.routes,
    directory,
    async letter<T extends Template>(template: T, to?: string) {
      const row = await services.database.prisma.outbox.findFirstOrThrow({
        where: { template, ...(to === undefined ? {} : { recipient: to }) },
        orderBy: { createdAt: 'desc' },
      })
      return JSON.parse(services.secrets.open(row.paramsCipher ?? '', 'outbox')) as LetterParams[T]
    },
    async calm() {
      await services.database.pool.query('DELETE FROM rate_limit')
    },
    async stop() {
      whole.close()
      await services.close()
      await directory.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Seen = {
  readonly status: number
  readonly html: string
  readonly location: string
  readonly headers: Headers
}
type Headers = Readonly<Record<string, string>>
export type Visitor = ReturnType<typeof visitor>

/** A browser without scripts: it keeps cookies, sends forms with their hidden token and follows a 303 when told to. */
export function visitor(app: Express) {
  const agent = supertest.agent(app)
  let token = ''
  const see = (answer: supertest.Response): Seen => {
    token = /name="_csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? token
    const headers = answer.headers as Headers
    return { status: answer.status, html: answer.text, location: headers['location'] ?? '', headers }
  }
  const get = async (path: string) => see(await agent.get(path))
  const post = async (path: string, fields: Readonly<Record<string, string | readonly string[]>> = {}) => {
    const body = new URLSearchParams([['_csrf', token]])
    for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) body.append(name, each)
    return see(await agent.post(path).type('form').send(body.toString()))
  }
  return {
    get,
    /** Sends fields with the newest token; answers what came, a redirect as such. */
    post,
    /** Opens the page, fills its form in, sends it and looks at where that leads. */
    async fill(
      path: string,
      fields: Readonly<Record<string, string | readonly string[]>>,
      action = path,
    ): Promise<Seen> {
      await get(path)
      const sent = await post(action, fields)
      if (sent.status !== 303) return sent
      return { ...(await get(sent.location)), location: sent.location }
    },
    agent,
  }
}

/** The messages of the error summary, in order, each with the field that it leads to. */
export const errorsIn = (html: string): { field: string; text: string }[] =>
  [...html.matchAll(/<li><a href="#([^"]+)">([^<]*)<\/a><\/li>/g)]
    .filter(() => html.includes('govuk-error-summary'))
    .map(([, field = '', text = '']) => ({ field, text: plain(text) }))

/** The heading of the page. */
export const headingOf = (html: string): string => plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? '')

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
export const plain = (html: string): string =>
  html.replace(/<[^>]+>/g, '').replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole)
