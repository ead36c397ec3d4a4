import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { site, type Site } from '../../src/main/site.ts'
import { halfOpenProxy, type Proxy } from '../directory/proxy.ts'
import { startOffice, type Office } from '../support/database.ts'

const PATIENCE = 1_500
let office: Office
let proxy: Proxy
let services: Services
let web: Site
let visitor: ReturnType<typeof supertest.agent>

beforeAll(async () => {
  office = await startOffice()
  proxy = await halfOpenProxy(office.postgres.port)
  const url = new URL(office.env['DATABASE_URL'] ?? '')
  url.port = String(proxy.port)
  const config = parseConfig({ ...office.env, DATABASE_URL: url.href })
  services = compose(config, logger('silent'), { patienceMs: PATIENCE })
  web = await site(services)
  visitor = supertest.agent(web.app)
  const form = await visitor.get('/de-nghi')
  const token = /name="_csrf" value="([^"]+)"/.exec(form.text)?.[1]
  // From now on the visitor has a session, which every page looks for in the database.
  await visitor.post('/de-nghi').type('form').send({ _csrf: token, email: 'nguoi@example.com' }).expect(303)
  proxy.swallow()
})
afterAll(async () => {
  web.close()
  await proxy.stop()
  await services.close()
  await office.stop()
})

const timed = async (path: string) => {
  const start = performance.now()
  const { status } = await visitor.get(path)
  return { status, ms: performance.now() - start }
}

describe('while the database is half-open: connected, and silent', () => {
  test.each(['/', '/tro-giup'])('%s, which needs none, is shown at once', async (path) => {
    const { status, ms } = await timed(path)
    expect(status).toBe(200)
    expect(ms).toBeLessThan(PATIENCE)
  })

  test.each(['/theo-doi', '/de-nghi/ma', '/cho-duyet'])('%s says that it cannot be shown now', async (path) => {
    const { status, ms } = await timed(path)
    expect(status).toBe(503)
    // Taking a connection has five seconds of its own.
    expect(ms).toBeLessThan(PATIENCE + 6_000)
  })

  test('the process is alive, and not ready', async () => {
    expect((await timed('/healthz')).status).toBe(200)
    expect((await timed('/readyz')).status).toBe(503)
  })

  test('all is well again once the database answers', async () => {
    proxy.heal()
    expect((await timed('/de-nghi/ma')).status).toBe(200)
    expect((await timed('/readyz')).status).toBe(200)
  })
})
