import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { setTimeout as pause } from 'node:timers/promises'
import supertest from 'supertest'
import type { RequestId } from '../../src/kernel/ids.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { site, type Site } from '../../src/main/site.ts'
import { halfOpenProxy, type Proxy } from '../directory/proxy.ts'
import { vi } from '../../src/web/words/vi.ts'
import { startOffice, type Office } from '../support/database.ts'
import { signedIn } from '../support/signed-in.ts'
import { seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { plain, type WebSystem } from '../support/web.ts'

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

test('a decision about several, in the midst of which the database goes away, tells of each what is known', async () => {
  const units = await seedUnits(office.services)
  const head = await seedStaff(office.services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  const { prisma } = office.services.database
  const ids: RequestId[] = []
  for (let n = 0; n < 6; n++) ids.push(await submitted(office.services, someDetails(units.agency)))
  const who = await signedIn({ services, app: web.app } as WebSystem, head)
  await who.get(`/cho-duyet/nhieu?${ids.map((id) => `chon=${id}`).join('&')}`)
  const sending = who.post('/cho-duyet/nhieu', {
    ...{ lam: 'approve', identity: 'hr-list', handOver: 'link' },
    chon: ids.map((id) => `${id}.2`),
  })
  const approved = () => prisma.request.count({ where: { id: { in: ids }, state: 'approved' } })
  while ((await approved()) === 0) await pause(2)
  proxy.swallow()
  const seen = await sending
  proxy.heal()
  expect(seen.status).toBe(503)
  const text = plain(seen.html.split('</h1>')[1] ?? '')
  for (const { code } of await prisma.request.findMany({ where: { id: { in: ids } } })) expect(text).toContain(code)
  const times = (words: string) => text.split(words).length - 1
  const { states, tryAgain } = vi.decisions.several
  const [told, open] = [times(states.approved), times(tryAgain)]
  expect(told + open).toBe(ids.length)
  // Of one alone it may not be known whether it was still done.
  expect([0, 1]).toContain((await approved()) - told)
})
